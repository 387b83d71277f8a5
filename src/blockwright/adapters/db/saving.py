"""One step of a run, written whole or not at all. The hottest write there is: once or more for every block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db import feed_rows, leases
from blockwright.adapters.db.attempt_rows import (
    INSERT_EVENT,
    UPSERT_ATTEMPT,
    EventRow,
    attempt_row,
    event_row,
)
from blockwright.adapters.db.block_run_rows import UPSERT_BLOCK_RUN, Place, block_run_row
from blockwright.adapters.db.cells import time_cell
from blockwright.adapters.db.databases import Rows, Transaction
from blockwright.adapters.db.leases import Counted
from blockwright.adapters.db.run_rows import UPDATE_RUN, update_parameters
from blockwright.core.runs.model import BlockRun, BlockState
from blockwright.ports.runs import Changes, Lease, NewEvent

_TAKE = "DELETE FROM run_inbox WHERE run_id = ? AND id = ?"

# The result that stands in is an earlier row with the same key: in the run it was taken from, or this very row,
# which remembers when that run is deleted.
_PRODUCED = """
SELECT MIN(produced) FROM block_run
WHERE run_id IN (?, ?) AND block = ? AND key = ? AND state = 'completed' AND produced IS NOT NULL
"""


def save(transaction: Transaction, lease: Lease, changes: Changes, *, now: datetime) -> Counted:
    """How much of the run has been counted after it."""
    events, positions = len(changes.events), len(changes.block_runs)
    counted = leases.advance(transaction, lease, events=events, positions=positions)
    _save_from(transaction, lease, counted.more(-events, -positions), changes, now)
    return counted


def save_on(
    transaction: Transaction, lease: Lease, known: Counted, changes: Changes, *, now: datetime
) -> tuple[Rows, Counted]:
    """As ``save``, sent in one piece with the end of the unit; also the answer that tells whether there was a run."""
    after = known.more(len(changes.events), len(changes.block_runs))
    answer = leases.go_on(transaction, lease, known, after)
    _save_from(transaction, lease, known, changes, now)
    return answer, after


def _save_from(transaction: Transaction, lease: Lease, before: Counted, changes: Changes, now: datetime) -> None:
    place = Place(lease.run, before.project, before.pipeline, before.positions)
    if changes.run is not None:
        transaction.execute(UPDATE_RUN, update_parameters(changes.run))
    _write(transaction, UPSERT_BLOCK_RUN, list(block_run_rows(transaction, place, changes.block_runs, now)))
    _write(transaction, UPSERT_ATTEMPT, [attempt_row(attempt, place.project) for attempt in changes.attempts])
    events = event_rows(place, before.events + 1, changes.events, now)
    _write(transaction, INSERT_EVENT, events)
    feed_rows.write(transaction, place, events, now)
    _write(transaction, _TAKE, [(lease.run, message) for message in changes.taken])


def event_rows(place: Place, first: int, events: Iterable[NewEvent], now: datetime) -> list[EventRow]:
    time = time_cell(now)
    assert time is not None
    return [event_row(place.run, number, time, event, place.project) for number, event in enumerate(events, first)]


def block_run_rows(
    transaction: Transaction, place: Place, block_runs: Iterable[BlockRun], now: datetime
) -> Iterator[Sequence[Any]]:
    """Rows at the places that begin with ``place``; a reused result gets the age of its source."""
    for position, block_run in enumerate(block_runs, place.position):
        produced = None
        if block_run.reused and block_run.state is BlockState.COMPLETED:
            parameters = (block_run.source_run, place.run, block_run.block, block_run.key)
            (produced,) = transaction.execute(_PRODUCED, parameters).fetchone()
        yield block_run_row(place, position, block_run, now=now, produced=produced)


def _write(transaction: Transaction, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if len(rows) == 1:  # a third cheaper than a batch of one
        transaction.execute(statement, rows[0])
    elif rows:
        transaction.executemany(statement, rows)


def require_own(lease: Lease, changes: Changes) -> None:
    """A lease gives the right to one run; rows of another one would be written without any."""
    strangers = {attempt.run for attempt in changes.attempts} - {lease.run}
    if changes.run is not None and changes.run.id != lease.run:
        strangers.add(changes.run.id)
    if strangers:
        raise ValueError(f"changes of run {min(strangers)} under the lease of run {lease.run}")
