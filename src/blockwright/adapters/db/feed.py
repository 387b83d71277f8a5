"""The feed read back in the order in which its entries were committed; see ``tables.feed`` for how that is known.

SQLite has one writer at a time, so the numbers of the entries are that order. On PostgreSQL several write at once, and
one that began early may commit late: an entry counts as readable only when every transaction as old as its own has
ended, and the order is that of the transactions. So an entry appears late rather than behind a reader's back.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.feed_rows import INSERT_FEED
from blockwright.adapters.db.statements import placeholders, upsert
from blockwright.core.errors import Invalid, NotFound
from blockwright.ports.feed import Cursor, FeedEntry

_READABLE = "writer < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_EVERYTHING = "writer >= 0"
_END = "SELECT writer, entry FROM feed_end"
_FORGET = "DELETE FROM feed WHERE (writer, id) <= (?, ?)"
_FORGOTTEN = upsert("feed_end", ("id", "writer", "entry"), key=("id",))
_PAGE = 2_000
_NEVER_PRUNED = (0, 0)


class DatabaseFeed:
    """``Feed`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._condition = _EVERYTHING if database.one_writer else _READABLE

    def newest(self) -> Cursor:
        with self._database.read() as transaction:
            statement = f"SELECT writer, id FROM feed WHERE {self._condition} ORDER BY writer DESC, id DESC LIMIT 1"
            row = transaction.execute(statement).fetchone()
            return _cursor(*(row or _pruned_to(transaction)))

    def after(
        self, cursor: Cursor, *, projects: Collection[str] | None = None, limit: int = 500
    ) -> Sequence[FeedEntry]:
        writer, number = _place(cursor)
        where = f"(writer, id) > (?, ?) AND {self._condition}"
        parameters: list[Any] = [writer, number]
        if projects is not None:
            if not projects:
                return ()
            where += f" AND project IN ({placeholders(len(projects))})"
            parameters += sorted(projects)
        statement = (
            f"SELECT writer, id, time, project, topic, run_id, data FROM feed WHERE {where} ORDER BY writer, id LIMIT ?"
        )
        with self._database.read() as transaction:
            end = transaction.execute(_END)  # asked together, one way there and back: every follower asks all the time
            found = transaction.execute(statement, (*parameters, limit))
            if (writer, number) < (end.fetchone() or _NEVER_PRUNED):
                raise NotFound(
                    "What changed since then has been forgotten.", hint="Load everything anew.", code="feed_gone"
                )
            rows = found.fetchall()
        return [
            FeedEntry(_cursor(by, entry), moment(time), project, topic, run, document(data))
            for by, entry, time, project, topic, run, data in rows
        ]

    def add(self, project: str, topic: str, data: Mapping[str, Any], *, now: datetime) -> None:
        with self._database.write() as transaction:
            transaction.execute(INSERT_FEED, (time_cell(now), project, topic, None, document_cell(data)))

    def prune(self, before: datetime) -> int:
        """Page by page, oldest first, so that no other writer waits long."""
        limit = time_cell(before)
        assert limit is not None
        forgotten = 0
        while True:
            with self._database.write() as transaction:
                statement = f"SELECT writer, id, time FROM feed WHERE {self._condition} ORDER BY writer, id LIMIT ?"
                page = transaction.execute(statement, (_PAGE,)).fetchall()
                old = list(itertools.takewhile(lambda row: row[2] < limit, page))
                if old:
                    writer, number, _ = old[-1]
                    transaction.execute(_FORGOTTEN, (1, writer, number))
                    transaction.execute(_FORGET, (writer, number))
            forgotten += len(old)
            if len(old) < _PAGE:
                return forgotten


def _pruned_to(transaction: Transaction) -> tuple[int, int]:
    writer, number = transaction.execute(_END).fetchone() or _NEVER_PRUNED
    return writer, number


def _cursor(writer: int, number: int) -> Cursor:
    return Cursor(f"{writer}-{number}")


def _place(cursor: str) -> tuple[int, int]:
    writer, _, number = cursor.partition("-")
    if not (writer.isdecimal() and number.isdecimal()) or len(cursor) > 40 or not cursor.isascii():
        raise Invalid(f"{cursor[:40]!r} is no place in the feed.", hint="Begin without one.", code="cursor")
    place = int(writer), int(number)
    if max(place) >= 2**63:
        raise Invalid(f"{cursor!r} is no place in the feed.", hint="Begin without one.", code="cursor")
    return place
