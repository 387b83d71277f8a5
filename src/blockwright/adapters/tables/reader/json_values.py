"""Lists that were stored as JSON: of objects (a column for each key), or of values (one column)."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from blockwright.adapters.tables.reader.tables import Column, Form, Table, chunked, of_arrow
from blockwright.core.errors import Invalid

_WORDS = {dict: "a dict", str: "a text", int: "a number", float: "a number", bool: "a truth value", type(None): "None"}


def open_file(path: str) -> Table:
    """The table of a JSON list; raises Invalid saying what else it is."""
    with open(path, "rb") as file:
        value = json.load(file)
    if not isinstance(value, list):
        raise Invalid(
            f"is {_WORDS.get(type(value), 'a value')}, not a table.",
            hint="`blockwright output` shows its preview; block code reads it whole.",
            code="not_a_table",
        )
    if value and all(isinstance(row, dict) for row in value):
        labels = list(dict.fromkeys(label for row in value for label in row))
        return Table(tuple(_column(label, [row.get(label) for row in value]) for label in labels), len(value))
    return Table((_column("value", value),), len(value))


def _column(label: str, cells: list[Any]) -> Column:
    for form, kind in _SIMPLE:
        if all(cell is None or type(cell) in form for cell in cells):
            try:
                array = pa.array(cells, kind, from_pandas=False)
            except (ValueError, OverflowError, UnicodeError):
                break  # an integer of more than 64 bits, a lone surrogate
            return Column(label, str(array.type), of_arrow(chunked(array)))
    texts = [None if cell is None else json.dumps(cell) for cell in cells]
    return Column(label, "json", of_arrow(chunked(pa.array(texts, pa.large_string()))), Form.JSON)


_SIMPLE: tuple[tuple[frozenset[type], pa.DataType], ...] = (
    (frozenset({bool}), pa.bool_()),
    (frozenset({int}), pa.int64()),
    (frozenset({int, float}), pa.float64()),
    (frozenset({str}), pa.large_string()),
)
