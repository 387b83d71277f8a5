"""What goes on and what is usual, asked of both databases; on SQLite never by looking at every run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from blockwright.adapters.db.alerts import DatabaseAlerts
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.measures import DatabaseMeasures
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.adapters.db.statements import insert
from blockwright.adapters.db.watching import DatabaseWatch
from blockwright.core.alerts.model import AlertKind
from blockwright.core.runs.model import BlockRun, BlockState, Role, Run, RunRequest, RunSettings, RunState
from blockwright.ports.alerts import NewAlert, RunningBlock, Underway
from blockwright.ports.measures import Standing
from blockwright.ports.runs import Changes, NewEvent
from tests.contracts.samples import NOON, block_run, claim, done, later


class WatchContract:
    @pytest.fixture
    def database(self, sqlite: Database) -> Database:
        return sqlite

    def made(
        self, database: Database, *rows: BlockRun, at: datetime = NOON, sla: float | None = None, **run: Any
    ) -> Run:
        runs = DatabaseRuns(database)
        request = RunRequest("shop", "sales", trigger=run.pop("trigger", None), settings=RunSettings(sla=sla))
        nothing: dict[str, Any] = {"variables": {}, "system": {}, "snapshot": "", "git_commit": None}
        created = runs.create(request, **nothing, block_runs=rows, now=at)
        if run:
            lease = claim(runs, created, now=at)
            changed = replace(runs.get(created.id), **run)
            runs.save(lease, Changes(run=changed, block_runs=rows, events=(NewEvent("run.changed"),)), now=at)
            runs.release(lease)
        return runs.get(created.id)

    def ended(self, database: Database, seconds: float, **more: Any) -> Run:
        row = done("load", at=later(seconds), seconds=seconds)
        times = {"started": NOON, "finished": later(seconds)}
        return self.made(database, row, at=later(seconds), state=RunState.COMPLETED, **times, **more)

    def test_what_is_under_way_is_told_with_what_it_waits_for(self, database: Database) -> None:
        waiting = [block_run("a", state=BlockState.QUEUED), block_run("b", state=BlockState.WAITING)]
        first = self.made(database, *waiting, state=RunState.RUNNING, started=NOON, at=later(3))
        running = block_run("a", state=BlockState.RUNNING, attempt=2, started=later(4))
        second = self.made(database, running, state=RunState.RUNNING, started=later(4), at=later(5))
        self.made(database)
        watch = DatabaseWatch(database)
        assert watch.underway("shop") == [
            Underway(first.id, "sales", 0, NOON, later(3), alive=False, ready="a"),
            Underway(second.id, "sales", 0, later(4), later(5), alive=True, ready=None),
        ]
        assert watch.running_blocks("shop") == [RunningBlock(second.id, "sales", "a", "a", 2, later(4))]
        assert watch.underway("bank") == []

    def test_the_latest_times_say_what_is_usual(self, database: Database) -> None:
        for seconds in range(25):
            self.ended(database, seconds)
        reused = done("load", at=later(99), seconds=0.0, reused=True)
        self.made(database, reused, state=RunState.FAILED, started=NOON, finished=later(99))
        watch = DatabaseWatch(database)
        assert watch.run_seconds("shop", "sales") == list(range(24, 4, -1))
        assert watch.block_seconds("shop", "sales", "load") == list(range(24, 5, -1))
        assert watch.run_seconds("shop", "other") == []

    def test_who_waits_and_who_has_a_deadline(self, database: Database) -> None:
        old, new = self.made(database, sla=60), self.made(database, at=later(100))
        over = self.made(database, sla=60, state=RunState.COMPLETED, finished=NOON)
        watch = DatabaseWatch(database)
        assert watch.waiting_since("shop", later(50)) == [(old.id, "sales")]
        assert watch.unfinished_with_sla("shop") == [old.id]
        assert {new.id, over.id}.isdisjoint(watch.unfinished_with_sla("shop"))

    def test_completion_is_of_a_pipeline_or_of_a_trigger(self, database: Database) -> None:
        names = (
            "id",
            "project",
            "pipeline",
            "name",
            "type",
            "place",
            "definition",
            "active",
            "token",
            "first_seen",
            "problem",
        )
        definition = '{"description": "each night"}'
        row = (7, "shop", "sales", "nightly", "time", "file", definition, 1, "", 0, "")
        with database.write() as transaction:
            transaction.execute(insert("trigger", names), row)
        self.ended(database, 5, trigger=7)
        self.ended(database, 9)
        watch = DatabaseWatch(database)
        assert watch.last_completed("shop", "sales") == later(9)
        assert watch.last_completed("shop", "sales", "nightly") == later(5)
        assert watch.last_completed("shop", "sales", "hourly") is None
        assert watch.last_completed("shop", "stock") is None
        assert (watch.trigger(7), watch.trigger(8)) == (("nightly", "each night"), None)

    def test_the_standing_counts_what_has_not_ended(self, database: Database) -> None:
        oldest = self.made(database, block_run("a"))
        rows = [block_run("a", state=BlockState.RUNNING), block_run("g", role=Role.GROUP, state=BlockState.RUNNING)]
        self.made(database, *rows, done("b"), state=RunState.RUNNING, started=NOON)
        self.ended(database, 5)
        DatabaseAlerts(database).add("shop", NewAlert("k", AlertKind.STUCK, "t", "b"), ["mail", "chat"], now=NOON)
        measures = DatabaseMeasures(database)
        assert measures.standing("shop", now=later(60)) == Standing(
            runs={("sales", "queued"): 1, ("sales", "running"): 1},
            block_runs={("sales", "running"): 1},
            oldest_waiting=oldest.created,
            alerts={"run_stuck": 1},
            deliveries={"waiting": 2},
        )
        assert measures.standing("bank", now=NOON) == Standing()


class TestSqliteWatch(WatchContract):
    def test_every_question_is_answered_from_an_index(self, database: Database) -> None:
        explaining = Explaining(database)
        watch, measures = DatabaseWatch(explaining), DatabaseMeasures(explaining)  # type: ignore[arg-type]
        alerts = DatabaseAlerts(explaining)  # type: ignore[arg-type]
        watch.underway("shop")
        watch.running_blocks("shop")
        watch.waiting_since("shop", NOON)
        watch.run_seconds("shop", "sales")
        watch.block_seconds("shop", "sales", "load")
        watch.last_completed("shop", "sales", "nightly")
        watch.unfinished_with_sla("shop")
        measures.standing("shop", now=NOON)
        alerts.list("shop", limit=5)
        alerts.due("shop", now=NOON)
        plan = "\n".join(explaining.plans)
        assert not re.search(r"^SCAN (run|r|block_run|b|event|e|alert|alert_delivery)\b(?!.*INDEX)", plan, re.M), plan


@pytest.mark.postgres
class TestPostgresWatch(WatchContract):
    @pytest.fixture
    def database(self, postgres: Database) -> Database:
        return postgres


class Explaining:
    """A database that also notes the plan of each statement that reads."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.plans: list[str] = []

    @contextmanager
    def read(self) -> Iterator[Any]:
        with self._inner.read() as transaction:
            yield _Explained(transaction, self.plans)


class _Explained:
    def __init__(self, inner: Any, plans: list[str]) -> None:
        self._inner = inner
        self._plans = plans

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        plan = self._inner.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        self._plans += [row[3] for row in plan]
        return self._inner.execute(statement, parameters)
