"""PostgreSQL as a source and a target, by psycopg 3 (the extra ``sql``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from blockwright.io.column_types import ColumnType, Kind
from blockwright.io.column_values import python_values
from blockwright.io.config import BaseConfigLoader
from blockwright.io.config_keys import ConfigKey
from blockwright.io.errors import ConfigError, ConnectionFailed, extra_needed
from blockwright.io.postgres_results import result_frame
from blockwright.io.sql import BaseSQL, setting
from blockwright.io.sql_tables import Table, quote

if TYPE_CHECKING:
    from pandas import DataFrame

LONGEST_NAME = 63
"""Bytes of an identifier that PostgreSQL keeps; it cuts the rest without a word."""

CONNECT_SECONDS = 10


class Postgres(BaseSQL):
    """``with Postgres.with_config(ConfigFileLoader()) as db: db.load('SELECT …')``.

    Table and schema names are folded to lower case unless an export says ``case_sensitive``, as PostgreSQL does with
    bare names.
    """

    type_names: ClassVar[Mapping[Kind, str]] = {
        Kind.BOOLEAN: "boolean",
        Kind.SMALLINT: "smallint",
        Kind.INTEGER: "integer",
        Kind.BIGINT: "bigint",
        Kind.DOUBLE: "double precision",
        Kind.NUMERIC: "numeric",
        Kind.TIMESTAMP: "timestamp",
        Kind.TIMESTAMPTZ: "timestamptz",
        Kind.DATE: "date",
        Kind.TIME: "time",
        Kind.INTERVAL: "interval",
        Kind.TEXT: "text",
        Kind.BYTES: "bytea",
        Kind.UUID: "uuid",
        Kind.JSON: "jsonb",
    }

    def __init__(
        self,
        dbname: str | None = None,
        user: str | None = None,
        password: str | None = None,
        host: str | None = None,
        port: int | str | None = None,
        schema: str | None = None,
        connection_method: str | None = None,
        connect_timeout: int | str | None = CONNECT_SECONDS,
        verbose: bool = True,
        profile: str | None = None,
        **settings: Any,
    ) -> None:
        """``settings`` are more libpq parameters (``sslmode``, ``application_name`` …). ``profile`` is the name that
        error messages give."""
        super().__init__(verbose)
        if connection_method not in (None, "direct"):
            raise ConfigError(
                f"POSTGRES_CONNECTION_METHOD is `{connection_method}`; only `direct` is available yet.",
                hint="Open the tunnel outside (ssh -N -L 5433:db:5432 gateway) and connect to its local end.",
            )
        self.schema = schema
        self.profile = profile
        self._password = password
        self._settings = {
            "dbname": dbname,
            "user": user,
            "host": host,
            "port": port or 5432,
            "connect_timeout": connect_timeout or CONNECT_SECONDS,
            **settings,
        }

    @classmethod
    def with_config(cls, config: BaseConfigLoader, **settings: Any) -> Self:
        """A connector with the ``POSTGRES_*`` keys of a profile."""
        return cls(
            dbname=settings.pop("dbname", None) or setting(config, ConfigKey.POSTGRES_DBNAME),
            user=setting(config, ConfigKey.POSTGRES_USER),
            password=setting(config, ConfigKey.POSTGRES_PASSWORD),
            host=setting(config, ConfigKey.POSTGRES_HOST),
            port=setting(config, ConfigKey.POSTGRES_PORT),
            schema=setting(config, ConfigKey.POSTGRES_SCHEMA),
            connection_method=setting(config, ConfigKey.POSTGRES_CONNECTION_METHOD),
            connect_timeout=setting(config, ConfigKey.POSTGRES_CONNECT_TIMEOUT),
            profile=config.profile,
            **settings,
        )

    def connect(self) -> Any:
        try:
            import psycopg
        except ImportError:
            raise extra_needed("Postgres", "sql", "psycopg") from None
        settings = {key: value for key, value in self._settings.items() if value is not None}
        try:
            return psycopg.connect(**settings, password=self._password)
        except psycopg.Error as error:
            # Without the driver's error as cause: its frames hold the password.
            raise ConnectionFailed(self._refused(error), hint=self._hint(str(error))) from None

    def default_schema(self) -> str:
        return self.schema or "public"

    def default_database(self) -> str | None:
        name = self._settings["dbname"]
        return None if name is None else str(name)

    def table(self, name: str, schema: str | None = None, *, case_sensitive: bool = False) -> Table:
        own = schema or self.default_schema()
        return Table(_cut(name), own) if case_sensitive else Table(_cut(name.lower()), own.lower())

    def table_exists(self, schema_name: str | None, table_name: str) -> bool:
        found = self.conn.execute(
            "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE nspname = %s AND relname = %s AND relkind IN ('r', 'p', 'v', 'm', 'f')",
            [schema_name or self.default_schema(), _cut(table_name)],
        )
        return found.fetchone() is not None

    def ensure_schema(self, schema: str) -> None:
        # Asked first: CREATE SCHEMA IF NOT EXISTS is refused to whoever may not create one, even when it is there.
        found = self.conn.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
        if found is None:
            self.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")

    def reserve(self, table: str) -> None:
        # Two sessions that create a table of one name at the same time would both pass IF NOT EXISTS.
        self.conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])

    def driver_errors(self) -> tuple[type[BaseException], ...]:
        import psycopg

        return (psycopg.Error,)

    def describe(self, error: BaseException) -> tuple[str, int | None]:
        import psycopg

        message, line = super().describe(error)
        if isinstance(error, psycopg.Error) and error.diag.message_primary:
            told = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
            message = " ".join(f"{part.rstrip('.')}." for part in told if part)
        return message, line

    def execute_script(self, text: str) -> None:
        import psycopg

        self.commit()
        connection: psycopg.Connection[Any] = self.conn
        connection.autocommit = True
        try:
            connection.execute(text.encode())
        finally:
            connection.autocommit = False

    def fetch(self, query: str, params: Any, limit: int) -> DataFrame:
        with self.conn.cursor() as cursor:
            cursor.execute(query, params) if params else cursor.execute(query)
            rows = cursor.fetchmany(limit) if cursor.description and limit else []
            return result_frame(cursor.description or (), rows)

    def upload(self, table: str, columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> None:
        names = ", ".join(quote(column) for column in columns)
        values = [_copied(python_values(frame.iloc[:, place], kind), kind) for place, kind in enumerate(types)]
        with self.conn.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in zip(*values, strict=True):
                copy.write_row(row)

    def _refused(self, error: Exception) -> str:
        place = f"{self._settings['host'] or 'the local socket'}:{self._settings['port']}"
        database, user = self._settings["dbname"] or "(default)", self._settings["user"] or "(default)"
        profile = f", profile `{self.profile}`" if self.profile else ""
        reason = " ".join(str(error).split())
        if self._password:
            reason = reason.replace(str(self._password), "***")
        return f"Postgres at {place} (database `{database}`, user `{user}`{profile}) cannot be reached: {reason}"

    def _hint(self, reason: str) -> str:
        if "authentication" in reason or "does not exist" in reason or "no password" in reason:
            return "Check POSTGRES_DBNAME, POSTGRES_USER and POSTGRES_PASSWORD in io_config.yaml."
        return "Check POSTGRES_HOST and POSTGRES_PORT in io_config.yaml, and that the server is running."


def _cut(name: str) -> str:
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def _copied(values: list[Any], column_type: ColumnType) -> list[Any]:
    """Lists of times and the like go as they are; an empty list needs braces that psycopg cannot type."""
    if column_type.kind is not Kind.LIST:
        return values
    return ["{}" if value == [] else value for value in values]
