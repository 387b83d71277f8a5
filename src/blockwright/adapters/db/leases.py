"""Who may change a run. Every change begins with an update of the run's lease row, which is check and lock in one:
it matches only the fencing number of the newest claim, and from then on everybody else waits for the commit.

Leases are not waited for until they are on the disk: whoever holds one saves what he begins before he begins it, which
brings the lease there first. If a crash of the database takes one back, its number is given once more. Hence a change
is checked by the owner, too, and not by the number alone.

The row also counts the events and places that were given away. Nobody else changes it while a lease lasts, so the owner
knows how far it has counted, and his changes need not wait for its answer: they say what they take for granted, and are
refused whole when it is not so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Rows, Transaction
from blockwright.adapters.db.statements import placeholders
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import Lease

_ADVANCE = """
UPDATE run_lease SET events = events + ?, positions = positions + ?
WHERE run_id = ? AND fencing = ? AND owner = ?
RETURNING project, pipeline, events, positions
"""
# `fencing` must not be empty.
_GO_ON = """
UPDATE run_lease SET events = ?, positions = ?,
fencing = CASE WHEN fencing = ? AND owner = ? AND events = ? AND positions = ? THEN fencing END
WHERE run_id = ?
"""
_RENEW = "UPDATE run_lease SET lease_until = ? WHERE run_id = ? AND fencing = ? AND owner = ?"
_RELEASE = """
UPDATE run_lease SET owner = NULL, lease_until = NULL WHERE run_id = ? AND fencing = ? AND (owner = ? OR owner IS NULL)
"""
_HOLDER = "SELECT owner, lease_until FROM run_lease WHERE run_id = ?"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many events and places of a run have been given away."""

    project: str
    pipeline: str
    events: int
    positions: int

    def more(self, events: int, positions: int) -> Counted:
        return replace(self, events=self.events + events, positions=self.positions + positions)


def no_such_run(run: RunId) -> NotFound:
    return NotFound(f"There is no run {run}.", hint="`blockwright runs` lists those that there are.")


def claim(
    transaction: Transaction, run: RunId, owner: str, *, seconds: float, now: datetime, dead: Sequence[str]
) -> tuple[Lease, Counted]:
    until = now + timedelta(seconds=seconds)
    may_take = "owner IS NULL OR lease_until <= ?"
    if dead:
        may_take += f" OR owner IN ({placeholders(len(dead))})"
    row = transaction.execute(
        f"UPDATE run_lease SET owner = ?, fencing = fencing + 1, lease_until = ? "
        f"WHERE run_id = ? AND ({may_take}) RETURNING fencing, project, pipeline, events, positions",
        (owner, time_cell(until), run, time_cell(now), *dead),
    ).fetchone()
    if row is None:
        raise _owned(transaction, run)
    return Lease(run=run, owner=owner, fencing=row[0], until=until), Counted(*row[1:])


def renew(transaction: Transaction, lease: Lease, *, seconds: float, now: datetime) -> Lease:
    until = now + timedelta(seconds=seconds)
    renewed = transaction.execute(_RENEW, (time_cell(until), lease.run, lease.fencing, lease.owner))
    if renewed.rowcount == 0:
        raise _fenced(transaction, lease)
    return Lease(run=lease.run, owner=lease.owner, fencing=lease.fencing, until=until)


def release(transaction: Transaction, lease: Lease) -> None:
    if transaction.execute(_RELEASE, (lease.run, lease.fencing, lease.owner)).rowcount == 0:
        raise _fenced(transaction, lease)


def holder(transaction: Transaction, run: RunId) -> tuple[str, datetime] | None:
    row = transaction.execute(_HOLDER, (run,)).fetchone()
    if row is None or row[0] is None:
        return None
    return row[0], moment(row[1])


def advance(transaction: Transaction, lease: Lease, *, events: int, positions: int) -> Counted:
    """Lock the run for this lease and take so many numbers for events and places for block runs; returns how many have
    been given away now. Raises Conflict (code ``fenced``) when the lease is no longer the newest."""
    row = transaction.execute(_ADVANCE, (events, positions, lease.run, lease.fencing, lease.owner)).fetchone()
    if row is None:
        raise _fenced(transaction, lease)
    return Counted(*row)


def go_on(transaction: Transaction, lease: Lease, known: Counted, after: Counted) -> Rows:
    """As ``advance``, from what is ``known`` to ``after``, without waiting for an answer. The unit ends with Refused
    when something else is true; no row is changed when the run is gone."""
    mine = (lease.fencing, lease.owner, known.events, known.positions, lease.run)
    return transaction.execute(_GO_ON, (after.events, after.positions, *mine))


def _owned(transaction: Transaction, run: RunId) -> Exception:
    held = holder(transaction, run)
    if held is None:
        return no_such_run(run)
    owner, until = held
    return Conflict(
        f"Run {run} is driven by {owner}, whose lease lasts until {until:%H:%M:%S} UTC.",
        hint="Wait until it has ended, or cancel it first.",
        code="owned",
    )


def _fenced(transaction: Transaction, lease: Lease) -> Exception:
    if transaction.execute(_HOLDER, (lease.run,)).fetchone() is None:
        return no_such_run(lease.run)
    held = holder(transaction, lease.run)
    who = f"{held[0]} has taken it over" if held else "it was given back"
    return Conflict(
        f"Run {lease.run} may no longer be changed by {lease.owner}: {who}.",
        hint="Claim the run again before changing it.",
        code="fenced",
    )
