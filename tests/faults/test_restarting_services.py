"""PostgreSQL crashes and Redis is killed under a server and two schedulers at work, and each comes back: due times fire
once, runs end, what was finished stays so, and every change of state is in the records and in the feed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from blockwright.core.errors import Unavailable
from blockwright.core.runs.model import Run, RunId, RunKind, RunState
from blockwright.core.triggers.model import Outcome
from blockwright.ports.feed import Cursor
from blockwright.ports.installation import Installation
from blockwright.ports.runs import RunFilter
from blockwright.services.triggers.edits import find
from tests.engines import installation
from tests.faults.test_engines import RUNS, Watch, asked, grid, schedulers
from tests.postgres_server import PostgresServer, postgres_server
from tests.project import Project
from tests.redis_server import RedisServer
from tests.servers import MARK

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(300),
]

TRIGGER = """
triggers:
- name: often
  schedule_interval: '* * * * * *'
  status: active
  misfire: {all: 1000}
"""
SECONDS = 150.0


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def shop(project: Project, postgres: PostgresServer, redis: RedisServer) -> Project:
    project.environ = {
        "BLOCKWRIGHT_DATABASE_URL": postgres.url,
        "BLOCKWRIGHT_REDIS_URL": redis.url,
        MARK: str(project.root),
    }
    return project


class Onlooker(Watch):
    """Looks on through the times in which the database is away."""

    def look(self) -> bool:
        try:
            return super().look()
        except Unavailable:
            return False


@contextmanager
def at_work(project: Project) -> Iterator[tuple[Installation, Onlooker]]:
    """A server and two schedulers, a trigger for each second, and some longer runs under way."""
    side = grid(project)
    project.pipeline("often", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load():\n    return 1\n"})
    project.write("pipelines/often/triggers.yaml", TRIGGER)
    with installation(project) as (_, opened), schedulers(project):
        yield opened, Onlooker(opened, side, asked(opened))


def test_a_database_that_crashes_loses_nothing(shop: Project, postgres: PostgresServer) -> None:
    chance = random.Random(11)
    with at_work(shop) as (opened, watch):
        for _ in range(3):
            watch.passed(chance.random() * 0.3)
            postgres.crash()
            time.sleep(chance.random())  # how long it is away is what differs
            postgres.start()
        watch.until_all_ended()
        watch.check()
        all_is_told(opened, fired(opened))


def test_both_services_may_be_away_at_once(shop: Project, postgres: PostgresServer, redis: RedisServer) -> None:
    with at_work(shop) as (opened, watch):
        watch.passed(0.1)
        redis.stop()
        watch.passed(0.5)
        postgres.crash()
        redis.start()
        postgres.start()
        watch.until_all_ended()
        watch.check()
        all_is_told(opened, fired(opened))


def fired(opened: Installation) -> list[Run]:
    """The trigger's runs so far, all of them ended: it is switched off first, and each due time has one run."""
    workspace = opened.workspace("shop")
    trigger = find(workspace, "often")
    deadline = time.monotonic() + SECONDS
    counted = 0
    while counted < 3 or any(not run.state.final for run in triggered(opened)):
        assert time.monotonic() < deadline, triggered(opened)
        if counted >= 3:
            workspace.triggering.records.switch(trigger.id, False, now=workspace.clock.now())
        counted = max(counted, sum(run.state.final for run in triggered(opened)))
        time.sleep(0.05)
    runs = triggered(opened)
    times = sorted(run.due for run in runs if run.due is not None)
    assert times == [times[0] + timedelta(seconds=number) for number in range(len(times))]
    fires = workspace.triggering.records.fires(trigger.id, limit=1000)
    assert {fire.outcome for fire in fires} == {Outcome.RUN}
    assert sorted(fire.due for fire in fires if fire.due is not None) == times
    assert {run.state for run in runs} == {RunState.COMPLETED}
    return runs


def triggered(opened: Installation) -> list[Run]:
    runs = opened.workspace("shop").runs.list(RunFilter("shop"), limit=1000)
    return [run for run in runs if run.kind is RunKind.TRIGGER]


def all_is_told(opened: Installation, runs: list[Run]) -> None:
    """Every event of every run is in the feed, once and in order."""
    store = opened.workspace("shop").runs
    told: dict[int, list[int]] = {}
    cursor = Cursor("0-0")
    while entries := opened.feed.after(cursor):
        for entry in entries:
            if entry.run is not None:
                told.setdefault(entry.run, []).extend(event["number"] for event in entry.data["events"])
        cursor = entries[-1].cursor
    every = store.list(RunFilter("shop"), limit=1000)
    assert len(every) == RUNS + len(runs)
    for run in every:
        assert told[run.id] == [event.number for event in store.events(RunId(run.id))]
