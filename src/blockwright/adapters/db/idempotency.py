"""``Idempotency`` on any ``Database``."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId
from blockwright.ports.idempotency import KeptAnswer, OpenClaim

_OPEN = 0
"""The status of a claim that is not settled; no answer has it."""

_CLAIM = """
INSERT INTO idempotency (project, key, request, status, answer, created, holder) VALUES (?, ?, ?, 0, '', ?, ?)
ON CONFLICT (project, key) DO NOTHING
"""
_FIND = "SELECT request, status, answer, created, holder, run FROM idempotency WHERE project = ? AND key = ?"
_TAKE_OVER = """
UPDATE idempotency SET created = ?, holder = ?
WHERE project = ? AND key = ? AND status = 0 AND run IS NULL AND created = ? AND holder = ?
"""
_NAME_RUN = "UPDATE idempotency SET run = ? WHERE project = ? AND key = ? AND status = 0 AND run IS NULL"
_SETTLE = "UPDATE idempotency SET status = ?, answer = ? WHERE project = ? AND key = ?"
_RELEASE = "DELETE FROM idempotency WHERE project = ? AND key = ? AND status = 0 AND run IS NULL"
_PRUNE = "DELETE FROM idempotency WHERE created < ?"


class DatabaseIdempotency:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, project: str, key: str, request: str, *, holder: str, now: datetime
    ) -> KeptAnswer | OpenClaim | None:
        with self._database.write() as transaction:
            if transaction.execute(_CLAIM, (project, key, request, time_cell(now), holder)).rowcount == 1:
                return None
            before, status, answer, created, owner, run = transaction.execute(_FIND, (project, key)).fetchone()
        if before != request:
            raise Conflict(
                "This idempotency key was used for another request.",
                hint="Take a new key for each new thing to create.",
                code="idempotency_key_reused",
            )
        return OpenClaim(owner, moment(created), run) if status == _OPEN else KeptAnswer(status, answer)

    def take_over(self, project: str, key: str, before: OpenClaim, *, holder: str, now: datetime) -> bool:
        found = (project, key, time_cell(before.created), before.holder)
        with self._database.write() as transaction:
            return transaction.execute(_TAKE_OVER, (time_cell(now), holder, *found)).rowcount == 1

    def settle(self, project: str, key: str, answer: KeptAnswer) -> None:
        with self._database.write() as transaction:
            transaction.execute(_SETTLE, (answer.status, answer.answer, project, key))

    def release(self, project: str, key: str) -> None:
        with self._database.write() as transaction:
            transaction.execute(_RELEASE, (project, key))

    def prune(self, before: datetime) -> int:
        with self._database.write() as transaction:
            return transaction.execute(_PRUNE, (time_cell(before),)).rowcount


def name_run(transaction: Transaction, project: str, key: str, run: RunId) -> None:
    """The run that is made for a claimed key. Raises Conflict when somebody else, who took the claim over, made one."""
    if transaction.execute(_NAME_RUN, (run, project, key)).rowcount != 1:
        raise Conflict(
            "A request with this idempotency key was done meanwhile.",
            hint="Ask again: it will answer what that one did.",
            code="idempotency_in_progress",
        )
