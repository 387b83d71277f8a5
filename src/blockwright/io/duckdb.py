"""DuckDB as a source and a target: a file, ``:memory:`` or MotherDuck (``md:…``)."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from blockwright.io.column_types import ColumnType, Kind
from blockwright.io.column_values import python_values
from blockwright.io.config import BaseConfigLoader
from blockwright.io.config_keys import ConfigKey
from blockwright.io.errors import ConnectionFailed
from blockwright.io.sql import BaseSQL, setting
from blockwright.io.sql_tables import quote

if TYPE_CHECKING:
    import pyarrow
    from pandas import DataFrame, Series

_WIDEST_DECIMAL = 38
_UPLOAD = "_blockwright_upload"
_RETRY_SECONDS = 0.05


class DuckDB(BaseSQL):
    """``with DuckDB.with_config(ConfigFileLoader()) as db: db.load('SELECT …')``."""

    type_names: ClassVar[Mapping[Kind, str]] = {
        Kind.BOOLEAN: "BOOLEAN",
        # Integers are always wide here: they cost nothing, and a later append cannot overflow.
        Kind.SMALLINT: "BIGINT",
        Kind.INTEGER: "BIGINT",
        Kind.BIGINT: "BIGINT",
        Kind.DOUBLE: "DOUBLE",
        Kind.NUMERIC: "DECIMAL",
        Kind.TIMESTAMP: "TIMESTAMP",
        Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
        Kind.DATE: "DATE",
        Kind.TIME: "TIME",
        Kind.INTERVAL: "INTERVAL",
        Kind.TEXT: "VARCHAR",
        Kind.BYTES: "BLOB",
        Kind.UUID: "UUID",
        Kind.JSON: "JSON",
    }

    def __init__(
        self,
        database: str | os.PathLike[str] | None = None,
        motherduck_token: str | None = None,
        schema: str | None = None,
        verbose: bool = True,
        wait_seconds: float = 0.0,
        **_: Any,
    ) -> None:
        """``wait_seconds``: how long to wait for a file that another process has open for writing."""
        super().__init__(verbose)
        self.database = os.fspath(database) if database else ":memory:"
        self.schema = schema
        self._token = motherduck_token
        self._wait_seconds = wait_seconds

    @classmethod
    def with_config(cls, config: BaseConfigLoader, **settings: Any) -> Self:
        """A connector with the ``DUCKDB_*`` and ``MOTHERDUCK_TOKEN`` keys of a profile."""
        return cls(
            database=setting(config, ConfigKey.DUCKDB_DATABASE),
            motherduck_token=setting(config, ConfigKey.MOTHERDUCK_TOKEN),
            schema=setting(config, ConfigKey.DUCKDB_SCHEMA),
            **settings,
        )

    def connect(self) -> Any:
        """A connection in which SQL sees no Python variables, only tables."""
        import duckdb

        settings: dict[str, Any] = {"python_enable_replacements": False}
        if self._token:
            settings["motherduck_token"] = self._token
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                return duckdb.connect(self.database, config=settings)
            except duckdb.Error as error:
                if not _is_locked(error) or time.monotonic() >= deadline:
                    raise self._not_opened(error) from None
            time.sleep(_RETRY_SECONDS)  # nothing tells when another process lets go of the file

    def _not_opened(self, error: Exception) -> ConnectionFailed:
        message = str(error).splitlines()[0].replace(self._token or "\0", "***")
        hint = (
            "Another process has it open; DuckDB lets only one process write to a file."
            if _is_locked(error)
            else "Check DUCKDB_DATABASE; relative paths count from the working directory."
        )
        return ConnectionFailed(
            f"DuckDB cannot open `{self.database}` (working directory: {os.getcwd()}): {message}", hint=hint
        )

    def default_schema(self) -> str:
        return self.schema or "main"

    def default_database(self) -> str:
        return self.database

    def table_exists(self, schema_name: str | None, table_name: str) -> bool:
        found = self.conn.execute(
            "SELECT 1 FROM information_schema.tables WHERE lower(table_schema) = lower(?) AND lower(table_name) = "
            "lower(?) AND table_catalog IN (current_database(), 'temp')",
            [schema_name or self.default_schema(), table_name],
        ).fetchall()
        return bool(found)

    def ensure_schema(self, schema: str) -> None:
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")

    def driver_errors(self) -> tuple[type[BaseException], ...]:
        import duckdb

        return (duckdb.Error,)

    def begin(self) -> None:
        """Outside of a transaction that somebody began, DuckDB commits every statement."""
        self.conn.begin()

    def commit(self) -> None:
        _if_in_transaction(self.conn.commit)

    def rollback(self) -> None:
        _if_in_transaction(self.conn.rollback)

    def execute(self, query_string: str, **query_vars: Any) -> None:
        # A result that nobody fetches would keep the connection busy.
        self.conn.execute(query_string, query_vars or None).fetchall()

    def execute_script(self, text: str) -> None:
        self.execute(text)

    def fetch(self, query: str, params: Any, limit: int) -> DataFrame:
        result = self.conn.execute(query, params) if params else self.conn.execute(query)
        return result_frame(result).head(limit)

    def upload(self, table: str, columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> None:
        rows = arrow_table(columns, frame, types)
        names = ", ".join(quote(column) for column in columns)
        self.conn.register(_UPLOAD, rows)
        try:
            self.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {_UPLOAD}")
        finally:
            self.conn.unregister(_UPLOAD)

    def type_name(self, column_type: ColumnType, column: Series[Any]) -> str:
        if column_type.kind is not Kind.NUMERIC:
            return super().type_name(column_type, column)
        return _decimal_type(value for value in python_values(column, column_type) if value is not None)


def _is_locked(error: Exception) -> bool:
    return "could not set lock" in str(error).lower()


def _if_in_transaction(action: Callable[[], Any]) -> None:
    import duckdb

    try:
        action()
    except duckdb.TransactionException as error:
        if "no transaction is active" not in str(error):
            raise


def result_frame(result: Any) -> DataFrame:
    """The rows of an executed query as a frame; sums of integers come back as integers where they fit, and instants
    of nanoseconds with their zone, which DuckDB's own conversion forgets (it keeps them in UTC)."""
    types = [str(column[1]) for column in result.description or ()]
    with warnings.catch_warnings():
        # DuckDB's own conversion uses a keyword that newer versions of pandas warn of.
        warnings.filterwarnings("ignore", message="The inplace keyword", category=Warning)
        frame: DataFrame = result.df()
    for place, kind in enumerate(types):
        column = frame.iloc[:, place]
        if kind == "HUGEINT" and not column.isna().any() and (column.abs() < 2**53).all():
            frame.isetitem(place, column.to_numpy().astype("int64"))
        elif kind == "TIMESTAMPTZ_NS" and column.dtype.kind == "M" and getattr(column.dtype, "tz", None) is None:
            frame.isetitem(place, column.dt.tz_localize("UTC"))
    return frame


def arrow_table(columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> pyarrow.Table:
    """``frame`` as Arrow under other column names: NaN is null, and what Arrow has no type for is JSON or text."""
    import pyarrow as pa

    return pa.table(
        [_arrow_column(frame.iloc[:, place], kind) for place, kind in enumerate(types)], names=list(columns)
    )


def _arrow_column(column: Series[Any], column_type: ColumnType) -> Any:
    import pandas as pd
    import pyarrow as pa

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # pyarrow would ask pandas for `values`, of which pandas 3.1 warns in the person's own log.
        zoned = pa.timestamp(column.dtype.unit, tz=pa.lib.tzinfo_to_string(column.dtype.tz))
        return pa.array(column.dt.tz_convert(None).to_numpy(), type=zoned, from_pandas=True)
    if column.dtype.kind in "biufmM":
        return pa.array(column, from_pandas=True)
    values = python_values(column, column_type)
    if column_type.kind is Kind.UUID:
        values = [None if value is None else str(value) for value in values]
    return pa.array(values, type=pa.string() if column_type.kind is Kind.TEXT else None)


def _decimal_type(values: Any) -> str:
    """A DECIMAL wide enough for every value, or DOUBLE where 38 digits are not."""
    whole, fraction = 1, 0
    for value in values:
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            return "DOUBLE"
        fraction = max(fraction, -exponent)
        whole = max(whole, len(digits) + exponent)
    return f"DECIMAL({whole + fraction}, {fraction})" if whole + fraction <= _WIDEST_DECIMAL else "DOUBLE"
