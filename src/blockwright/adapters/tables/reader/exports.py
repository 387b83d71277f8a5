"""A stored value as a file for other tools: csv, parquet, json (one list) or jsonl (one object each line).

Data is written as it is: a text that begins with ``=`` stays one, which a spreadsheet may take for a formula. NaN and
null are empty in csv and ``null`` in json; bytes are Base64; lists and structs are JSON text in csv. A second column
of the same label gets ``_2``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from blockwright.adapters.tables.reader.cells import FILE, cells
from blockwright.adapters.tables.reader.queries import opaque
from blockwright.adapters.tables.reader.tables import Column, Form, Table, chunked
from blockwright.core.errors import Invalid

_ROWS = 50_000  # written at once


def export(table: Table, path: str, suffix: str) -> int:
    """Write the table to a new file; returns the rows. Raises Invalid naming a column that has no such form."""
    for column in table.columns:
        if column.form is Form.OPAQUE:
            raise opaque(column)
    with open(path, "xb") as file:
        _WRITERS[suffix](table, file)
    return table.rows


def _csv(table: Table, file: BinaryIO) -> None:
    if not table.columns:
        return
    schema = pa.schema([(name, _csv_type(column)) for name, column in zip(table.names(), table.columns, strict=True)])
    options = pyarrow.csv.WriteOptions(include_header=True, batch_size=_ROWS)
    with pyarrow.csv.CSVWriter(file, schema, write_options=options) as writer:
        for rows in _slices(table):
            arrays = [_csv_cells(column, rows) for column in table.columns]
            writer.write_table(pa.table(arrays, schema=schema))


def _csv_type(column: Column) -> pa.DataType:
    kind = column.read(slice(0, 0)).type
    simple = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if column.form is Form.PLAIN and simple:
        return pa.float32() if pa.types.is_float16(kind) else kind
    return pa.large_string()


def _csv_cells(column: Column, rows: slice) -> pa.ChunkedArray:
    kind = _csv_type(column)
    if pa.types.is_large_string(kind):
        return chunked(pa.array([_csv_text(cell) for cell in cells(column, rows, FILE)], kind))
    array = column.read(rows).cast(kind)
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
    return array


def _csv_text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return json.dumps(cell, ensure_ascii=False)


def _parquet(table: Table, file: BinaryIO) -> None:
    schema = pa.schema(
        [(name, _parquet_type(column)) for name, column in zip(table.names(), table.columns, strict=True)]
    )
    try:
        with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
            for rows in _slices(table):
                arrays = [column.read(rows) for column in table.columns]
                writer.write_table(pa.table(arrays, schema=schema))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise Invalid(
            f"Parquet cannot hold this table: {error}", hint="Export it as json or csv, or change the column's type."
        ) from error


def _parquet_type(column: Column) -> pa.DataType:
    return column.read(slice(0, 0)).type


def _json(table: Table, file: BinaryIO) -> None:
    start = b"[\n"
    for line in _objects(table):
        file.write(start + line)
        start = b",\n"
    file.write(b"[]\n" if start == b"[\n" else b"\n]\n")


def _json_lines(table: Table, file: BinaryIO) -> None:
    for line in _objects(table):
        file.write(line + b"\n")


def _objects(table: Table) -> Iterator[bytes]:
    names = table.names()
    for rows in _slices(table):
        columns = [cells(column, rows, FILE) for column in table.columns]
        for row in zip(*columns, strict=True) if columns else ():
            text = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, separators=(",", ":"))
            yield text.encode("utf-8", "replace")


def _slices(table: Table) -> Iterator[slice]:
    for start in range(0, table.rows, _ROWS):
        yield slice(start, min(start + _ROWS, table.rows))


_WRITERS: Mapping[str, Callable[[Table, BinaryIO], None]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
    ".jsonl": _json_lines,
}
