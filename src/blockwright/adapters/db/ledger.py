"""The ledger in a database: ``ports.ledger.Ledger``, and the figures of processes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.statements import columns, insert
from blockwright.core.ledger import RunCost
from blockwright.core.runs.model import RunId
from blockwright.ports.ledger import BUCKETS, DayCost

_SUMS = ("block_runs", "attempts", "seconds", "block_seconds", "cpu_seconds", "bytes_in", "bytes_out")
_RUN = ("run_id", "project", "pipeline", "round", "day", "state", *_SUMS, "rss_peak")
_KEY = ("project", "day", "pipeline", "state")
_WITHIN = tuple(f"within_{seconds}" for seconds in BUCKETS)
_ADDED = ("runs", *_SUMS, *_WITHIN)
_REPLACE = (
    f"{insert('run_cost', _RUN)} ON CONFLICT (run_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _RUN[3:])} "
    "WHERE run_cost.round < excluded.round RETURNING run_id"
)
_ADD = (
    f"{insert('cost_day', (*_KEY, *_ADDED, 'rss_peak'))} ON CONFLICT ({columns(_KEY)}) DO UPDATE SET "
    f"{', '.join(f'{name} = cost_day.{name} + excluded.{name}' for name in _ADDED)}, "
    "rss_peak = CASE WHEN excluded.rss_peak > cost_day.rss_peak THEN excluded.rss_peak ELSE cost_day.rss_peak END"
)
_UNRECORDED = """
SELECT r.id FROM run r LEFT JOIN run_cost c ON c.run_id = r.id
WHERE r.project = ? AND r.state = ? AND r.finished IS NOT NULL AND (c.run_id IS NULL OR c.round < r.round)
ORDER BY r.id LIMIT ?
"""


class DatabaseLedger:
    """``Ledger`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, cost: RunCost) -> bool:
        with self._database.write() as transaction:
            before = _get(transaction, cost.run)
            values = {**dataclasses.asdict(cost), "run_id": cost.run, "day": cost.day}
            row = [values[name] for name in _RUN]
            if transaction.execute(_REPLACE, row).fetchone() is None:
                return False
            more = [values[name] - (getattr(before, name) if before else 0) for name in _SUMS]
            within = [int(cost.seconds <= bound) for bound in BUCKETS]
            key = [values[name] for name in _KEY]
            transaction.execute(_ADD, (*key, 1, *more, *within, cost.rss_peak))
        return True

    def get(self, run: RunId) -> RunCost | None:
        with self._database.read() as transaction:
            return _get(transaction, run)

    def unrecorded(self, project: str, *, limit: int = 500) -> Sequence[RunId]:
        found: list[int] = []
        with self._database.read() as transaction:
            for state in ("completed", "failed", "cancelled"):
                rows = transaction.execute(_UNRECORDED, (project, state, limit)).fetchall()
                found += [row[0] for row in rows]
        return [RunId(run) for run in sorted(found)[:limit]]

    def days(
        self, project: str, *, pipeline: str | None = None, since: str | None = None, by_state: bool = False
    ) -> Sequence[DayCost]:
        return self._sums(project, pipeline, since, "day", by_state, "day DESC, pipeline, state")

    def pipelines(
        self, project: str, *, pipeline: str | None = None, since: str | None = None, by_state: bool = False
    ) -> Sequence[DayCost]:
        return self._sums(project, pipeline, since, "''", by_state, "5 DESC, pipeline, state")

    def _sums(
        self, project: str, pipeline: str | None, since: str | None, day: str, by_state: bool, order: str
    ) -> Sequence[DayCost]:
        asked = {"project = ?": project, "pipeline = ?": pipeline, "day >= ?": since}
        used = {condition: value for condition, value in asked.items() if value is not None}
        state = "state" if by_state else "''"
        sums = ", ".join(f"SUM({name})" for name in ("runs", "cpu_seconds", *_SUMS, *_WITHIN))
        # Inner and outer select: a constant in GROUP BY would mean a place in the list.
        statement = (
            f"SELECT day, pipeline, state, {sums}, MAX(rss_peak) FROM "
            f"(SELECT {day} AS day, pipeline, {state} AS state, runs, {columns(_SUMS)}, {columns(_WITHIN)}, rss_peak "
            f"FROM cost_day WHERE {' AND '.join(used)}) AS chosen GROUP BY day, pipeline, state ORDER BY {order}"
        )
        with self._database.read() as transaction:
            rows = transaction.execute(statement, tuple(used.values())).fetchall()
        return [_day_cost(row) for row in rows]


class DatabaseFigures:
    """``Figures`` on any ``Database``; ages are by the wall clock of who reports and who asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, process: str, figures: Mapping[str, float]) -> None:
        now = time_cell(datetime.now(UTC))
        rows = [(process, name, float(value), now) for name, value in figures.items()]
        with self._database.write() as transaction:
            transaction.execute("DELETE FROM process_figure WHERE process = ?", (process,))
            transaction.executemany(insert("process_figure", ("process", "name", "value", "updated")), rows)

    def all(self, *, within_seconds: float) -> Sequence[tuple[str, str, float]]:
        oldest = int((time.time() - within_seconds) * 1e6)
        statement = "SELECT process, name, value FROM process_figure WHERE updated >= ? ORDER BY process, name"
        with self._database.read() as transaction:
            return [
                (process, name, value) for process, name, value in transaction.execute(statement, (oldest,)).fetchall()
            ]


def _get(transaction: Transaction, run: RunId) -> RunCost | None:
    statement = (
        f"SELECT {columns([f'c.{name}' for name in _RUN])}, r.finished FROM run_cost c JOIN run r ON r.id = c.run_id "
        "WHERE c.run_id = ?"
    )
    row = transaction.execute(statement, (run,)).fetchone()
    if row is None:
        return None
    values = dict(zip(_RUN, row, strict=False))
    day = values.pop("day")
    ended = moment(row[-1]) or datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    return RunCost(run=RunId(values.pop("run_id")), ended=ended, **values)


def _day_cost(row: Sequence[Any]) -> DayCost:
    day, pipeline, state, runs, _, *rest = row
    sums = dict(zip(_SUMS, rest, strict=False))
    within = tuple(int(count) for count in rest[len(_SUMS) : len(_SUMS) + len(_WITHIN)])
    whole = {name: int(sums[name]) for name in ("block_runs", "attempts", "bytes_in", "bytes_out")}
    return DayCost(
        day=day,
        pipeline=pipeline,
        state=state,
        runs=int(runs),
        seconds=float(sums["seconds"]),
        block_seconds=float(sums["block_seconds"]),
        cpu_seconds=float(sums["cpu_seconds"]),
        rss_peak=int(rest[-1]),
        within=within,
        **whole,
    )
