"""What goes on and what is usual, from the records of runs: ``ports.alerts.Watch``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database
from blockwright.core.runs.model import RunId, RunKind, RunState
from blockwright.ports.alerts import RecentRun, RunningBlock, Underway

_LATEST = 20

_UNDERWAY = """
SELECT r.id, r.pipeline, r.round, r.started,
  (SELECT e.time FROM event e WHERE e.run_id = r.id ORDER BY e.number DESC LIMIT 1),
  (SELECT COUNT(*) FROM block_run b
    WHERE b.run_id = r.id AND b.role <> 'group' AND b.state IN ('running', 'retry_wait', 'cancelling')),
  (SELECT MIN(b.name) FROM block_run b WHERE b.run_id = r.id AND b.state = 'queued')
FROM run r WHERE r.project = ? AND r.state = 'running' AND r.started IS NOT NULL ORDER BY r.id LIMIT ?
"""
_RUNNING = """
SELECT b.run_id, b.pipeline, b.name, b.block, b.attempt, b.started
FROM run r JOIN block_run b ON b.run_id = r.id
WHERE r.project = ? AND r.state = 'running' AND b.state = 'running' AND b.role <> 'group' AND b.started IS NOT NULL
LIMIT ?
"""
_WAITING = """
SELECT id, pipeline, created FROM run WHERE project = ? AND state = 'queued' AND kind <> 'chart' ORDER BY id LIMIT ?
"""
_RECENT = """
SELECT * FROM (SELECT pipeline, id, state, kind, created, started, finished FROM run
WHERE project = ? AND pipeline = ? AND kind NOT IN ('interactive', 'chart') ORDER BY id DESC LIMIT ?) AS one
"""
_TOGETHER = 100  # look-ups in one statement: SQLite takes at most 500 joined by UNION
_RUN_SECONDS = f"""
SELECT started, finished FROM run WHERE project = ? AND pipeline = ? AND state = 'completed' AND kind <> 'chart'
ORDER BY id DESC
LIMIT {_LATEST}
"""
_BLOCK_SECONDS = f"""
SELECT seconds, reused FROM block_run
WHERE project = ? AND pipeline = ? AND block = ? AND state = 'completed' AND role <> 'child'
ORDER BY settled DESC LIMIT {_LATEST}
"""
_COMPLETED = """
SELECT finished FROM run WHERE project = ? AND pipeline = ? AND state = 'completed' AND kind <> 'chart'
ORDER BY id DESC LIMIT 1
"""
_COMPLETED_BY_TRIGGER = """
SELECT MAX(r.finished) FROM trigger t JOIN run r ON r.trigger_id = t.id
WHERE t.project = ? AND t.pipeline = ? AND t.name = ? AND r.state = 'completed'
"""
_UNFINISHED = """
SELECT id, settings FROM run WHERE project = ? AND state = ? AND settings LIKE ? ORDER BY id
"""


class DatabaseWatch:
    """``Watch`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def underway(self, project: str, *, limit: int = 1000) -> Sequence[Underway]:
        return [
            Underway(RunId(run), pipeline, round_, moment(started), moment(latest or started), bool(alive), ready)
            for run, pipeline, round_, started, latest, alive, ready in self._rows(_UNDERWAY, project, limit)
        ]

    def running_blocks(self, project: str, *, limit: int = 1000) -> Sequence[RunningBlock]:
        return [
            RunningBlock(RunId(run), pipeline, name, block, attempt, moment(started))
            for run, pipeline, name, block, attempt, started in self._rows(_RUNNING, project, limit)
        ]

    def waiting_since(self, project: str, before: datetime, *, limit: int = 100) -> Sequence[tuple[RunId, str]]:
        cell = time_cell(before)
        assert cell is not None
        # Ids grow with time of creation: the oldest by id are the oldest.
        rows = self._rows(_WAITING, project, limit)
        return [(RunId(run), pipeline) for run, pipeline, created in rows if created < cell]

    def recent_runs(self, project: str, pipelines: Sequence[str], *, limit: int) -> Mapping[str, Sequence[RecentRun]]:
        """Each pipeline is looked up by itself in an index, many of them in one statement."""
        found: dict[str, list[RecentRun]] = {}
        for first in range(0, len(pipelines), _TOGETHER):
            some = pipelines[first : first + _TOGETHER]
            parameters = [cell for pipeline in some for cell in (project, pipeline, limit)]
            for pipeline, run, state, kind, *times in self._rows(
                " UNION ALL ".join([_RECENT] * len(some)), *parameters
            ):
                created, started, finished = map(moment, times)
                recent = RecentRun(RunId(run), RunState(state), RunKind(kind), created, started, finished)
                found.setdefault(pipeline, []).append(recent)
        return {pipeline: sorted(runs, key=lambda run: -run.run) for pipeline, runs in found.items()}

    def run_seconds(self, project: str, pipeline: str) -> Sequence[float]:
        rows = self._rows(_RUN_SECONDS, project, pipeline)
        return [
            (finished - started) / 1e6 for started, finished in rows if started is not None and finished is not None
        ]

    def block_seconds(self, project: str, pipeline: str, block: str) -> Sequence[float]:
        rows = self._rows(_BLOCK_SECONDS, project, pipeline, block)
        return [float(seconds) for seconds, reused in rows if seconds is not None and not reused]

    def last_completed(self, project: str, pipeline: str, trigger: str = "") -> datetime | None:
        if trigger:
            rows = self._rows(_COMPLETED_BY_TRIGGER, project, pipeline, trigger)
        else:
            rows = self._rows(_COMPLETED, project, pipeline)
        return moment(rows[0][0]) if rows else None

    def unfinished_with_sla(self, project: str) -> Sequence[RunId]:
        found = []
        for state in ("queued", "running", "cancelling"):
            for run, settings in self._rows(_UNFINISHED, project, state, '%"sla"%'):
                if json.loads(settings).get("sla") is not None:
                    found.append(RunId(run))
        return found

    def trigger(self, trigger: int) -> tuple[str, str] | None:
        rows = self._rows("SELECT name, definition FROM trigger WHERE id = ?", trigger)
        return (rows[0][0], str(json.loads(rows[0][1]).get("description") or "")) if rows else None

    def _rows(self, statement: str, *parameters: Any) -> list[Any]:
        with self._database.read() as transaction:
            return transaction.execute(statement, parameters).fetchall()
