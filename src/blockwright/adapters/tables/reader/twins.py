"""Columns of two tables side by side, in a form in which DuckDB finds equal what people call equal.

Missing equals missing, be it null or NaN (whoever uses these columns takes NaN for null). Numbers are compared by
value whatever their type, moments by instant, text by its characters. Values of different kinds (a number and a text)
are never equal.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from blockwright.adapters.tables.reader.cells import FILE, cells
from blockwright.adapters.tables.reader.queries import counted, known, searchable
from blockwright.adapters.tables.reader.tables import ALL, Column, Form, chunked


def twins(before: Column, after: Column) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Both columns, comparable by ``IS NOT DISTINCT FROM``."""
    if Form.OPAQUE in (before.form, after.form):
        return _unlike(before, after) if before.form is not after.form else (before.read(ALL), after.read(ALL))
    if Form.JSON in (before.form, after.form):
        return _as_texts(before), _as_texts(after)
    one, other = _values(before), _values(after)
    if one.type == other.type:
        return (counted(one), counted(other)) if pa.types.is_temporal(one.type) else (known(one), known(other))
    kind, other_kind = _family(one.type), _family(other.type)
    if kind != other_kind:
        return _unlike(before, after)
    if kind in ("moment", "date", "time", "duration", "nested"):
        return _as_texts(before), _as_texts(after)
    return known(one), known(other)


def are_alike(before: Column, after: Column) -> bool:
    """Whether values of the two columns can be equal at all."""
    if before.form is not Form.PLAIN or after.form is not Form.PLAIN:
        return before.form is after.form
    kinds = {_family(_values(column, slice(0, 0)).type) for column in (before, after)} - {"null"}
    return len(kinds) < 2


def _values(column: Column, rows: slice = ALL) -> pa.ChunkedArray:
    """The column without wrappings (categories, extension types) that do not change its values."""
    array = column.read(rows)
    if isinstance(array.type, pa.BaseExtensionType) or pa.types.is_dictionary(array.type):
        return known(array)
    return array


def _family(kind: pa.DataType) -> str:
    for family, belongs in _FAMILIES:
        if belongs(kind):
            return family
    return "nested"


def _unlike(before: Column, after: Column) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Cells of which only the missing ones are equal."""
    return _marks(before, 0), _marks(after, 1)


def _marks(column: Column, mark: int) -> pa.ChunkedArray:
    return chunked(pa.array([None if cell is None else mark for cell in cells(column, ALL)], pa.int8()))


def _as_texts(column: Column) -> pa.ChunkedArray:
    if column.form is Form.JSON:
        return searchable(column)
    return chunked(pa.array([_text(cell) for cell in cells(column, ALL, FILE)], pa.large_string()))


def _text(cell: Any) -> str | None:
    return cell if cell is None or isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, sort_keys=True)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


_FAMILIES = (
    ("null", pa.types.is_null),
    ("boolean", pa.types.is_boolean),
    ("number", _is_number),
    ("text", _is_text),
    ("bytes", _is_bytes),
    ("moment", pa.types.is_timestamp),
    ("date", pa.types.is_date),
    ("time", pa.types.is_time),
    ("duration", lambda kind: pa.types.is_duration(kind) or pa.types.is_interval(kind)),
)
