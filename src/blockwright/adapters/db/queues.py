"""What waits and what it waits for: ``ports.queues.Queues``.

Counting and letting through are one transaction. On SQLite there is one writer at a time anyway; on PostgreSQL
whoever counts writes the row of the limit first (``limit_turn``), so that the next one sees the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blockwright.adapters.db.cells import document, moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.statements import placeholders, upsert
from blockwright.core.limits import EVERYWHERE, Full, SlotLimit
from blockwright.core.runs.model import BlockRunName, Queue, RunId, RunLimit, RunSettings, RunState
from blockwright.ports.queues import HeldRun, WaitingRun
from blockwright.wire import documents

_WAITING = """
SELECT id, pipeline, settings, reason FROM run
WHERE project = ? AND state = 'queued' AND queue = 'engine'
ORDER BY priority DESC, id LIMIT ?
"""
_HELD = """
SELECT r.id, r.state, r.queue, r.created, l.owner, l.lease_until
FROM run r JOIN run_lease l ON l.run_id = r.id
WHERE r.project = ? AND {condition} ORDER BY r.id
"""
_BEGUN = _HELD.format(condition="r.state = ?")
_LEFT = _HELD.format(condition="r.state = 'queued' AND r.queue = 'own' AND r.created < ?")
_TURN = """
INSERT INTO limit_turn (project, key, turns) VALUES (?, ?, 1)
ON CONFLICT (project, key) DO UPDATE SET turns = limit_turn.turns + 1
"""
_TIDY = """
DELETE FROM limit_turn WHERE (project, key) IN (
  SELECT project, key FROM limit_turn ORDER BY project, key FOR UPDATE SKIP LOCKED
)
"""
"""A row is a lock and nothing else: whoever needs it makes it anew."""
_COUNTED = """
SELECT l.run_id FROM run_limit l JOIN run r ON r.id = l.run_id
WHERE l.project = ? AND l.key = ? AND l.run_id <> ? AND r.state IN ('queued', 'running', 'cancelling')
ORDER BY l.run_id
"""
_COUNT = upsert("run_limit", ("run_id", "key", "project", "allowed"), key=("run_id", "key"))
_TAKEN = """
SELECT s.run_id, s.weight FROM slot s JOIN run_lease l ON l.run_id = s.run_id
WHERE s.project = ? AND s.pool = ? AND l.lease_until > ? AND NOT (s.run_id = ? AND s.block_run = ?)
ORDER BY s.run_id
"""
_TAKE = upsert("slot", ("run_id", "block_run", "pool", "project", "weight"), key=("run_id", "block_run", "pool"))
_NOTE = "UPDATE run SET reason = ? WHERE id = ? AND state = 'queued' AND reason <> ?"
_TOLD = 3
_DRIVEN = (RunState.RUNNING, RunState.CANCELLING)


class DatabaseQueues:
    """``Queues`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, project: str, *, limit: int) -> Sequence[WaitingRun]:
        with self._database.read() as transaction:
            rows = transaction.execute(_WAITING, (project, limit)).fetchall()
        return [_waiting(*row) for row in rows]

    def held(self, project: str, *, older_than: datetime) -> Sequence[HeldRun]:
        with self._database.read() as transaction:
            # Asked together, one way there and back.
            begun = [transaction.execute(_BEGUN, (project, state.value)) for state in _DRIVEN]
            left = transaction.execute(_LEFT, (project, time_cell(older_than)))
            rows = [row for answer in (*begun, left) for row in answer.fetchall()]
        return [
            HeldRun(RunId(run), RunState(state), Queue(queue), moment(created), owner, moment(until))
            for run, state, queue, created, owner, until in rows
        ]

    def admit(self, run: RunId, project: str, limits: Sequence[RunLimit]) -> Full | None:
        places = _places(project, limits)
        with self._database.write() as transaction:
            for where, key, allowed in places:
                self._take_turn(transaction, where, key)
                counted = [row[0] for row in transaction.execute(_COUNTED, (where, key, run)).fetchall()]
                if len(counted) >= allowed:
                    return Full(key, allowed, len(counted), tuple(counted[:_TOLD]))
            transaction.executemany(_COUNT, [(run, key, where, allowed) for where, key, allowed in places])
        return None

    def lend(self, run: RunId) -> None:
        with self._database.write() as transaction:
            transaction.execute("DELETE FROM run_limit WHERE run_id = ?", (run,))

    def count(self, run: RunId, project: str, limits: Sequence[RunLimit]) -> None:
        with self._database.write() as transaction:
            rows = [(run, key, where, allowed) for where, key, allowed in _places(project, limits)]
            transaction.executemany(_COUNT, rows)

    def forget(self, run: RunId) -> None:
        with self._database.write() as transaction:
            transaction.execute("DELETE FROM run_limit WHERE run_id = ?", (run,))
            transaction.execute("DELETE FROM slot WHERE run_id = ?", (run,))

    def reserve(
        self, run: RunId, block_run: BlockRunName, project: str, slots: Sequence[SlotLimit], *, now: datetime
    ) -> Full | None:
        with self._database.write() as transaction:
            for slot in sorted(slots, key=lambda each: each.pool):
                self._take_turn(transaction, project, slot.pool)
                parameters = (project, slot.pool, time_cell(now), run, block_run)
                taken = transaction.execute(_TAKEN, parameters).fetchall()
                used = sum(weight for _, weight in taken)
                if used + slot.weight > slot.size:
                    runs = tuple(dict.fromkeys(by for by, _ in taken))
                    return Full(slot.pool, slot.size, used, runs[:_TOLD])
            transaction.executemany(_TAKE, [(run, block_run, slot.pool, project, slot.weight) for slot in slots])
        return None

    def release(self, run: RunId, block_runs: Sequence[BlockRunName]) -> None:
        names = placeholders(len(block_runs))
        with self._database.write() as transaction:
            transaction.execute(f"DELETE FROM slot WHERE run_id = ? AND block_run IN ({names})", (run, *block_runs))

    def note(self, run: RunId, reason: str) -> None:
        told = text_cell(reason)
        with self._database.write() as transaction:
            transaction.execute(_NOTE, (told, run, told))

    def tidy(self) -> None:
        if not self._database.one_writer:
            with self._database.write() as transaction:
                transaction.execute(_TIDY)

    def _take_turn(self, transaction: Transaction, project: str, key: str) -> None:
        if not self._database.one_writer:
            transaction.execute(_TURN, (project, key))


def _places(project: str, limits: Sequence[RunLimit]) -> list[tuple[str, str, int]]:
    """Where each limit is counted; in one order for everybody, so that nobody waits for each other."""
    return sorted(("" if limit.key == EVERYWHERE else project, limit.key, limit.limit) for limit in limits)


def _waiting(run: int, pipeline: str, settings: str, reason: str) -> WaitingRun:
    asked = documents.load(RunSettings, document(settings))
    return WaitingRun(RunId(run), pipeline, asked.limits, asked.skip_at_limit, reason)
