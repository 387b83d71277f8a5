"""How it stands, counted in a database: ``ports.measures.Measures``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.ports.measures import Standing

LATE = timedelta(minutes=1)

# One look-up for each state: together they would not be answered from an index.
_RUNS = "SELECT pipeline, COUNT(*) FROM run WHERE project = ? AND state = ? GROUP BY pipeline"
_BLOCK_RUNS = """
SELECT b.pipeline, b.state, COUNT(*) FROM run r JOIN block_run b ON b.run_id = r.id
WHERE r.project = ? AND r.state = ? AND b.role <> 'group'
AND b.state IN ('waiting', 'queued', 'running', 'retry_wait', 'cancelling') GROUP BY b.pipeline, b.state
"""
_OLDEST = "SELECT created FROM run WHERE project = ? AND state = 'queued' ORDER BY id LIMIT 1"
_SLOTS = "SELECT pool, SUM(weight) FROM slot WHERE project = ? GROUP BY pool"
_TRIGGERS = "SELECT COUNT(*) FROM trigger WHERE project = ? AND active <> 0 AND gone IS NULL"
_DUE = "SELECT COUNT(*) FROM trigger WHERE next_due IS NOT NULL AND next_due <= ? AND project = ? AND gone IS NULL"
_FIRES = "SELECT outcome, SUM(fires) FROM trigger_tally WHERE project = ? GROUP BY outcome"
_ALERTS = "SELECT kind, COUNT(*) FROM alert WHERE project = ? GROUP BY kind"
_DELIVERIES = "SELECT state, COUNT(*) FROM alert_delivery WHERE project = ? GROUP BY state"


class DatabaseMeasures:
    """``Measures`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, project: str, *, now: datetime) -> Standing:
        with self._database.read() as transaction:
            runs, block_runs = _unfinished(transaction, project)
            oldest = transaction.execute(_OLDEST, (project,)).fetchone()
            return Standing(
                runs=runs,
                block_runs=block_runs,
                oldest_waiting=moment(oldest[0]) if oldest else None,
                slots=_counts(transaction, _SLOTS, project),
                triggers=_count(transaction, _TRIGGERS, project),
                due=_count(transaction, _DUE, time_cell(now), project),
                late=_count(transaction, _DUE, time_cell(now - LATE), project),
                fires=_counts(transaction, _FIRES, project),
                alerts=_counts(transaction, _ALERTS, project),
                deliveries=_counts(transaction, _DELIVERIES, project),
            )


def _unfinished(
    transaction: Transaction, project: str
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    runs: dict[tuple[str, str], int] = {}
    block_runs: dict[tuple[str, str], int] = {}
    for state in ("queued", "running", "cancelling"):
        for pipeline, count in transaction.execute(_RUNS, (project, state)).fetchall():
            runs[pipeline, state] = int(count)
        if state == "queued":
            continue  # of a run that nobody drives every block waits
        for pipeline, block_state, count in transaction.execute(_BLOCK_RUNS, (project, state)).fetchall():
            block_runs[pipeline, block_state] = block_runs.get((pipeline, block_state), 0) + int(count)
    return runs, block_runs


def _counts(transaction: Transaction, statement: str, project: str) -> dict[str, int]:
    return {name: int(count) for name, count in transaction.execute(statement, (project,)).fetchall()}


def _count(transaction: Transaction, statement: str, *parameters: Any) -> int:
    return int(transaction.execute(statement, parameters).fetchone()[0])
