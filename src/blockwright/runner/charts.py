"""What the code of a chart gives to be drawn: values for an axis, a table, a figure, a description, a page.

The order is the format's: the file is executed with the data of its upstream blocks at hand; ``@data_source`` replaces
that data; ``@render`` gives a picture or a page; ``@xy``, ``@x`` and ``@y`` give values; else the variables that the
chart's settings name; else the data itself, to be summed up by the settings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blockwright.runner.arguments import block_call
from blockwright.runner.inputs import Inputs
from blockwright.sdk.decorators import Decorator, Registry
from blockwright.wire.specs import AttemptSpec

NAMES_OF_DRAWINGS = ("option", "chart", "figure", "fig")
"""Variables that hold a whole drawing, the first that is there."""
LARGEST_DESCRIPTION = 2_000_000  # bytes of JSON


class NoChart(Exception):
    """The code gives nothing that could be drawn."""

    error_code = "chart"


@dataclass(frozen=True, slots=True)
class Drawing:
    """``value`` is stored. ``told`` says what it is: ``form`` is `xy` (a table whose first column goes along the
    bottom), `rows` (a table to be shown as it is), `data` (one to be summed up), `option` (a description for ECharts),
    `figure` (matplotlib, plotly) or `page` (HTML)."""

    value: Any
    told: Mapping[str, Any] = field(default_factory=dict)


class Page:
    """HTML that a chart made itself; it is only ever shown in a frame without rights."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html


def drawing_of(
    registry: Registry, names: Mapping[str, Any], inputs: Inputs, variables: Mapping[str, Any], spec: AttemptSpec
) -> Drawing:
    """What is to be drawn; raises NoChart when the code says nothing of it."""
    code = _Code(registry, names, variables, spec.block, list(inputs.blocks), list(inputs.arguments))
    for each in registry.of("data_source"):
        code.blocks, code.data = ["data_source"], [code.call(each.function)]
        break
    kind = str(spec.configuration.get("chart_type") or "")
    return _rendered(code) or _named_drawing(code, kind) or _values(code, spec.configuration, kind) or _data(code)


@dataclass
class _Code:
    """The executed file. ``data`` is what its functions are given, ``blocks`` where each of it is from."""

    registry: Registry
    names: Mapping[str, Any]
    variables: Mapping[str, Any]
    block: str
    blocks: list[str]
    data: list[Any]

    def call(self, function: Callable[..., Any]) -> Any:
        return block_call(function, self.data, self.blocks, self.variables, block=self.block).of(function)

    def decorated(self, kind: str) -> tuple[Any, Mapping[str, Any]] | None:
        """What the first function of this kind gives, with the options of its decorator."""
        for each in self.registry.of(kind):
            return self.call(each.function), each.options
        return None

    def variable(self, setting: str, name: str) -> Any:
        """The variable that a setting names; raises NoChart saying what there is."""
        own = [
            each
            for each, value in self.names.items()
            if not each.startswith("_") and not isinstance(value, Decorator)  # `x` and `y` are decorators as well
        ]
        if name in own:
            return self.names[name]
        raise NoChart(
            f"The setting `{setting}` of chart `{self.block}` names `{name}`, which its code does not define. "
            f"It has: {', '.join(own[:10]) or 'nothing'}."
        )


# Whole drawings -------------------------------------------------------------------------------------------------------


def _rendered(code: _Code) -> Drawing | None:
    found = code.decorated("render")
    if found is None:
        return None
    given, options = found
    kind = str(options.get("render_type") or "").lower()
    if isinstance(given, str):
        if kind in ("png", "jpeg", "jpg"):
            mime = "png" if kind == "png" else "jpeg"
            given = f'<img alt="" src="data:image/{mime};base64,{given}">'
        return Drawing(Page(given), {"form": "page"})
    drawing = _whole(given)
    if drawing is None:
        raise NoChart(
            f"The function with @render of chart `{code.block}` gave a {type(given).__name__}. "
            "Return HTML, a picture in base64, or a figure."
        )
    return drawing


def _named_drawing(code: _Code, kind: str) -> Drawing | None:
    """What ``option``, ``chart``, ``figure`` or ``fig`` holds, and else what matplotlib has open; of charts of a
    built-in type only figures, since the other names may be anything there."""
    for name in NAMES_OF_DRAWINGS:
        found = _whole(code.names.get(name), described=kind in ("", "custom"))
        if found is not None:
            return found
    return _open_figure()


def _whole(value: Any, *, described: bool = True) -> Drawing | None:
    if described and isinstance(value, dict) and "series" in value:
        return Drawing(_plain(value), {"form": "option"})
    library = type(value).__module__.partition(".")[0]
    if library == "plotly" and hasattr(value, "to_json"):
        return Drawing(value, {"form": "figure"})
    if library in ("matplotlib", "seaborn"):
        figure = value if hasattr(value, "savefig") else getattr(value, "figure", None)
        return None if figure is None else Drawing(figure, {"form": "figure"})
    if described and callable(getattr(value, "_repr_html_", None)) and library != "pandas":
        return Drawing(Page(value._repr_html_()), {"form": "page"})
    return None


def _open_figure() -> Drawing | None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not pyplot.get_fignums():
        return None
    return Drawing(pyplot.gcf(), {"form": "figure"})


def _plain(option: Any) -> Any:
    """The description as JSON, with the values of numpy and pandas as such; raises NoChart for what is none."""
    try:
        text = json.dumps(option, default=_as_json, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NoChart(f"The description of the chart is no JSON: {error}.") from None
    if len(text) > LARGEST_DESCRIPTION:
        raise NoChart(
            f"The description of the chart has {len(text):,} bytes; at most {LARGEST_DESCRIPTION:,} are drawn. "
            "Sum the data up before drawing it."
        )
    return json.loads(text)


def _as_json(value: Any) -> Any:
    for method in ("isoformat", "tolist"):
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    raise TypeError(f"a {type(value).__name__} is no JSON")


# Values ---------------------------------------------------------------------------------------------------------------


def _values(code: _Code, settings: Mapping[str, Any], kind: str) -> Drawing | None:
    both = code.decorated("xy")
    if both is not None:
        given = both[0]
        if not isinstance(given, list | tuple) or len(given) != 2:
            raise NoChart(f"The function with @xy of chart `{code.block}` must return x and y.")
        x, y = given
    else:
        x, y = (_one_axis(code, settings, name) for name in ("x", "y"))
    if x is None and y is None:
        return None
    if kind == "table":
        return Drawing(_rows(x, y, _one_axis(code, settings, "index")), {"form": "rows"})
    told = {name: _told(settings, name) for name in ("x", "y")}
    return Drawing(_frame(x, y, told), {"form": "xy"})


def _one_axis(code: _Code, settings: Mapping[str, Any], name: str) -> Any:
    found = code.decorated("columns" if name == "x" and settings.get("chart_type") == "table" else name)
    if found is None and name == "x":
        found = code.decorated("x")
    if found is not None:
        return found[0]
    wanted = settings.get(name)
    return code.variable(name, wanted) if isinstance(wanted, str) and wanted else None


def _told(settings: Mapping[str, Any], name: str) -> str:
    """What a column is called: the axis' own label, else the variable's name."""
    label = settings.get(f"{name}_axis_label") or settings.get(name)
    return label if isinstance(label, str) and label else name


def _frame(x: Any, y: Any, told: Mapping[str, str]) -> Any:
    """A table of x and one column for each series of y."""
    import pandas as pd

    if isinstance(x, Mapping) and y is None:  # counts by name, as pies have them
        x, y = list(x), [list(x.values())]
    columns: dict[str, Any] = {}
    if x is not None:
        columns[told["x"]] = _column(x)
    series = [] if y is None else _series(y)
    for place, values in enumerate(series):
        name = told["y"] if len(series) == 1 else f"{told['y']} {place + 1}"
        columns[name if name not in columns else f"{name} (y)"] = _column(values)
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        raise NoChart(f"What is drawn together must be as many values: {counted}.")
    return pd.DataFrame(columns)


def _series(y: Any) -> Sequence[Any]:
    """Each series of its own; one that is not in a list is the only one."""
    listed = isinstance(y, list | tuple)
    return y if listed and y and all(_is_column(one) for one in y) else [y]


def _is_column(value: Any) -> bool:
    return isinstance(value, list | tuple) or (hasattr(value, "__len__") and not isinstance(value, str | bytes | dict))


def _column(values: Any) -> Any:
    """Values without an index of their own, which would put them in another order."""
    if isinstance(values, Mapping):
        return list(values.values())
    if not _is_column(values):
        return [values]
    return values.to_numpy() if hasattr(values, "to_numpy") and hasattr(values, "index") else list(values)


def _rows(heads: Any, rows: Any, index: Any) -> Any:
    import pandas as pd

    if hasattr(rows, "columns"):
        return rows
    given = [] if rows is None else [list(row) if _is_column(row) else [row] for row in rows]
    names = [str(head) for head in heads] if heads is not None else None
    if names is not None and any(len(row) != len(names) for row in given):
        raise NoChart(f"The table has {len(names)} columns, and a row with another number of cells.")
    frame = pd.DataFrame(given, columns=names)
    if index is not None:
        frame.insert(0, " ", list(index)[: len(frame)])
    return frame


def _data(code: _Code) -> Drawing:
    """The first table, to be summed up by the settings."""
    for value in code.data:
        if hasattr(value, "columns") or hasattr(value, "schema"):
            return Drawing(value, {"form": "data"})
    if code.data:
        return Drawing(_frame(_column(code.data[0]), None, {"x": "x", "y": "y"}), {"form": "data"})
    raise NoChart(
        f"The code of chart `{code.block}` gives nothing to draw. Name its variables in the settings x and y, or make "
        "`option` (a description for ECharts) or a figure of matplotlib or plotly."
    )
