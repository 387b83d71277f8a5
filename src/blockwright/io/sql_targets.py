"""SQL blocks in a database of a profile: inputs are uploaded, the result is a table there and a frame here.

The plain flow makes a table of one query (``create table as``, or insert, by ``export_write_policy``) and reads it
back. The raw flow (``use_raw_sql``) executes the statements as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blockwright.io.base import ExportWritePolicy
from blockwright.io.config import ConfigFileLoader
from blockwright.io.errors import SqlError, TableExists
from blockwright.io.sql_job import SqlBlock, naming_the_statement, run_statements
from blockwright.io.sql_tables import automatic_table, split_table_name, upload_table
from blockwright.io.statements import Statement

if TYPE_CHECKING:
    from pandas import DataFrame

    from blockwright.io.sql import BaseSQL
    from blockwright.io.sql_tables import Table

PROVIDERS = ("duckdb", "postgres", "sqlite")

ROWS_OF_A_CHANGED_TABLE = 1000
"""Rows that a raw block gives back of the table it changed, when it asks for none itself."""

SECONDS_FOR_THE_FILE = 60.0
"""How long a block waits for a DuckDB file that another block has open."""


def run_in_database(job: SqlBlock, provider: str, profile: str) -> DataFrame | None:
    """Run the block in the database of ``profile``; see ``run_sql_block``."""
    with _connected(job, provider, _rendered_profile(job, profile)) as database:
        if job.raw and job.configuration.get("disable_query_preprocessing"):
            whole = Statement(job.text, number=1, line=1, verb="")
            with naming_the_statement(job, database, whole):
                database.execute_script(job.text)
            return None
        statements = job.statements(job.rendered(_input_tables(job, database)))
        return _run_raw(job, database, statements) if job.raw else _run_into_table(job, database, statements)


def _run_raw(job: SqlBlock, database: BaseSQL, statements: Sequence[Statement]) -> DataFrame | None:
    with database.transaction():
        result = run_statements(job, database, statements)
    if result is not None:
        return result
    for statement in reversed(statements):
        if statement.table and statement.verb in ("create", "insert", "update"):
            rows = min(ROWS_OF_A_CHANGED_TABLE, job.row_limit)
            with naming_the_statement(job, database, statement):
                return database.fetch(f"SELECT * FROM {statement.table} LIMIT {rows}", None, rows)
    return None


def _run_into_table(job: SqlBlock, database: BaseSQL, statements: Sequence[Statement]) -> DataFrame:
    *before, query = statements
    if not query.can_be_wrapped:
        raise SqlError(
            f"{job.origin}, statement {query.number}, line {query.line}: `{query.verb.upper()}` gives no rows to make "
            "the block's table of.",
            hint="End with a SELECT, or set `use_raw_sql: true` to execute the text as it is.",
            block=job.block,
            statement=query.number,
            line=query.line,
        )
    for statement in before:
        with naming_the_statement(job, database, statement):
            database.execute(statement.text)
    table = _own_table(job, database)
    with naming_the_statement(job, database, query, lines_before=1):
        _write(job, database, query.text, table)
    with naming_the_statement(job, database, query):
        return database.fetch(f"SELECT * FROM {table} LIMIT {job.row_limit}", None, job.row_limit)


def _write(job: SqlBlock, database: BaseSQL, query: str, table: Table) -> None:
    policy = _policy(job)
    columns = database.columns_of(query)
    there = database.table_exists(table.schema, table.name)
    # A replaced table stays, with its grants and indexes, as long as it still has the same columns.
    rebuild = there and columns != database.columns_of(f"SELECT * FROM {table}")
    database.reserve(str(table))
    try:
        database.export(
            None,
            table.schema,
            table.name,
            if_exists=policy,
            query_string=query,
            case_sensitive=True,
            drop_table_on_replace=rebuild,
            verbose=False,
        )
    except TableExists:
        raise SqlError(
            f"{job.origin}: its table {table} exists already and `export_write_policy` is `fail`.",
            hint="Use `append` or `replace`, or drop the table.",
            block=job.block,
        ) from None


def _policy(job: SqlBlock) -> ExportWritePolicy:
    word = str(job.configuration.get("export_write_policy") or ExportWritePolicy.APPEND)
    try:
        return ExportWritePolicy(word)
    except ValueError:
        raise SqlError(
            f"{job.origin}: `export_write_policy` is `{word}`; it is one of {', '.join(ExportWritePolicy)}.",
            block=job.block,
        ) from None


def _own_table(job: SqlBlock, database: BaseSQL) -> Table:
    configured = job.configuration.get("data_provider_table")
    schema = job.configuration.get("data_provider_schema") or None
    if not configured:
        return database.table(automatic_table(job.pipeline, job.block, job.env, job.dynamic_index), schema)
    named_schema, name = split_table_name(str(configured))
    suffix = "" if job.dynamic_index is None else f"__dynamic_{job.dynamic_index}"
    return database.table(f"{name}{suffix}", schema or named_schema)


def _input_tables(job: SqlBlock, database: BaseSQL) -> dict[str, str]:
    """The table that each ``df_i`` of the text stands for; inputs that the text does not name are not touched."""
    from blockwright.io.sql_templates import referenced_tables
    from blockwright.io.templates import TemplateFailed

    try:
        named = referenced_tables(job.text, job.origin)
    except TemplateFailed as error:
        raise SqlError(error.message, hint=error.hint, block=job.block, line=error.line) from None
    places = [place for place in range(len(job.inputs)) if f"df_{place + 1}" in named]
    return {f"df_{place + 1}": str(_input_table(job, database, place)) for place in places}


def _input_table(job: SqlBlock, database: BaseSQL, place: int) -> Table:
    left = _left_by_upstream(job, database, place)
    return left if left is not None else _uploaded(job, database, place)


def _left_by_upstream(job: SqlBlock, database: BaseSQL, place: int) -> Table | None:
    """The table that an upstream SQL block made in this very database, if it is there."""
    upstream = job.inputs[place].sql
    if not upstream or upstream.get("use_raw_sql"):
        return None
    if job.dynamic_index is not None:
        return None  # a child reads its own item, which is not the whole of the upstream's table
    same = all(
        str(upstream.get(key) or default).lower() == str(job.configuration.get(key) or default).lower()
        for key, default in (
            ("data_provider", ""),
            ("data_provider_profile", "default"),
            ("data_provider_database", ""),
        )
    )
    if not same:
        return None
    schema = upstream.get("data_provider_schema") or None
    named_schema, name = split_table_name(str(upstream.get("data_provider_table") or ""))
    table = database.table(
        name or automatic_table(job.pipeline, job.inputs[place].block, job.env), schema or named_schema
    )
    return table if database.table_exists(table.schema, table.name) else None


def _uploaded(job: SqlBlock, database: BaseSQL, place: int) -> Table:
    """The input's first output as a table of its own, made anew."""
    upstream = job.inputs[place].block
    configured = upload_table(job.configuration, upstream)
    schema, name = split_table_name(configured) if configured else (None, "")
    table = database.table(
        name or automatic_table(job.pipeline, upstream, job.env, job.dynamic_index),
        schema or job.configuration.get("data_provider_schema") or None,
    )
    frame = job.frame(place)
    database.reserve(str(table))
    try:
        database.export(
            frame,
            table.schema,
            table.name,
            if_exists=ExportWritePolicy.REPLACE,
            drop_table_on_replace=True,
            case_sensitive=True,
            verbose=False,
        )
    except database.driver_errors() as error:
        message, _ = database.describe(error)
        raise SqlError(f"{job.origin}: uploading `{upstream}` to {table} failed: {message}", block=job.block) from None
    return table


def _connected(job: SqlBlock, provider: str, profile: str) -> BaseSQL:
    if provider not in PROVIDERS:
        raise SqlError(
            f"{job.origin}: the data provider `{provider}` is not available yet; there are {', '.join(PROVIDERS)}.",
            hint="Without `data_provider` the block runs on DuckDB over its inputs.",
            block=job.block,
        )
    config = ConfigFileLoader(Path(job.context.root) / "io_config.yaml", profile)
    return _connector(job, provider, config)


def _connector(job: SqlBlock, provider: str, config: ConfigFileLoader) -> BaseSQL:
    match provider:
        case "duckdb":
            from blockwright.io.duckdb import DuckDB

            return DuckDB.with_config(config, verbose=False, wait_seconds=SECONDS_FOR_THE_FILE)
        case "sqlite":
            from blockwright.io.sqlite import SQLite

            return SQLite.with_config(config, verbose=False)
    from blockwright.io.postgres import Postgres

    database = job.configuration.get("data_provider_database") or None
    return Postgres.with_config(config, verbose=False, dbname=database)


def _rendered_profile(job: SqlBlock, profile: str) -> str:
    if "{" not in profile:
        return profile
    from blockwright.io.sql_templates import rendered_sql
    from blockwright.io.templates import TemplateFailed

    try:
        return rendered_sql(profile, job.variables, tables={}, origin=f"{job.origin}, data_provider_profile").strip()
    except TemplateFailed as error:
        raise SqlError(error.message, hint=error.hint, block=job.block) from None
