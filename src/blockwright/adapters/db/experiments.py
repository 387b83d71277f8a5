"""Links between block runs and tracked runs in a database: ``ports.tracking.ExperimentStore``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.statements import columns, insert, placeholders
from blockwright.core.errors import NotFound
from blockwright.core.experiments.model import Experiment, Link, TrackedState
from blockwright.core.runs.model import RunId
from blockwright.ports.tracking import Sent

_COLUMNS = (
    *("tracked", "project", "pipeline", "block", "run_id", "block_run", "attempt", "experiment", "name", "state"),
    *("waiting", "created", "ended"),
)
_ADD = f"{insert('tracked_run', _COLUMNS)} ON CONFLICT (project, tracked) DO NOTHING"
_SELECT = f"SELECT {columns(_COLUMNS)} FROM tracked_run"
_FINISH = "UPDATE tracked_run SET state = ?, ended = ? WHERE project = ? AND tracked = ? AND run_id = ?"
_SENT = "UPDATE tracked_run SET tracked = ?, waiting = ? WHERE tracked = ?"
# An attempt whose run was deleted meanwhile has ended, too.
_DEAD = f"""
SELECT {", ".join(f"t.{name}" for name in _COLUMNS)}, a.outcome, a.finished
FROM tracked_run t LEFT JOIN attempt a
ON a.run_id = t.run_id AND a.block_run = t.block_run AND a.number = t.attempt
WHERE t.project = ? AND t.ended IS NULL AND (a.run_id IS NULL OR a.finished IS NOT NULL)
"""
_ENDED = {"completed": TrackedState.COMPLETED, "failed": TrackedState.FAILED, "retry_wait": TrackedState.FAILED}


class DatabaseExperiments:
    """``ExperimentStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, link: Link) -> None:
        row = (
            *(link.tracked, link.project, link.pipeline, link.block, link.run, link.block_run, link.attempt),
            *(text_cell(link.experiment), text_cell(link.name), link.state.value, link.waiting),
            *(time_cell(link.created), time_cell(link.ended)),
        )
        with self._database.write() as transaction:
            transaction.execute(_ADD, row)

    def get(self, project: str, tracked: str) -> Link:
        with self._database.read() as transaction:
            row = transaction.execute(f"{_SELECT} WHERE project = ? AND tracked = ?", (project, tracked)).fetchone()
        if row is None:
            raise no_such_run(tracked)
        return _link(row)

    def list(
        self,
        project: str,
        *,
        experiment: str | None = None,
        pipeline: str | None = None,
        pipelines: Collection[str] | None = None,
        run: RunId | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Link]:
        conditions, values = _conditions(project, pipelines)
        for condition, value in (("experiment = ?", experiment), ("pipeline = ?", pipeline), ("run_id = ?", run)):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        if before is not None:
            conditions.append("(created, tracked) < (?, ?)")
            values += [time_cell(before[0]), before[1]]
        statement = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY created DESC, tracked DESC LIMIT ?"
        with self._database.read() as transaction:
            return [_link(row) for row in transaction.execute(statement, (*values, limit)).fetchall()]

    def experiments(self, project: str, *, pipelines: Collection[str] | None = None) -> Sequence[Experiment]:
        conditions, values = _conditions(project, pipelines)
        statement = f"""
            SELECT experiment, pipeline, COUNT(*), SUM(CASE WHEN ended IS NULL THEN 1 ELSE 0 END),
            SUM(CASE WHEN waiting THEN 1 ELSE 0 END), MIN(created), MAX(created)
            FROM tracked_run WHERE {" AND ".join(conditions)} GROUP BY experiment, pipeline
        """
        with self._database.read() as transaction:
            rows = transaction.execute(statement, values).fetchall()
        found: dict[str, list[Any]] = defaultdict(list)
        for name, *rest in rows:
            found[name].append(rest)
        experiments = [_experiment(name, parts) for name, parts in found.items()]
        return sorted(experiments, key=lambda one: (one.latest, one.name), reverse=True)

    def open(self, project: str) -> Sequence[Link]:
        with self._database.read() as transaction:
            rows = transaction.execute(f"{_SELECT} WHERE project = ? AND ended IS NULL", (project,)).fetchall()
        return [_link(row) for row in rows]

    def dead(self, project: str) -> Sequence[tuple[Link, TrackedState, datetime]]:
        with self._database.read() as transaction:
            rows = transaction.execute(_DEAD, (project,)).fetchall()
        found = []
        for *row, outcome, finished in rows:
            link = _link(row)
            found.append((link, _ENDED.get(outcome, TrackedState.CANCELLED), moment(finished) or link.created))
        return found

    def finish(self, project: str, tracked: str, state: TrackedState, ended: datetime | None, *, run: RunId) -> None:
        with self._database.write() as transaction:
            transaction.execute(_FINISH, (state.value, time_cell(ended), project, tracked, run))

    def sent(self, sent: Sent) -> None:
        with self._database.write() as transaction:
            transaction.execute(_SENT, (sent.tracked, False, sent.local))


def no_such_run(tracked: str) -> NotFound:
    return NotFound(
        f"There is no tracked run `{tracked}`.",
        hint="`blockwright experiments show EXPERIMENT` lists those of an experiment.",
        code="tracked_run_not_found",
    )


def _conditions(project: str, pipelines: Collection[str] | None) -> tuple[list[str], list[Any]]:
    if pipelines is None:
        return ["project = ?"], [project]
    names = sorted(pipelines)
    return ["project = ?", f"pipeline IN ({placeholders(len(names))})" if names else "1 = 0"], [project, *names]


def _link(row: Sequence[Any]) -> Link:
    tracked, project, pipeline, block, run, block_run, attempt, experiment, name, state, waiting, created, ended = row
    return Link(
        tracked=tracked,
        project=project,
        pipeline=pipeline,
        block=block,
        run=RunId(run),
        block_run=block_run,
        attempt=attempt,
        experiment=experiment,
        name=name,
        state=TrackedState(state),
        waiting=bool(waiting),
        created=moment(created),
        ended=moment(ended),
    )


def _experiment(name: str, parts: Sequence[Sequence[Any]]) -> Experiment:
    """``parts``: of each pipeline its name, runs, open and waiting ones, first and latest time."""
    return Experiment(
        name=name,
        runs=sum(int(part[1]) for part in parts),
        running=sum(int(part[2]) for part in parts),
        waiting=sum(int(part[3]) for part in parts),
        first=moment(min(part[4] for part in parts)),
        latest=moment(max(part[5] for part in parts)),
        pipelines=tuple(sorted(part[0] for part in parts)),
    )
