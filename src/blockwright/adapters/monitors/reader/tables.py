"""Batches of the log as tables: read whatever their form, and brought to the same columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MANY = frozenset({"request_id", "key", "actual"})
"""Texts of which almost each is another one."""


def schema_of(path: Path) -> pa.Schema:
    """Raises OSError or ArrowInvalid for a file that is damaged."""
    if path.suffix == ".parquet":
        return pq.read_schema(path)
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        return reader.schema


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The columns of ``columns`` that the file has; None: all. Raises OSError or ArrowInvalid for a damaged file."""
    if path.suffix == ".parquet":
        schema = pq.read_schema(path)
        # Few different texts, many rows: counted by number they cost a tenth.
        few = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in _MANY]
        with pq.ParquetFile(path, memory_map=True, read_dictionary=few) as file:
            return file.read(None if columns is None else [name for name in columns if name in schema.names])
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        table = reader.read_all()
    return table if columns is None else table.select([name for name in columns if name in table.column_names])


def common(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """A schema that every one of them can be brought to without loss: numbers to numbers, what differs to JSON text."""
    found: dict[str, pa.DataType] = {}
    for schema in schemas:
        for field in schema:
            found[field.name] = _wider(found.get(field.name), field.type)
    return pa.schema([(name, pa.string() if pa.types.is_null(kind) else kind) for name, kind in found.items()])


def brought(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of ``schema``; those that it has not are null."""
    return pa.table([_column(table, field) for field in schema], schema=schema)


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """All rows, one table after the other."""
    schema = common([table.schema for table in tables])
    return pa.concat_tables([brought(table, schema) for table in tables])


def _column(table: pa.Table, field: pa.Field) -> Any:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    column = table.column(field.name)
    if column.type == field.type:
        return column
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
        if column.type == field.type:
            return column
    if pa.types.is_string(field.type) and not pa.types.is_null(column.type):
        return pa.array([None if value is None else json.dumps(value, default=str) for value in column.to_pylist()])
    return column.cast(field.type, safe=False)


def _wider(one: pa.DataType | None, other: pa.DataType) -> pa.DataType:
    if one is None or one == other or pa.types.is_null(one):
        return other
    if pa.types.is_dictionary(one) or pa.types.is_dictionary(other):
        plain = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in (one, other)]
        return _wider(plain[0], plain[1])
    if pa.types.is_null(other):
        return one
    if _is_number(one) and _is_number(other):
        return pa.float64() if pa.types.is_floating(one) or pa.types.is_floating(other) else pa.int64()
    return pa.string()


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
