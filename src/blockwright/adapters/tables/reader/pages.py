"""Pages: which rows, in which order, and their cells.

DuckDB only finds the numbers of the rows; the cells come from the stored value itself, so nothing is lost on the way
through another system's types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from blockwright.adapters.tables.reader import conditions
from blockwright.adapters.tables.reader.cells import cells
from blockwright.adapters.tables.reader.queries import (
    ROW,
    connected,
    counted,
    first_line,
    known,
    missing_as_null,
    one_row,
    quoted,
    register,
    rows_of,
    searchable,
)
from blockwright.adapters.tables.reader.tables import ALL, Column, Form, Rows, Table, listed
from blockwright.core.errors import Invalid

_MOST_CELLS = 2_000_000


def page(
    table: Table, *, offset: int, limit: int, sort: Sequence[str], where: str | None, memory: int
) -> dict[str, Any]:
    """The answer to ``Tables.page``; ``memory`` bounds the query in bytes."""
    if offset < 0 or limit < 0:
        raise Invalid(f"A page starts at row {offset} and has {limit} rows; neither can be negative.")
    limit = max(0, min(limit, table.rows - offset))
    matching = table.rows
    if limit * len(table.columns) > _MOST_CELLS:
        raise Invalid(
            f"A page of {limit:,} rows and {len(table.columns):,} columns is too large.",
            hint="Ask for fewer rows, or export the value.",
        )
    if sort or where is not None:
        rows: Rows
        rows, matching = _chosen(table, offset, limit, sort, where, memory)
    else:
        rows = slice(min(offset, table.rows), min(offset, table.rows) + limit)
    columns = [cells(column, rows) for column in table.columns]
    count = len(columns[0]) if columns else limit
    return {
        "columns": table.labels,
        "types": [column.type for column in table.columns],
        "opaque": [column.label for column in table.columns if column.form is Form.OPAQUE],
        "rows": [[column[row] for column in columns] for row in range(count)],
        "total": table.rows,
        "matching": matching,
    }


def _chosen(
    table: Table, offset: int, limit: int, sort: Sequence[str], where: str | None, memory: int
) -> tuple[np.ndarray[Any, Any], int]:
    """The numbers of the rows of the page, and how many rows the condition lets through."""
    with connected(memory) as database:
        condition = conditions.parse(database, where, table) if where is not None else conditions.EVERYTHING
        hidden = _hidden(condition.columns)
        keys, order = _keys(table, sort, hidden)
        used = {f"used{place}": searchable(table.columns[at]) for place, at in enumerate(condition.columns.values())}
        register(database, "data", table.rows, {**keys, **used})
        row = quoted(hidden + ROW)
        shown = [f"{ROW} AS {row}", *(f"{key} AS {quoted(hidden + key)}" for key in keys)]
        shown += [
            f"{missing_as_null(name, used[name])} AS {quoted(label)}"
            for name, label in zip(used, condition.columns, strict=True)
        ]
        found = f"FROM (SELECT {', '.join(shown)} FROM data) AS {quoted(hidden)} WHERE {condition.sql}"
        sql = f"SELECT {row} {found} ORDER BY {', '.join([*order, row])} LIMIT {limit} OFFSET {offset}"
        try:
            rows = rows_of(database, sql)
            matching = table.rows if where is None else int(one_row(database, f"SELECT count(*) {found}")[0])
            return rows, matching
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            if where is None:
                raise
            raise Invalid(
                f"The condition {where!r} cannot be met: {first_line(error)}",
                hint=f"The columns are: {listed(table.labels)}.",
                code="condition",
            ) from error


def _hidden(names: Iterable[str]) -> str:
    """A beginning that no name of the condition has, for the names that are ours."""
    hidden = "_"
    while any(name.startswith(hidden) for name in names):
        hidden += "_"
    return hidden


def _keys(table: Table, sort: Sequence[str], hidden: str) -> tuple[dict[str, pa.ChunkedArray], list[str]]:
    """The columns to sort by, and the terms of ORDER BY; what is missing comes last in both directions."""
    arrays: dict[str, pa.ChunkedArray] = {}
    order = []
    for place, wish in enumerate(sort):
        label, direction = _direction(table, wish)
        key = f"key{place}"
        arrays[key] = _sortable(table.columns[table.index(label)])
        order.append(f"{missing_as_null(quoted(hidden + key), arrays[key])} {direction} NULLS LAST")
    return arrays, order


def _direction(table: Table, wish: str) -> tuple[str, str]:
    if wish.startswith("-") and wish not in table.labels:
        return wish[1:], "DESC"
    return wish, "ASC"


def _sortable(column: Column) -> pa.ChunkedArray:
    """A column in the order that its own type means: categories with an order by it, moments as numbers."""
    if column.form is not Form.PLAIN:
        return searchable(column)
    array = column.read(ALL)
    if pa.types.is_dictionary(array.type) and array.type.ordered:
        codes = [chunk.indices for chunk in array.unify_dictionaries().chunks]
        return pa.chunked_array(codes, array.type.index_type)
    return counted(array) if pa.types.is_temporal(array.type) else known(array)
