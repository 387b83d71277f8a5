"""The shared database: PostgreSQL by psycopg, behind SQLAlchemy's connection pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, TimeoutError

from blockwright.adapters.db.cells import unfit
from blockwright.adapters.db.databases import BUSY_SECONDS, Refused, Transaction
from blockwright.adapters.db.schema import CURRENT, READ_VERSION, VERSION_TABLE, Schema
from blockwright.core.errors import Invalid, Unavailable
from blockwright.wire import kill_points

try:
    import psycopg
    from psycopg import errors

    from blockwright.adapters.db.pipelining import Pipeline
except ImportError as error:
    raise Unavailable(
        "BLOCKWRIGHT_DATABASE_URL names a PostgreSQL database, but its driver is not installed.",
        hint="Install it with `pip install 'blockwright[sql]'`.",
        code="missing_extra",
    ) from error

_POOL = 10
_SNAPSHOT = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_TRANSIENT = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)


def open_postgres(url: str) -> PostgresDatabase:
    """Connect, check the schema's version, and make or upgrade the tables where needed."""
    try:
        engine = create_engine(
            make_url(url),
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_timeout=BUSY_SECONDS,
            pool_use_lifo=True,  # the connection used last knows most statements
            pool_reset_on_return=None,  # units end their transactions themselves
            connect_args={"connect_timeout": int(BUSY_SECONDS), "client_encoding": "utf8"},
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

        self._engine.dispose()  # migrations speak to a connection of their own in the driver's way
        upgrade_postgres(self._engine, schema.migrations)

    def write(self) -> AbstractContextManager[Transaction]:
        return self._write()

    def write_soon(self) -> AbstractContextManager[Transaction]:
        return self._write(b"SET LOCAL synchronous_commit = off")

    @contextmanager
    def _write(self, *settings: bytes) -> Iterator[Transaction]:
        with self._unit() as pipeline:
            # Only here, not for migrations: those may rightly wait long for each other.
            pipeline.begin(b"BEGIN", b"SET LOCAL lock_timeout = '%gs'" % BUSY_SECONDS, *settings)
            yield pipeline
            kill_points.here("database.before_commit")
            pipeline.commit()
            kill_points.here("database.after_commit")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._unit() as pipeline:
            pipeline.begin(_SNAPSHOT)
            yield pipeline
            pipeline.leave()

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()

    def _version(self) -> str | None:
        with self.read() as transaction:
            encoding, table = transaction.execute(
                "SELECT current_setting('server_encoding'), to_regclass(?)", (VERSION_TABLE,)
            ).fetchone()
            self._require_utf8(str(encoding))
            if table is None:
                return None
            row = transaction.execute(READ_VERSION).fetchone()
            return None if row is None else str(row[0])

    def _require_utf8(self, encoding: str) -> None:
        """Names and logs hold characters of every language; a database of another encoding would refuse some of them in
        the middle of a run, or keep them unread."""
        if encoding != "UTF8":
            raise Invalid(
                f"The database {self._name} has the encoding {encoding}; Blockwright needs UTF8.",
                hint="Make one with `CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0`.",
                code="database_encoding",
            )

    @contextmanager
    def _unit(self) -> Iterator[Pipeline]:
        """A pooled connection; its transaction is rolled back when the block raises."""
        pool, pooled = self._engine.pool, self._borrow()
        try:
            try:
                yield _pipeline_of(pooled)
            except BaseException:
                self._abandon(pooled)
                raise
            finally:
                if self._engine.pool is not pool and pooled.is_valid:
                    pooled.invalidate()  # its pool was given up meanwhile, and nobody else would close it
                pooled.close()  # back to the pool
        except psycopg.Error as error:
            explained = self._explained(error)
            if explained is error:
                raise
            raise explained from error
        except UnicodeEncodeError as error:
            raise unfit(error) from error

    def _borrow(self) -> PoolProxiedConnection:
        if self._closed:
            raise Unavailable(f"The database `{self._name}` was closed.", code="database_closed")
        try:
            return self._engine.raw_connection()
        except Exception as error:
            raise self._explained(error) from error

    def _abandon(self, pooled: PoolProxiedConnection) -> None:
        """End the transaction of a unit that failed. A connection that cannot even do that is thrown away with all that
        are idle: a server that restarted has cut those, too."""
        try:
            _pipeline_of(pooled).abandon()
        except psycopg.Error:
            pooled.invalidate()
            self._engine.dispose()

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, _TRANSIENT):
            return Unavailable(
                f"A row of the database `{self._name}` has been locked by somebody else for too long.",
                hint="Try again; if it stays so, look for idle transactions on the server.",
                code="database_locked",
            )
        if isinstance(error, errors.NotNullViolation | errors.ForeignKeyViolation):
            return Refused(str(error))
        if isinstance(error, psycopg.DataError):
            return unfit(error)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | TimeoutError):
            return Unavailable(
                f"The database `{self._name}` does not answer: {' '.join(str(error).split())}",
                hint="Look whether the server runs and BLOCKWRIGHT_DATABASE_URL is right, then try again.",
                code="database_unavailable",
            )
        return error


def _pipeline_of(pooled: PoolProxiedConnection) -> Pipeline:
    """The pipeline of a connection, which it keeps as long as it lives."""
    known: Pipeline | None = pooled.info.get(Pipeline)
    if known is None:
        connection: Any = pooled.driver_connection
        known = pooled.info[Pipeline] = Pipeline(connection)
    return known
