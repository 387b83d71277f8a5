"""That a trigger fired: once for each due time or event, whatever restarts and however many look at the clock."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import text_cell, time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import Fire, Settling

_RECORD = """
INSERT INTO trigger_fire (trigger_id, key, project, due, fired, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trigger_id, key) DO NOTHING RETURNING fired
"""
_SETTLE = """
UPDATE trigger SET settled = ?, next_due = ?, active = ?
WHERE id = ? AND settled = ? AND active = 1 AND gone IS NULL RETURNING id
"""


def record(transaction: Transaction, fire: Fire, project: str, now: datetime) -> None:
    """Raises Conflict (code ``fired``) when the trigger has fired for this key before, or somebody else has settled
    its due times."""
    settled = fire.settling is None or settle(transaction, fire.trigger, fire.settling)
    if not settled or not note(transaction, fire, project, now, "run"):
        raise Conflict(f"Trigger {fire.trigger} has already fired for {fire.key}.", code="fired")


def note(transaction: Transaction, fire: Fire, project: str, now: datetime, outcome: str) -> bool:
    """Write a row of the history; False when the key has one."""
    row = (fire.trigger, fire.key, project, time_cell(fire.due), time_cell(now), outcome, text_cell(fire.reason))
    return transaction.execute(_RECORD, row).fetchone() is not None


def settle(transaction: Transaction, trigger: int, settling: Settling) -> bool:
    """Whether the trigger stood where it was thought to stand, and has moved on."""
    row = (
        time_cell(settling.settled),
        time_cell(settling.next_due),
        int(settling.active),
        trigger,
        time_cell(settling.before),
    )
    return transaction.execute(_SETTLE, row).fetchone() is not None


def name_run(transaction: Transaction, fire: Fire, run: RunId) -> None:
    transaction.execute(
        "UPDATE trigger_fire SET run_id = ? WHERE trigger_id = ? AND key = ?", (run, fire.trigger, fire.key)
    )
