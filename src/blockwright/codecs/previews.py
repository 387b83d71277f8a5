"""What a person sees of a stored value: a small piece of JSON in the manifest, so that no list ever opens a file.

``kind`` tells how to show it:

``table``   ``columns`` [{name, type}], ``rows`` (the first 100), ``total``; of wide tables 200 columns
``json``    ``value`` cut to a readable size, ``total`` items, ``cut``: whether something was left out
``value``   ``type``, ``value``: a number, a date …;   ``text``: ``text``, ``length``;   ``bytes``: ``length``
``array``   ``dtype``, ``shape``, ``values`` (the first 100, row by row);  sparse ones with ``format`` and ``stored``
``model``   ``class``, ``params``
``image``   ``mime``, ``data`` (base64);   ``plotly``: ``spec``
``html``    ``html``: what the object says of itself to notebooks; only ever shown in a frame of no origin
``object``  ``class``, ``repr``
"""

from __future__ import annotations

import base64
import io
import json
import warnings
from typing import Any

from blockwright.codecs import cells, kinds, tables

_ROWS = 100
_COLUMNS = 200
_LARGEST = 200_000  # bytes of JSON
_LARGEST_PICTURE = 1_000_000  # bytes before base64
_DOTS_PER_INCH = (100, 60, 30)  # tried until the picture is small enough


def preview(value: Any) -> dict[str, Any]:
    """The preview of any value. Never raises: what cannot be shown is shown as an object of its class."""
    try:
        return _sized(_preview(value), value)
    except Exception:  # repr, len, iteration … run code of the user's classes
        return _object(value)


def _preview(value: Any) -> dict[str, Any]:
    if tables.library(value):
        return _table(value)
    kind = kinds.kind_of(value)
    match kind:
        case "text":
            return {"kind": "text", "text": cells.text(value, 10_000), "length": len(value)}
        case "bytes":
            return {"kind": "bytes", "length": len(value)}
        case "array":
            return _array(value)
        case "sparse":
            words = {"dtype": str(value.dtype), "shape": list(value.shape)}
            return {"kind": "array", **words, "format": value.format, "stored": int(value.nnz)}
        case "model":
            return {"kind": "model", "class": cells.class_name(type(value)), "params": _parameters(value)}
        case "figure":
            return _picture(value)
        case "plotly":
            return _plotly(value)
        case "container":
            shown, was_cut = cells.cut(value)
            return {"kind": "json", "value": shown, "total": len(value), "cut": was_cut}
        case "value":
            missing = isinstance(value, float) and value != value  # alone it is no missing cell: it is what came out
            shown = "NaN" if missing else cells.cell(value)
            return {"kind": "value", "type": type(value).__name__, "value": shown}
    return _html(value) or _object(value)


def _sized(made: dict[str, Any], value: Any) -> dict[str, Any]:
    """The preview if it is small enough; else a table of fewer rows or columns, or the object's class."""
    if made["kind"] not in ("table", "json", "array", "model"):
        return made
    while len(json.dumps(made, allow_nan=False)) > _LARGEST:
        if made["kind"] != "table" or len(made["columns"]) <= 1 >= len(made["rows"]):
            return _object(value)
        if len(made["rows"]) > 10:
            made = {**made, "rows": made["rows"][: len(made["rows"]) // 2]}
        else:
            kept = max(1, len(made["columns"]) // 2)
            made = {**made, "columns": made["columns"][:kept], "rows": [row[:kept] for row in made["rows"]][:10]}
    return made


def _table(value: Any) -> dict[str, Any]:
    head = tables.head(value, rows=_ROWS, columns=_COLUMNS)
    shown = [[cells.cell(part) for part in column] for column in head.columns]
    columns = [{"name": cells.text(each.name), "type": cells.text(each.type)} for each in head.schema]
    rows = [list(row) for row in zip(*shown, strict=True)]
    return {"kind": "table", "columns": columns, "rows": rows, "total": head.rows}


def _array(value: Any) -> dict[str, Any]:
    first = value.reshape(-1)[:_ROWS] if value.flags.c_contiguous else value.flat[:_ROWS]
    values = [cells.cell(part) for part in first]
    return {"kind": "array", "dtype": str(value.dtype), "shape": list(value.shape), "values": values}


def _parameters(model: Any) -> Any:
    get = getattr(model, "get_params", None)
    if get is None:
        return {}
    try:
        return cells.cut(get(deep=False))[0]
    except Exception:  # estimators of others' making
        return {}


def _picture(value: Any) -> dict[str, Any]:
    figure = getattr(value, "figure", None) or value
    for resolution in _DOTS_PER_INCH:
        file = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fonts without a glyph, layouts that do not fit: no news for a preview
            figure.savefig(file, format="png", dpi=resolution)
        if file.tell() <= _LARGEST_PICTURE:
            return {"kind": "image", "mime": "image/png", "data": base64.b64encode(file.getvalue()).decode("ascii")}
    return _object(value)


def _plotly(value: Any) -> dict[str, Any]:
    spec = value.to_json(validate=False)
    return {"kind": "plotly", "spec": json.loads(spec)} if len(spec) <= _LARGEST_PICTURE else _object(value)


def _html(value: Any) -> dict[str, Any] | None:
    """By the method that notebooks ask for: styled tables, maps, charts, ``HTML("…")``."""
    if isinstance(value, type) or not callable(getattr(value, "_repr_html_", None)):
        return None
    made = value._repr_html_()
    if not isinstance(made, str) or len(made) > _LARGEST_PICTURE:
        return None
    return {"kind": "html", "html": made}


def _object(value: Any) -> dict[str, Any]:
    return {"kind": "object", "class": cells.class_name(type(value)), "repr": cells.shown(value, 2_000)}
