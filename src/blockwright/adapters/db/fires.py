"""That a trigger fired: once for each due time or event, whatever restarts and however many look at the clock."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import text_cell, time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import Fire

_RECORD = """
INSERT INTO trigger_fire (trigger_id, key, project, due, fired, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trigger_id, key) DO NOTHING RETURNING fired
"""


def record(transaction: Transaction, fire: Fire, project: str, now: datetime, outcome: str = "run") -> None:
    """Raises Conflict (code ``fired``) when the trigger has fired for this key before."""
    row = (fire.trigger, fire.key, project, time_cell(fire.due), time_cell(now), outcome, text_cell(fire.reason))
    if transaction.execute(_RECORD, row).fetchone() is None:
        raise Conflict(f"Trigger {fire.trigger} has already fired for {fire.key}.", code="fired")


def name_run(transaction: Transaction, fire: Fire, run: RunId) -> None:
    transaction.execute(
        "UPDATE trigger_fire SET run_id = ? WHERE trigger_id = ? AND key = ?", (run, fire.trigger, fire.key)
    )
