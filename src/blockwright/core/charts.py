"""Charts as the settings of the format describe them: what of a table is drawn, and how. Pure."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blockwright.core.errors import Invalid


class ChartType(StrEnum):
    """``chart_type`` of the format, and four of our own at the end."""

    BAR = "bar chart"
    HISTOGRAM = "histogram"
    LINE = "line chart"
    PIE = "pie chart"
    TABLE = "table"
    TIME_BAR = "time series bar chart"
    TIME_LINE = "time series line chart"
    CUSTOM = "custom"
    SCATTER = "scatter plot"
    HEAT_MAP = "heat map"
    BOX = "box plot"
    NUMBER = "number"


AGGREGATES: Mapping[str, str] = {
    "average": "mean",
    "count": "count",
    "count_distinct": "count_distinct",
    "max": "max",
    "median": "median",
    "min": "min",
    "mode": "mode",
    "sum": "sum",
}
"""The format's words, each with ours."""
INTERVALS = ("original", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
LARGEST = 1_000
"""Of bins and rows that a setting may ask for."""

_KINDS: Mapping[ChartType, str] = {
    ChartType.BAR: "bar",
    ChartType.HISTOGRAM: "histogram",
    ChartType.LINE: "line",
    ChartType.PIE: "pie",
    ChartType.TABLE: "table",
    ChartType.TIME_BAR: "bar",
    ChartType.TIME_LINE: "line",
    ChartType.SCATTER: "scatter",
    ChartType.HEAT_MAP: "heat_map",
    ChartType.BOX: "box",
    ChartType.NUMBER: "number",
    ChartType.CUSTOM: "table",
}
_NEEDS: Mapping[ChartType, tuple[int, int]] = {
    ChartType.BAR: (1, 0),
    ChartType.HISTOGRAM: (1, 0),
    ChartType.LINE: (1, 0),
    ChartType.PIE: (1, 0),
    ChartType.TIME_BAR: (1, 0),
    ChartType.TIME_LINE: (1, 0),
    ChartType.SCATTER: (1, 1),
    ChartType.HEAT_MAP: (2, 0),
    ChartType.BOX: (0, 1),
}
"""How many columns to group by, and how many figures, a chart cannot do without."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of many rows: ``aggregate`` in our words; ``column`` empty: rows are counted."""

    column: str
    aggregate: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``group_by`` are columns: the first goes along the bottom, the second colours (of a heat map it runs up).
    ``x``, ``y`` and ``index`` name variables of the chart's code. ``interval`` is empty where times stay as they are,
    ``order`` is `ascending`, `descending`, `x` or empty."""

    type: ChartType
    group_by: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    interval: str = ""
    buckets: int | None = None
    limit: int | None = None
    order: str = ""
    x: str = ""
    y: str = ""
    index: str = ""
    horizontal: bool = False
    height: int | None = None
    x_label: str = ""
    y_label: str = ""
    smooth: bool = False

    @property
    def kind(self) -> str:
        """The kind of marks that it is drawn from."""
        return _KINDS[self.type]

    @property
    def of_time(self) -> bool:
        return self.type in (ChartType.TIME_BAR, ChartType.TIME_LINE)

    @property
    def names_variables(self) -> bool:
        """Whether what is drawn are variables of its code."""
        return bool(self.x or self.y)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table: see ``ports.tables.ChartWish``, whose fields these are."""

    kind: str
    x: str
    colour: str | None
    figures: tuple[Figure, ...]
    interval: str
    buckets: int | None
    limit: int | None
    order: str


def read_chart(configuration: Mapping[str, Any]) -> Chart:
    """The chart that a block's configuration describes; raises Invalid naming the key. Keys of the format that say how
    labels are formatted by JavaScript are kept in the file and left alone."""
    said = configuration.get("chart_type")
    if not said:
        return Chart(ChartType.CUSTOM, x=_word(configuration, "x"), y=_word(configuration, "y"))
    try:
        type = ChartType(str(said))
    except ValueError:
        known = ", ".join(f"`{each}`" for each in ChartType)
        raise _wrong("chart_type", f"`{said}` is no type of a chart.", f"There are {known}.") from None
    design = configuration.get("design")
    return Chart(
        type=type,
        group_by=_columns(configuration.get("group_by")),
        figures=_figures(configuration.get("metrics")),
        interval=_interval(configuration.get("time_interval"), type),
        buckets=_number(configuration, "buckets"),
        limit=_number(configuration, "limit"),
        order=_order(configuration),
        x=_word(configuration, "x"),
        y=_word(configuration, "y"),
        index=_word(configuration, "index"),
        horizontal=configuration.get("chart_style") == "horizontal",
        height=_number(configuration, "height"),
        x_label=_word(configuration, "x_axis_label"),
        y_label=_word(configuration, "y_axis_label"),
        smooth=isinstance(design, Mapping) and bool(design.get("y_values_smooth")),
    )


def question_of(chart: Chart, columns: Sequence[str] | None = None) -> Question:
    """What the chart asks of its table; ``columns`` are those of one that its code made: the first goes along the
    bottom, the others are figures. Raises Invalid when it does not say what to draw."""
    group, figures = chart.group_by, chart.figures
    if columns is not None:
        group, figures = _of_code(chart, columns)
    groups, needed = _NEEDS.get(chart.type, (0, 0))
    if len(group) < groups:
        what = "two columns" if groups == 2 else "a column"
        raise _wrong("group_by", f"A {chart.type} needs {what} to group by.", "Write `group_by: [name]`.")
    if len(figures) < needed:
        raise _wrong(
            "metrics",
            f"A {chart.type} needs a column of numbers.",
            "Write `metrics: [{column: name, aggregation: sum}]`.",
        )
    return Question(
        kind=chart.kind,
        x=group[0] if group else "",
        colour=group[1] if len(group) > 1 and len(figures) <= 1 else None,
        figures=figures,
        interval=chart.interval,
        buckets=chart.buckets,
        limit=chart.limit,
        order=chart.order,
    )


def has_code(text: str) -> bool:
    """Whether the source of a chart does anything but import; also when it cannot be parsed, so that its error is
    seen."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return True
    return any(not isinstance(one, ast.Import | ast.ImportFrom) and not _is_words(one) for one in body)


def draws_by_code(chart: Chart, text: str) -> bool:
    """Whether what is drawn comes of the chart's code. Code beside settings that sum up a block's data counts only when
    it has a function with a decorator."""
    if not has_code(text):
        return False
    if chart.type is ChartType.CUSTOM or chart.names_variables or not (chart.group_by or chart.figures):
        return True
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return True
    return any(isinstance(one, ast.FunctionDef) and one.decorator_list for one in body)


def _is_words(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _of_code(chart: Chart, columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[Figure, ...]]:
    """Values of code are figures already: those of one place are added up, as there is one of each. Alone they are
    what is counted, grouped or spread."""
    first, rest = columns[:1], columns[1:]
    match chart.type:
        case ChartType.NUMBER:
            return (), tuple(Figure(name, "sum") for name in rest or first)
        case ChartType.BOX:
            return tuple(first if rest else ()), tuple(Figure(name, "mean") for name in rest or first)
        case ChartType.HEAT_MAP:
            return tuple(columns[:2]), tuple(Figure(name, "sum") for name in columns[2:3])
        case ChartType.TABLE | ChartType.CUSTOM:
            return (), ()
        case ChartType.HISTOGRAM:
            return tuple(first), ()
        case _:
            return tuple(first), tuple(Figure(name, "sum") for name in rest)


def _wrong(key: str, message: str, hint: str) -> Invalid:
    return Invalid(f"`{key}`: {message}", hint=hint, code="chart_setting")


def _word(configuration: Mapping[str, Any], key: str) -> str:
    value = configuration.get(key)
    return value if isinstance(value, str) else ""


def _columns(said: Any) -> tuple[str, ...]:
    if said is None:
        return ()
    found = [said] if isinstance(said, str) else said
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _wrong("group_by", "It must be a list of columns.", "Write `group_by: [name]`.")
    return tuple(found)


def _figures(said: Any) -> tuple[Figure, ...]:
    if said is None:
        return ()
    if not isinstance(said, list):
        raise _wrong("metrics", "It must be a list.", "Write `metrics: [{column: name, aggregation: sum}]`.")
    found = []
    for place, one in enumerate(said):
        key = f"metrics[{place}]"
        if not isinstance(one, Mapping):
            raise _wrong(key, "It must be a mapping.", "Write `{column: name, aggregation: sum}`.")
        word = str(one.get("aggregation") or "count")
        if word not in AGGREGATES:
            raise _wrong(f"{key}.aggregation", f"There is no `{word}`.", f"There are {', '.join(AGGREGATES)}.")
        column = one.get("column") or ""
        if not column and word != "count":
            raise _wrong(f"{key}.column", f"The {word} of what?", "Name a column, or take `count`.")
        found.append(Figure(str(column), AGGREGATES[word]))
    return tuple(found)


def _interval(said: Any, type: ChartType) -> str:
    if said is None:
        return "day" if type in (ChartType.TIME_BAR, ChartType.TIME_LINE) else ""
    if said not in INTERVALS:
        raise _wrong("time_interval", f"There is no `{said}`.", f"There are {', '.join(INTERVALS)}.")
    return "" if said == "original" else str(said)


def _number(configuration: Mapping[str, Any], key: str) -> int | None:
    said = configuration.get(key)
    if said is None or said == "":
        return None
    try:
        number = int(said)
    except (TypeError, ValueError):
        raise _wrong(key, f"`{said}` is no whole number.", "Write a number.") from None
    if number < 1:
        raise _wrong(key, f"{number} is too few.", "Write a number of at least 1.")
    return min(number, LARGEST)


def _order(configuration: Mapping[str, Any]) -> str:
    """``y_sort_order``: by the figures; ``order_by`` with anything in it: by what goes along the bottom."""
    said = configuration.get("y_sort_order")
    if said in ("ascending", "descending"):
        return str(said)
    return "x" if configuration.get("order_by") else ""
