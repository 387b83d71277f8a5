"""That a slice of a backfill is started once: its run and its being taken are one transaction."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId

_BEGIN = """
UPDATE backfill SET state = 'running', started = COALESCE(started, ?)
WHERE id = ? AND project = ? AND state IN ('queued', 'running') RETURNING parallel
"""
_RUNNING = "SELECT COUNT(*) FROM backfill_slice WHERE backfill_id = ? AND state = 'running'"
_TAKE = """
UPDATE backfill_slice SET state = 'running', run_id = ?, tries = tries + 1, reason = ''
WHERE backfill_id = ? AND position = ? AND state = 'waiting' RETURNING tries
"""


def take(transaction: Transaction, run: RunId, backfill: int, position: int, project: str, now: datetime) -> None:
    """A slice is taken by its run. Raises Conflict (code ``slice_taken``) when another run has it, the backfill starts
    none now, or as many of its slices run as may."""
    begun = transaction.execute(_BEGIN, (time_cell(now), backfill, project)).fetchone()
    if begun is None:
        raise _taken(f"Backfill {backfill} starts no slices now.")
    if transaction.execute(_RUNNING, (backfill,)).fetchone()[0] >= begun[0]:
        raise _taken(f"{begun[0]} slices of backfill {backfill} are running, as many as may.")
    if transaction.execute(_TAKE, (run, backfill, position)).fetchone() is None:
        raise _taken(f"Slice {position} of backfill {backfill} has been started.")


def _taken(message: str) -> Conflict:
    return Conflict(message, code="slice_taken")
