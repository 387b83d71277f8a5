"""The records of backfills in a database: ``ports.backfills.BackfillStore``.

Whoever changes a backfill or a slice of it writes the backfill's row first, so that two never judge the same state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.backfill_rows import (
    INSERT,
    INSERT_SLICE,
    SELECT,
    SELECT_SLICE,
    new_cells,
    new_slice_cells,
    read_backfill,
    read_slice,
    variables_cell,
)
from blockwright.adapters.db.cells import document_cell, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.feed_rows import INSERT_FEED
from blockwright.adapters.db.statements import placeholders
from blockwright.core.backfills.model import Backfill, BackfillId, BackfillState, NewSlice, Slice, SliceState
from blockwright.core.backfills.states import Tally, Wish, settled, slice_after, wished
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import RunId, RunState
from blockwright.ports.backfills import BackfillFilter, NewBackfill

_BIGGEST = 2**63 - 1
_AT_ONCE = 500
_LOCK = "UPDATE backfill SET id = id WHERE id = ?"
_TALLY = "SELECT state, COUNT(*) FROM backfill_slice WHERE backfill_id = ? GROUP BY state"
_CHANGE = "UPDATE backfill SET state = ?, reason = ?, finished = ? WHERE id = ?"
# Also slices that failed and whose run somebody has brought to its end since.
_ENDED = """
SELECT s.position, r.state, r.reason FROM backfill_slice s LEFT JOIN run r ON r.id = s.run_id
WHERE s.backfill_id = ? AND (
    (s.state = 'running' AND (r.id IS NULL OR r.state IN ('completed', 'failed', 'cancelled')))
    OR (s.state IN ('failed', 'cancelled') AND r.state = 'completed')
)
"""
_END_SLICE = "UPDATE backfill_slice SET state = ?, reason = ? WHERE backfill_id = ? AND position = ?"
_CANCEL_WAITING = (
    "UPDATE backfill_slice SET state = 'cancelled', reason = ? WHERE backfill_id = ? AND state = 'waiting'"
)
_TRY_AGAIN = """
UPDATE backfill_slice SET state = 'waiting', reason = '' WHERE backfill_id = ? AND state IN ('failed', 'cancelled')
"""
_SLICES_BEFORE = """
SELECT {column}, MAX(s.run_id) FROM backfill_slice s JOIN backfill b ON b.id = s.backfill_id
WHERE b.project = ? AND b.pipeline = ? AND s.state = 'completed' AND {column} IN ({values}) GROUP BY {column}
"""
_RUNS_BEFORE = """
SELECT due, MAX(id) FROM run
WHERE project = ? AND pipeline = ? AND state = 'completed' AND due IN ({values}) GROUP BY due
"""


class DatabaseBackfills:
    """``BackfillStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, wanted: NewBackfill, slices: Sequence[NewSlice], *, done: Mapping[int, RunId], now: datetime
    ) -> Backfill:
        with self._database.write() as transaction:
            (number,) = transaction.execute(INSERT, new_cells(wanted, now)).fetchone()
            rows = (new_slice_cells(number, wanted.project, each, done.get(each.position)) for each in slices)
            transaction.executemany(INSERT_SLICE, rows)
            made = _get(transaction, number)
            _tell(transaction, made, now)
            return made

    def get(self, backfill: BackfillId) -> Backfill:
        with self._database.read() as transaction:
            return _get(transaction, backfill)

    def list(self, which: BackfillFilter, *, limit: int) -> Sequence[Backfill]:
        conditions: list[str] = ["project = ?"]
        parameters: list[Any] = [which.project]
        for condition, value in (("pipeline = ?", which.pipeline), ("id < ?", which.before)):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        if which.states:
            conditions.append(f"state IN ({placeholders(len(which.states))})")
            parameters += [state.value for state in which.states]
        statement = f"{SELECT} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
        with self._database.read() as transaction:
            return [read_backfill(row) for row in transaction.execute(statement, (*parameters, limit)).fetchall()]

    def slices(
        self, backfill: BackfillId, *, state: SliceState | None = None, after: int = -1, limit: int
    ) -> Sequence[Slice]:
        of_state = "" if state is None else " AND state = ?"
        statement = f"{SELECT_SLICE} WHERE backfill_id = ? AND position > ?{of_state} ORDER BY position LIMIT ?"
        wanted = () if state is None else (state.value,)
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (backfill, after, *wanted, limit)).fetchall()
        return [read_slice(row) for row in rows]

    def tally(self, backfill: BackfillId) -> Tally:
        with self._database.read() as transaction:
            return _tally(transaction, backfill)

    def done_before(self, project: str, pipeline: str, slices: Sequence[NewSlice]) -> Mapping[int, RunId]:
        found: dict[int, RunId] = {}
        for first in range(0, len(slices), _AT_ONCE):
            with self._database.read() as transaction:
                found |= _done_before(transaction, (project, pipeline), slices[first : first + _AT_ONCE])
        return found

    def wish(self, backfill: BackfillId, wish: Wish, *, now: datetime) -> Backfill:
        with self._database.write() as transaction:
            before = _locked(transaction, backfill)
            after = wished(before, wish)
            if wish is Wish.CANCEL:
                transaction.execute(_CANCEL_WAITING, ("the backfill was cancelled", before.id))
            if wish is Wish.RETRY:
                _take_over(transaction, before.id)
                if transaction.execute(_TRY_AGAIN, (before.id,)).rowcount == 0:
                    raise Conflict(
                        f"No slice of backfill {before.id} failed or was cancelled.",
                        hint="There is nothing to retry.",
                        code="backfill_state",
                    )
            return _change(transaction, before, settled(after, _tally(transaction, before.id)), "", now)

    def set_parallel(self, backfill: BackfillId, parallel: int, *, now: datetime) -> Backfill:
        with self._database.write() as transaction:
            before = _locked(transaction, backfill)
            if before.state.final:
                raise Conflict(
                    f"Backfill {before.id} has ended: {before.state.value}.",
                    hint="There is nothing left to run at once.",
                    code="backfill_state",
                )
            transaction.execute("UPDATE backfill SET parallel = ? WHERE id = ?", (parallel, before.id))
            changed = _get(transaction, before.id)
            _tell(transaction, changed, now)
            return changed

    def hold(self, backfill: BackfillId, reason: str, *, now: datetime) -> None:
        with self._database.write() as transaction:
            before = _locked(transaction, backfill)
            if before.state in (BackfillState.QUEUED, BackfillState.RUNNING):
                _change(transaction, before, BackfillState.PAUSED, reason, now)

    def settle(self, backfill: BackfillId, *, now: datetime) -> Backfill:
        with self._database.read() as transaction:
            found = _get(transaction, backfill)
            ended = transaction.execute(_ENDED, (found.id,)).fetchone()
            if ended is None and settled(found.state, _tally(transaction, found.id)) is found.state:
                return found  # most looks find nothing new, and write nothing
        with self._database.write() as transaction:
            before = _locked(transaction, backfill)
            moved = _take_over(transaction, before.id)
            after = settled(before.state, _tally(transaction, before.id))
            if after is before.state and not moved:
                return before
            return _change(transaction, before, after, before.reason, now)


def _take_over(transaction: Transaction, backfill: BackfillId) -> int:
    rows = transaction.execute(_ENDED, (backfill,)).fetchall()
    ends = [
        (
            (SliceState.FAILED if state is None else slice_after(RunState(state))).value,
            "its run is no longer in the records" if state is None else text_cell(reason),
            backfill,
            position,
        )
        for position, state, reason in rows
    ]
    transaction.executemany(_END_SLICE, ends)
    return len(ends)


def _change(transaction: Transaction, before: Backfill, after: BackfillState, reason: str, now: datetime) -> Backfill:
    finished = now if after.final and not before.state.final else before.finished if after.final else None
    transaction.execute(_CHANGE, (after.value, text_cell(reason), time_cell(finished), before.id))
    changed = _get(transaction, before.id)
    _tell(transaction, changed, now)
    return changed


def _tell(transaction: Transaction, backfill: Backfill, now: datetime) -> None:
    data = document_cell({"backfill": backfill.id, "pipeline": backfill.pipeline, "state": backfill.state.value})
    transaction.execute(INSERT_FEED, (time_cell(now), backfill.project, "backfill", None, data))


def _locked(transaction: Transaction, backfill: BackfillId) -> Backfill:
    if 0 < backfill <= _BIGGEST:
        transaction.execute(_LOCK, (backfill,))
    return _get(transaction, backfill)


def _get(transaction: Transaction, backfill: int) -> Backfill:
    row = None
    if 0 < backfill <= _BIGGEST:
        row = transaction.execute(f"{SELECT} WHERE id = ?", (backfill,)).fetchone()
    if row is None:
        raise NotFound(
            f"There is no backfill {backfill}.",
            hint="`blockwright backfill list` lists them.",
            code="backfill_not_found",
        )
    return read_backfill(row)


def _tally(transaction: Transaction, backfill: int) -> Tally:
    rows = transaction.execute(_TALLY, (backfill,)).fetchall()
    return {SliceState(state): count for state, count in rows}


def _done_before(transaction: Transaction, where: tuple[str, str], slices: Sequence[NewSlice]) -> dict[int, RunId]:
    dates = {time_cell(each.date): each.position for each in slices if each.date is not None}
    listed = {variables_cell(each.variables): each.position for each in slices if each.date is None}
    found: dict[int, int] = {}

    def note(statement: str, positions: Mapping[Any, int], column: str = "") -> None:
        if not positions:
            return
        text = statement.format(values=placeholders(len(positions)), column=column)
        for value, run in transaction.execute(text, (*where, *positions)).fetchall():
            if run is not None:
                found[positions[value]] = max(run, found.get(positions[value], 0))

    note(_SLICES_BEFORE, dates, "s.date")
    note(_RUNS_BEFORE, dates)
    note(_SLICES_BEFORE, listed, "s.variables")
    return {position: RunId(run) for position, run in found.items()}
