"""That a trigger fired: once for each due time or event, whatever restarts and however many look at the clock."""

from __future__ import annotations

from datetime import datetime

from blockwright.adapters.db.cells import document_cell, text_cell, time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.adapters.db.feed_rows import INSERT_FEED
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import Fire, Settling

_RECORD = """
INSERT INTO trigger_fire (trigger_id, key, project, due, fired, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trigger_id, key) DO NOTHING RETURNING fired
"""
_TALLY = """
INSERT INTO trigger_tally (trigger_id, outcome, project, fires) VALUES (?, ?, ?, 1)
ON CONFLICT (trigger_id, outcome) DO UPDATE SET fires = trigger_tally.fires + 1
"""
_NAMED = "SELECT pipeline, name FROM trigger WHERE id = ?"
_FORGET = """
DELETE FROM trigger_fire WHERE (trigger_id, key) IN (
  SELECT trigger_id, key FROM trigger_fire WHERE project = ? AND fired < ? AND due IS NOT NULL LIMIT ?
)
"""
NOT_PAUSED = """
NOT EXISTS (SELECT 1 FROM trigger_pause WHERE trigger_pause.project = trigger.project AND trigger_pause.until IS NULL)
"""
_SETTLE = f"""
UPDATE trigger SET settled = ?, next_due = ?, active = ?
WHERE id = ? AND settled = ? AND active = 1 AND gone IS NULL AND {NOT_PAUSED} RETURNING id
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
    if transaction.execute(_RECORD, row).fetchone() is None:
        return False
    transaction.execute(_TALLY, (fire.trigger, outcome, project))
    if outcome == "failed":  # whoever waits for the run would wait for ever
        pipeline, name = transaction.execute(_NAMED, (fire.trigger,)).fetchone()
        told = {"pipeline": pipeline, "name": name, "trigger": fire.trigger, "fire": fire.key, "outcome": outcome}
        data = document_cell({**told, "reason": text_cell(fire.reason)})
        transaction.execute(INSERT_FEED, (time_cell(now), project, "trigger", None, data))
    return True


def forget(transaction: Transaction, project: str, before: datetime, *, limit: int) -> int:
    """Delete old rows of due times, at most so many. Those of events stay: they are what tells that an event, a file
    that still lies there, was dealt with."""
    return transaction.execute(_FORGET, (project, time_cell(before), limit)).rowcount


def settle(transaction: Transaction, trigger: int, settling: Settling) -> bool:
    """Whether the trigger stood where it was thought to stand, and has moved on. While all triggers of the project are
    paused none moves: whoever was about to fire one when they were paused does not."""
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
