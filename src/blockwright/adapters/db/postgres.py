"""The shared database: PostgreSQL by psycopg, behind SQLAlchemy's connection pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, TimeoutError

from blockwright.adapters.db.cells import unfit
from blockwright.adapters.db.databases import BUSY_SECONDS, Rows, Transaction
from blockwright.adapters.db.schema import CURRENT, READ_VERSION, VERSION_TABLE, Schema
from blockwright.core.errors import Invalid, Unavailable
from blockwright.wire import kill_points

try:
    import psycopg
    from psycopg import errors
except ImportError as error:
    raise Unavailable(
        "BLOCKWRIGHT_DATABASE_URL names a PostgreSQL database, but its driver is not installed.",
        hint="Install it with `pip install 'blockwright[sql]'`.",
        code="missing_extra",
    ) from error

_POOL = 10
_TRANSIENT = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)


def open_postgres(url: str) -> PostgresDatabase:
    """Connect, check the schema's version, and make or upgrade the tables where needed."""
    try:
        engine = create_engine(
            make_url(url),
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_timeout=BUSY_SECONDS,
            connect_args={"connect_timeout": int(BUSY_SECONDS)},
        )
    except (ArgumentError, ValueError) as error:
        raise Invalid(
            "BLOCKWRIGHT_DATABASE_URL cannot be read as a URL.",
            hint="Write `postgresql://user:password@host:5432/database`; escape special characters as %xx.",
        ) from error
    database = PostgresDatabase(engine)
    try:
        database.bring_up_to_date()
    except BaseException:
        database.close()
        raise
    return database


class PostgresDatabase:
    """``Database`` on a PostgreSQL server."""

    one_writer = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._name = engine.url.set(query={}).render_as_string(hide_password=True)
        self._closed = False

    def bring_up_to_date(self, schema: Schema = CURRENT) -> None:
        """Make the tables or run the missing migrations; raises Unavailable when the schema is newer than ours."""
        version = self._version()
        if version == schema.version:
            return
        if version is not None:
            schema.require_known(version, self._name)
        from blockwright.adapters.db.upgrades import upgrade_postgres

        upgrade_postgres(self._engine, schema.migrations)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            # Only here, not for migrations: those may rightly wait long for each other.
            connection.execute(f"SET LOCAL lock_timeout = '{BUSY_SECONDS:g}s'")
            yield _PostgresTransaction(connection)
            kill_points.here("database.before_commit")
            connection.commit()
            kill_points.here("database.after_commit")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield _PostgresTransaction(connection)
            connection.commit()

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()

    def _version(self) -> str | None:
        with self.read() as transaction:
            row = transaction.execute("SELECT to_regclass(?)", (VERSION_TABLE,)).fetchone()
            if row[0] is None:
                return None
            row = transaction.execute(READ_VERSION).fetchone()
            return None if row is None else str(row[0])

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A pooled connection; its transaction is rolled back when the block raises."""
        if self._closed:
            raise Unavailable(f"The database `{self._name}` was closed.", code="database_closed")
        try:
            pooled = self._engine.raw_connection()
        except Exception as error:
            raise self._explained(error) from error
        connection: Any = pooled.driver_connection
        try:
            yield connection
        except psycopg.Error as error:
            if connection.broken or connection.closed:
                # A server that restarted has cut every idle connection too.
                pooled.invalidate()
                self._engine.dispose()
            explained = self._explained(error)
            if explained is error:
                raise
            raise explained from error
        except UnicodeEncodeError as error:
            raise unfit(error) from error
        finally:
            with suppress(psycopg.Error):
                pooled.close()  # back to the pool, which rolls back what was not committed

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, _TRANSIENT):
            return Unavailable(
                f"A row of the database `{self._name}` has been locked by somebody else for too long.",
                hint="Try again; if it stays so, look for idle transactions on the server.",
                code="database_locked",
            )
        if isinstance(error, psycopg.DataError):
            return unfit(error)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | TimeoutError):
            return Unavailable(
                f"The database `{self._name}` does not answer: {' '.join(str(error).split())}",
                hint="Look whether the server runs and BLOCKWRIGHT_DATABASE_URL is right, then try again.",
                code="database_unavailable",
            )
        return error


class _PostgresTransaction:
    __slots__ = ("_connection",)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Rows:
        return self._connection.execute(_in_driver_style(statement), parameters)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        cursor = self._connection.cursor()
        cursor.executemany(_in_driver_style(statement), rows)
        return cursor


@lru_cache(maxsize=512)
def _in_driver_style(statement: str) -> Any:
    """The statement with psycopg's placeholders; ours contain ``?`` and ``%`` nowhere else."""
    return statement.replace("?", "%s")
