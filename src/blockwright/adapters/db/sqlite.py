"""The embedded database: one SQLite file in write-ahead mode, shared by every process of the data folder.

The driver is spoken to directly (see ``databases`` for why). Idle connections wait in a stack rather than belong to
threads, so that a server's passing threads leave none behind.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Lock, get_ident

from blockwright.adapters.db.cells import unfit
from blockwright.adapters.db.databases import BUSY_SECONDS, Transaction
from blockwright.adapters.db.sqlite_errors import busy, explain
from blockwright.core.errors import Unavailable
from blockwright.wire import kill_points

_WAL_BYTES_KEPT = 64 * 1024 * 1024
_CHECKPOINT_PAGES = 4_000
"""After so many pages the log is copied into the file, and whoever commits then waits for the disk: four times less
often than SQLite does by itself, and still 16 MB at most to look through."""
_IDLE_KEPT = 4
"""Connections that wait to be used again. Each holds two files and some megabytes of pages and prepared statements, so
that what was once needed at the same moment must not stay for ever."""


def connect(path: Path, *, durable: bool = False) -> sqlite3.Connection:
    """A connection that begins transactions only when told to; ``durable`` syncs each commit to the disk.

    Never open the file by any other means in a process that uses it: closing any descriptor of a file drops all
    POSIX locks that the process has on it, those of SQLite too.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    return connection


class SqliteDatabase:
    """``Database`` on a SQLite file whose schema is up to date (see ``opening``)."""

    one_writer = True

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._path = path
        self._durable = durable
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False
        # SQLite's own waiting polls with sleeps of up to 100 ms; between threads a lock hands over at once.
        self._turn = Lock()
        self._writer: int | None = None

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._take_turn()
        try:
            with self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                kill_points.here("database.before_commit")
                connection.execute("COMMIT")
                kill_points.here("database.after_commit")
        finally:
            self._writer = None
            self._turn.release()

    def write_soon(self) -> AbstractContextManager[Transaction]:
        return self.write()  # which waits for the disk only when all is to be durable

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take_turn(self) -> None:
        if self._writer == get_ident():
            raise RuntimeError("A write unit was opened inside another one; pass the transaction on instead.")
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise busy(self._path)
        self._writer = get_ident()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction; what goes wrong inside is rolled back and explained."""
        connection = self._borrow()
        try:
            yield connection
        except sqlite3.Error as error:
            self._abandon(connection)
            explained = explain(error, self._path)
            if explained is error:
                raise
            raise explained from error
        except (UnicodeEncodeError, OverflowError) as error:
            self._abandon(connection)
            raise unfit(error) from error
        except BaseException:
            self._abandon(connection)
            raise
        self._give_back(connection)

    def _borrow(self) -> sqlite3.Connection:
        if self._closed:
            raise Unavailable(f"The database `{self._path}` was closed.", code="database_closed")
        with suppress(IndexError):
            return self._idle.pop()
        try:
            return connect(self._path, durable=self._durable)
        except sqlite3.Error as error:
            raise explain(error, self._path) from error

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if len(self._idle) >= _IDLE_KEPT:
            connection.close()
            return
        self._idle.append(connection)
        if self._closed:  # closed meanwhile by another thread, which may have missed this one
            self.close()

    def _abandon(self, connection: sqlite3.Connection) -> None:
        """End the transaction of a unit that failed; a connection that cannot even do that is thrown away."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
        else:
            self._give_back(connection)
