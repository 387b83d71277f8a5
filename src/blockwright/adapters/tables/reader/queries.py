"""DuckDB over the columns of a table: in memory, without files, network or settings that a query could change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockwright.adapters.tables.reader.tables import ALL, Column, Form, chunked
from blockwright.core.errors import Invalid, Unavailable

ROW = "row"
"""The column of row numbers that every registered table has."""

_SETTINGS = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}


@contextmanager
def connected(memory: int) -> Iterator[Any]:
    """A fresh database with at most ``memory`` bytes. Errors of queries become Invalid or Unavailable."""
    with duckdb.connect(":memory:", config={**_SETTINGS, "memory_limit": f"{memory >> 20}MiB"}) as database:
        database.execute("SET disabled_filesystems='LocalFileSystem'").fetchall()
        database.execute("SET lock_configuration=true").fetchall()
        try:
            yield database
        except duckdb.OutOfMemoryException as error:
            raise Unavailable(
                f"The query needs more than {memory >> 20} MiB of memory.",
                hint="Ask for fewer columns or rows.",
                code="memory",
            ) from error
        except duckdb.Error as error:
            raise Invalid(f"The query cannot be answered: {first_line(error)}", code="query") from error


def register(database: Any, name: str, rows: int, arrays: Mapping[str, pa.ChunkedArray]) -> None:
    """Let queries see columns as table ``name``, with the numbers of the rows as ``row``."""
    numbers = chunked(pa.array(np.arange(rows, dtype=np.int64)))
    table = pa.table({ROW: numbers, **arrays})
    database.register(name, pa.Table.from_batches(table.to_batches(max_chunksize=131_072), table.schema))


def rows_of(database: Any, sql: str) -> np.ndarray[Any, Any]:
    """The row numbers that a query selects in its first column, in its order."""
    result = database.execute(sql).to_arrow_table()
    return np.asarray(result.column(0).to_numpy(), dtype=np.int64)


def one_row(database: Any, sql: str, parameters: Sequence[Any] = ()) -> Any:
    """The single row of a query's result. All is fetched: DuckDB takes no next query before."""
    (row,) = database.execute(sql, parameters).fetchall()
    return row


def searchable(column: Column) -> pa.ChunkedArray:
    """A whole column as DuckDB can take it; raises Invalid when its cells are Python objects."""
    if column.form is Form.OPAQUE:
        raise opaque(column)
    array = column.read(ALL)
    if column.form is Form.JSON:
        return chunked(pa.array([_text(cell) for cell in array.to_pylist()], pa.large_string()))
    return known(array)


def known(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same values in a type that DuckDB knows."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return known(pa.chunked_array([chunk.storage for chunk in array.chunks], kind.storage_type))
    if pa.types.is_null(kind):
        return array.cast(pa.int32())
    if pa.types.is_float16(kind):
        return array.cast(pa.float32())
    if pa.types.is_decimal256(kind):
        return _narrow(array)
    if pa.types.is_dictionary(kind):
        return known(_decoded(array))
    if pa.types.is_run_end_encoded(kind):
        return known(pc.run_end_decode(array))
    return array


def counted(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates, times, moments and durations as whole numbers of their unit: no system disagrees about those."""
    if array.type == pa.month_day_nano_interval():
        return known(array)
    narrow = pa.types.is_date32(array.type) or pa.types.is_time32(array.type)
    return array.cast(pa.int32()) if narrow else array.cast(pa.int64())


def missing_as_null(name: str, array: pa.ChunkedArray) -> str:
    """The SQL for a registered column in which NaN is null."""
    return f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END" if pa.types.is_floating(array.type) else name


def opaque(column: Column) -> Invalid:
    """The error for a column of pickles."""
    return Invalid(
        f"Column `{column.label}` holds Python objects that only block code can read.",
        hint=f"Turn them into text, numbers or lists in the block, for example with "
        f"`frame[{column.label!r}].astype(str)`, or drop the column.",
        code="opaque_column",
    )


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def first_line(error: BaseException) -> str:
    """What DuckDB complains of, without the query around it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removeprefix("Binder Error: ").removeprefix("Parser Error: ")[:500]


def _decoded(array: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([chunk.dictionary_decode() for chunk in array.chunks], array.type.value_type)


def _narrow(array: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return array.cast(pa.decimal128(38, array.type.scale))
    except ValueError:
        return array.cast(pa.float64())


def _text(cell: str | None) -> str | None:
    """A JSON cell for people: a string is itself, the rest its JSON."""
    if cell is None or cell == "null":
        return None
    if not cell.startswith('"'):
        return None if cell == "NaN" else cell
    try:
        return str(json.loads(cell)).encode("utf-8", "replace").decode("utf-8")
    except ValueError:
        return cell
