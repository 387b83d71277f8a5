"""``Idempotency`` on any ``Database``."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.core.errors import Conflict
from blockwright.ports.idempotency import KeptAnswer

_OPEN = 0
"""The status of a claim that is not settled; no answer has it."""

_CLAIM = """
INSERT INTO idempotency (project, key, request, status, answer, created) VALUES (?, ?, ?, 0, '', ?)
ON CONFLICT (project, key) DO NOTHING
"""
_FIND = "SELECT request, status, answer, created FROM idempotency WHERE project = ? AND key = ?"
_TAKE_OVER = """
UPDATE idempotency SET request = ?, created = ? WHERE project = ? AND key = ? AND status = 0 AND created = ?
"""
_SETTLE = "UPDATE idempotency SET status = ?, answer = ? WHERE project = ? AND key = ?"
_RELEASE = "DELETE FROM idempotency WHERE project = ? AND key = ? AND status = 0"
_PRUNE = "DELETE FROM idempotency WHERE created < ?"


class DatabaseIdempotency:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, project: str, key: str, request: str, *, now: datetime, stale: datetime) -> KeptAnswer | None:
        with self._database.write() as transaction:
            if transaction.execute(_CLAIM, (project, key, request, time_cell(now))).rowcount == 1:
                return None
            before, status, answer, created = transaction.execute(_FIND, (project, key)).fetchone()
            if status != _OPEN and before == request:
                return KeptAnswer(status, answer)
            if status == _OPEN and moment(created) < stale:
                return _take_over(transaction, project, key, request, created, now)
        if before != request:
            raise Conflict(
                "This idempotency key was used for another request.",
                hint="Take a new key for each new thing to create.",
                code="idempotency_key_reused",
            )
        raise _in_progress()

    def settle(self, project: str, key: str, answer: KeptAnswer) -> None:
        with self._database.write() as transaction:
            transaction.execute(_SETTLE, (answer.status, answer.answer, project, key))

    def release(self, project: str, key: str) -> None:
        with self._database.write() as transaction:
            transaction.execute(_RELEASE, (project, key))

    def prune(self, before: datetime) -> int:
        with self._database.write() as transaction:
            return transaction.execute(_PRUNE, (time_cell(before),)).rowcount


def _take_over(
    transaction: Transaction, project: str, key: str, request: str, created: int, now: datetime
) -> KeptAnswer | None:
    taken = transaction.execute(_TAKE_OVER, (request, time_cell(now), project, key, created)).rowcount
    if not taken:
        raise _in_progress()
    return None


def _in_progress() -> Conflict:
    return Conflict(
        "A request with this idempotency key is being done.",
        hint="Ask again in a moment: it will answer what that one did.",
        code="idempotency_in_progress",
    )
