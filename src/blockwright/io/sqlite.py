"""SQLite as a source and a target; the file is the key ``SQLITE_DATABASE`` of a profile.

SQLite keeps no dates and no booleans: they are stored as ISO text and as 0 and 1, and come back so (``parse_dates`` of
``load`` makes times of them again).
"""

from __future__ import annotations

import datetime as dt
import decimal
import os
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from blockwright.io.column_types import ColumnType, Kind
from blockwright.io.column_values import python_values, to_json
from blockwright.io.config import BaseConfigLoader
from blockwright.io.config_keys import ConfigKey
from blockwright.io.errors import ConnectionFailed, ConnectorError
from blockwright.io.sql import BaseSQL, setting
from blockwright.io.sql_tables import quote

if TYPE_CHECKING:
    from pandas import DataFrame

_BUSY_SECONDS = 10.0


class SQLite(BaseSQL):
    """``with SQLite.with_config(ConfigFileLoader()) as db: db.load('SELECT …')``."""

    type_names: ClassVar[Mapping[Kind, str]] = {
        Kind.BOOLEAN: "BOOLEAN",
        Kind.SMALLINT: "INTEGER",
        Kind.INTEGER: "INTEGER",
        Kind.BIGINT: "INTEGER",
        Kind.DOUBLE: "REAL",
        Kind.NUMERIC: "NUMERIC",
        Kind.TIMESTAMP: "TIMESTAMP",
        Kind.TIMESTAMPTZ: "TIMESTAMP",
        Kind.DATE: "DATE",
        Kind.TIME: "TIME",
        Kind.INTERVAL: "TEXT",
        Kind.TEXT: "TEXT",
        Kind.BYTES: "BLOB",
        Kind.UUID: "TEXT",
        Kind.JSON: "TEXT",
        Kind.LIST: "TEXT",
    }

    def __init__(
        self,
        database: str | os.PathLike[str] | None = None,
        schema: str | None = None,
        verbose: bool = True,
        **_: Any,
    ) -> None:
        super().__init__(verbose)
        self.database = os.fspath(database) if database else ":memory:"
        self.schema = schema

    @classmethod
    def with_config(cls, config: BaseConfigLoader, **settings: Any) -> Self:
        """A connector for the file that the key ``SQLITE_DATABASE`` names."""
        return cls(database=setting(config, ConfigKey.SQLITE_DATABASE), **settings)

    def connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.database, timeout=_BUSY_SECONDS, check_same_thread=False)
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").close()
        except sqlite3.Error as error:
            raise ConnectionFailed(
                f"SQLite cannot open `{self.database}` (working directory: {os.getcwd()}): {error}.",
                hint="Check SQLITE_DATABASE and that its folder exists (relative to the working directory).",
            ) from None
        return connection

    def default_schema(self) -> str:
        return self.schema or "main"

    def default_database(self) -> str:
        return self.database

    def table_exists(self, schema_name: str | None, table_name: str) -> bool:
        catalog = f"{quote(schema_name or self.default_schema())}.sqlite_master"
        found = self.conn.execute(
            f"SELECT 1 FROM {catalog} WHERE type IN ('table', 'view') AND lower(name) = lower(?)", [table_name]
        ).fetchone()
        return found is not None

    def ensure_schema(self, schema: str) -> None:
        attached = [row[1] for row in self.conn.execute("PRAGMA database_list")]
        if schema.lower() not in (name.lower() for name in attached):
            raise ConnectorError(
                f"SQLite has no schemas: `{schema}` is not an attached database.",
                hint="Leave the schema out, or run ATTACH DATABASE first.",
            )

    def driver_errors(self) -> tuple[type[BaseException], ...]:
        return (sqlite3.Error,)

    def begin(self) -> None:
        # The driver begins by itself only before it changes rows; a table must come and go with its rows.
        if not self.conn.in_transaction:
            self.conn.execute("BEGIN IMMEDIATE")

    def execute_script(self, text: str) -> None:
        self.conn.executescript(text)

    def fetch(self, query: str, params: Any, limit: int) -> DataFrame:
        cursor = self.conn.execute(query, params or ())
        try:
            names = [column[0] for column in cursor.description or ()]
            return _frame(names, cursor.fetchmany(limit) if names and limit else [])
        finally:
            cursor.close()

    def upload(self, table: str, columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> None:
        names = ", ".join(quote(column) for column in columns)
        places = ", ".join("?" * len(columns))
        values = [_storable(python_values(frame.iloc[:, place], kind)) for place, kind in enumerate(types)]
        self.conn.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", zip(*values, strict=True))


def _storable(values: list[Any]) -> list[Any]:
    return [_stored(value) for value in values]


def _stored(value: Any) -> Any:
    """The integer, real, text or bytes that SQLite keeps for a value."""
    match value:
        case bool():
            return int(value)
        case int():
            return value if -(2**63) <= value < 2**63 else str(value)
        case dt.datetime():
            return value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta() | decimal.Decimal() | uuid.UUID():
            return str(value)
        case list():
            return to_json(value)
    return value


def _frame(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> DataFrame:
    """Rows as a frame; two columns may share a name, and a column keeps whatever its values are."""
    import pandas as pd

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    frame = pd.DataFrame({place: pd.Series(list(values)) for place, values in enumerate(columns)})
    frame.columns = pd.Index(list(names))
    return frame
