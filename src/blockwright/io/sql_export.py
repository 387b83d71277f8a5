"""How a frame or the rows of a query get into a table: one transaction, whatever the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from blockwright.io.base import ExportWritePolicy
from blockwright.io.column_names import clean_column_names
from blockwright.io.column_types import ColumnType, infer_types
from blockwright.io.errors import TableExists
from blockwright.io.frames import as_frame
from blockwright.io.sql_tables import Table, quote

if TYPE_CHECKING:
    from pandas import DataFrame, Series

STAGE = '"_blockwright_stage"'
"""The temporary table that rows pass through where they cannot go straight into their table."""


class ExportTarget(Protocol):
    """What an export needs of a database; ``BaseSQL`` says what each method means."""

    def execute(self, query_string: str, **query_vars: Any) -> None: ...

    def table_exists(self, schema_name: str | None, table_name: str) -> bool: ...

    def ensure_schema(self, schema: str) -> None: ...

    def columns_of(self, query: str) -> list[str]: ...

    def type_name(self, column_type: ColumnType, column: Series[Any]) -> str: ...

    def upload(self, table: str, columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> None: ...


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export; see ``BaseSQL.export``. ``types`` are the caller's, by column name before or after cleaning."""

    policy: ExportWritePolicy = ExportWritePolicy.REPLACE
    index: bool = False
    clean_names: bool = True
    allow_reserved_words: bool = False
    case_sensitive: bool = False
    drop: bool = False
    cascade: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    on_conflict: str | None = None
    unique: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.on_conflict not in (None, "UPDATE", "IGNORE"):
            raise ValueError(f"unique_conflict_method is UPDATE or IGNORE, not {self.on_conflict!r}.")
        if self.on_conflict and not self.unique:
            raise ValueError(f"unique_conflict_method={self.on_conflict!r} needs unique_constraints.")

    def cleaned(self, names: Sequence[object]) -> list[str]:
        """The names of the columns in the table."""
        if not self.clean_names:
            return [str(name) for name in names]
        return clean_column_names(
            names, allow_reserved_words=self.allow_reserved_words, case_sensitive=self.case_sensitive
        )


def export_frame(database: ExportTarget, data: Any, table: Table, options: ExportOptions) -> None:
    """Write ``data`` into ``table``; the caller commits."""
    frame = as_frame(data)
    if options.index:
        frame = frame.reset_index()
    if frame.shape[1] == 0:
        raise ValueError(f"There is nothing to export to {table}: the frame has no columns.")
    columns = options.cleaned(list(frame.columns))
    renamed = dict(zip(map(str, frame.columns), columns, strict=True))
    unique = [renamed.get(name, name) for name in options.unique]
    types = infer_types(frame)
    exists = _prepare(database, table, options)
    if not exists:
        definitions = _definitions(database, frame, columns, types, options.types)
        database.execute(_create(table, definitions, unique))
    if not len(frame):
        return
    if options.on_conflict:
        _upsert(database, _last_of_each(frame, columns, unique, options), table, columns, types, unique, options)
    else:
        database.upload(str(table), columns, frame, types)


def export_query(database: ExportTarget, query: str, table: Table, options: ExportOptions) -> None:
    """Write the rows of ``query`` into ``table``; the caller commits.

    A query that replaces a table may read from it: its rows are put aside before the old ones go.
    """
    source = query
    staged = options.policy is ExportWritePolicy.REPLACE and database.table_exists(table.schema, table.name)
    if staged:
        database.execute(f"CREATE TEMPORARY TABLE {STAGE} AS\n{query}")
        source = f"SELECT * FROM {STAGE}"
    if _prepare(database, table, options):
        database.execute(f"INSERT INTO {table}{_by_name(database, source, table)}\n{source}")
    else:
        database.execute(f"CREATE TABLE {table} AS\n{source}")
    if staged:
        database.execute(f"DROP TABLE {STAGE}")


def _prepare(database: ExportTarget, table: Table, options: ExportOptions) -> bool:
    """Make the schema, apply the policy; whether the table is there to be written to."""
    if table.schema:
        database.ensure_schema(table.schema)
    if not database.table_exists(table.schema, table.name):
        return False
    match options.policy:
        case ExportWritePolicy.FAIL:
            raise TableExists(
                f"Table {table} exists already.", hint="Use if_exists='append' or 'replace', or another name."
            )
        case ExportWritePolicy.APPEND:
            return True
    if options.drop:
        database.execute(f"DROP TABLE {table}{' CASCADE' if options.cascade else ''}")
        return False
    database.execute(f"DELETE FROM {table}")
    return True


def _definitions(
    database: ExportTarget,
    frame: DataFrame,
    columns: Sequence[str],
    types: Sequence[ColumnType],
    overwrite: Mapping[str, str],
) -> list[str]:
    definitions = []
    for place, (column, column_type) in enumerate(zip(columns, types, strict=True)):
        own = overwrite.get(column) or overwrite.get(str(frame.columns[place]))
        definitions.append(f"{quote(column)} {own or database.type_name(column_type, frame.iloc[:, place])}")
    return definitions


def _create(table: Table, definitions: Sequence[str], unique: Sequence[str]) -> str:
    constraint = [f"UNIQUE ({_names(unique)})"] if unique else []
    return f"CREATE TABLE {table} (\n    " + ",\n    ".join([*definitions, *constraint]) + "\n)"


def _upsert(
    database: ExportTarget,
    frame: DataFrame,
    table: Table,
    columns: Sequence[str],
    types: Sequence[ColumnType],
    unique: Sequence[str],
    options: ExportOptions,
) -> None:
    changed = [column for column in columns if column not in unique]
    action = "DO NOTHING"
    if options.on_conflict == "UPDATE" and changed:
        action = "DO UPDATE SET " + ", ".join(f"{quote(column)} = EXCLUDED.{quote(column)}" for column in changed)
    names = _names(columns)
    database.execute(f"CREATE TEMPORARY TABLE {STAGE} AS SELECT {names} FROM {table} LIMIT 0")
    database.upload(STAGE, columns, frame, types)
    # WHERE true: without it SQLite reads ON as the condition of a join.
    database.execute(
        f"INSERT INTO {table} ({names})\nSELECT {names} FROM {STAGE} WHERE true\n"
        f"ON CONFLICT ({_names(unique)}) {action}"
    )
    database.execute(f"DROP TABLE {STAGE}")


def _last_of_each(frame: DataFrame, columns: Sequence[str], unique: Sequence[str], options: ExportOptions) -> DataFrame:
    """Of rows with the same key the one that wins: an upsert may not touch a row twice. NULL equals nothing."""
    places = [place for place, column in enumerate(columns) if column in unique]
    keys = frame.iloc[:, places]
    keep: Literal["first", "last"] = "last" if options.on_conflict == "UPDATE" else "first"
    return frame[keys.isna().any(axis=1) | ~keys.duplicated(keep=keep)]


def _by_name(database: ExportTarget, source: str, table: Table) -> str:
    """The list of columns to insert into when the table has all of the query's; else "" (by position, as Mage)."""
    names = database.columns_of(source)
    known = {name.lower() for name in database.columns_of(f"SELECT * FROM {table}")}
    fits = len({name.lower() for name in names}) == len(names) and all(name.lower() in known for name in names)
    return f" ({_names(names)})" if fits else ""


def _names(columns: Sequence[str]) -> str:
    return ", ".join(quote(column) for column in columns)
