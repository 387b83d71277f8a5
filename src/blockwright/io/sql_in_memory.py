"""SQL over the inputs of a block in a DuckDB of its own, which is gone when the block ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockwright.io.column_types import infer_types
from blockwright.io.duckdb import DuckDB, arrow_table
from blockwright.io.errors import SqlError
from blockwright.io.sql_job import SqlBlock, naming_the_statement, run_statements
from blockwright.io.statements import Statement, words

if TYPE_CHECKING:
    import pyarrow
    from pandas import DataFrame


def run_in_memory(job: SqlBlock) -> DataFrame | None:
    """The rows of the last query; else the table that the last statement made or changed; else None.

    Inputs are views ``df_1``, ``df_2`` … and bear their block's name too; only those that the text names are read.
    """
    rendered = job.rendered({f"df_{place}": f"df_{place}" for place in range(1, len(job.inputs) + 1)})
    statements = job.statements(rendered)
    with DuckDB(verbose=False) as database:
        _register(job, database, words(rendered))
        result = run_statements(job, database, statements)
        return result if result is not None else _written(job, database, statements)


def _register(job: SqlBlock, database: DuckDB, named: set[str]) -> None:
    for place, item in enumerate(job.inputs):
        names = {f"df_{place + 1}", item.block, item.block.replace("/", "_")}
        wanted = {name for name in names if name.lower() in named}
        if not wanted:
            continue
        try:
            table = _arrow(job, place)
        except SqlError:
            if f"df_{place + 1}" in wanted:
                raise
            continue  # the block's name stands for something else in this text
        for name in wanted:
            database.conn.register(name, table)


def _arrow(job: SqlBlock, place: int) -> pyarrow.Table:
    """The input as Arrow: mapped from the store where it is a table there, else converted from what it is."""
    try:
        table = job.inputs[place].arrow()
    except (TypeError, ValueError):
        frame = job.frame(place)
        return arrow_table([str(name) for name in frame.columns], frame, infer_types(frame))
    if table.num_columns == 0:
        raise job.no_columns(place)
    return table


def _written(job: SqlBlock, database: DuckDB, statements: list[Statement]) -> DataFrame | None:
    for statement in reversed(statements):
        if statement.table and statement.verb in ("create", "insert", "update"):
            with naming_the_statement(job, database, statement):
                return database.fetch(f"SELECT * FROM {statement.table} LIMIT {job.row_limit}", None, job.row_limit)
    return None
