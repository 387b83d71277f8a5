"""What the stores of this folder need of a database: short write units and reads in a snapshot of their own.

Statements are plain SQL that SQLite and PostgreSQL both understand, with ``?`` for each parameter. They are texts and
not expression objects because every command of the terminal opens the database: importing the expression language
costs 200 ms, as much as half of pandas. ``tables`` holds the schema itself, and a test keeps the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

BUSY_SECONDS = 10.0
"""How long a write unit waits for another one before it gives up with ``database_locked``."""


class Refused(Exception):
    """A cell that must not be empty would be, or what a row belongs to is not there. Some statements are written to be
    refused when what they take for granted is not so: nobody has to wait for their answer."""


class Rows(Protocol):
    """The answer to one statement; each row is a tuple in the order of the columns asked for."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchmany(self, size: int, /) -> list[Any]: ...

    def fetchall(self) -> list[Any]: ...


class Transaction(Protocol):
    """Fetch the rows of an answer before the transaction ends."""

    def execute(self, statement: str, parameters: Sequence[Any] = ..., /) -> Rows: ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object: ...


class Database(Protocol):
    """Safe to use from every thread, but not across ``fork``: a child opens its own.

    A transaction ends with its ``with`` block: committed when the block ends, rolled back whole when it raises.
    Trouble with the database itself (locked, full, gone) raises Unavailable and leaves nothing half written.
    """

    @property
    def one_writer(self) -> bool:
        """Whether write units happen one after another, so that what they number grows in the order of commits."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """A unit that may write. No user code and no waiting belongs inside; units do not nest."""
        ...

    def write_soon(self) -> AbstractContextManager[Transaction]:
        """As ``write``, for what need not be on the disk when the unit ends: a crash of the database itself may take it
        back. The next unit of ``write`` brings it to the disk as well."""
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A unit that only reads, in a snapshot that no writer disturbs."""
        ...

    def close(self) -> None:
        """Close every connection; later units raise Unavailable."""
        ...
