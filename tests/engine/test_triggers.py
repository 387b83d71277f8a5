"""The loops that fire: the scheduler over the files, the watchers over real folders, channels and runs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from blockwright.compose import Embedded
from blockwright.core.runs.model import Run
from blockwright.engine.scheduler import Scheduler
from blockwright.engine.watchers import Watchers
from blockwright.ports.installation import Installation
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import edits, syncing
from blockwright.services.triggers.events import run_now
from blockwright.settings import read
from tests.adapters.db.conftest import SERVER
from tests.project import Project
from tests.redis_server import RedisServer

LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(**kwargs):\n    return 1\n"}
SECONDS = 20.0


@dataclass
class House:
    project: Project
    platform: Embedded
    installation: Installation

    @property
    def workspace(self) -> Workspace:
        return self.platform.workspace(self.project.root)

    def triggers(self, text: str) -> None:
        self.project.write("pipelines/p/triggers.yaml", text)
        syncing.sync(self.workspace)

    def runs(self) -> list[Run]:
        return list(reversed(self.workspace.runs.list(RunFilter(self.workspace.project.name), limit=100)))

    def events(self) -> list[Any]:
        return [run.system["event"] for run in self.runs() if run.trigger is not None]


@pytest.fixture
def opened(project: Project) -> Iterator[Callable[..., House]]:
    project.pipeline("p", LOAD)
    project.pipeline("q", {"kind": "loader", "id": "other", "code": "@data_loader\ndef other():\n    return 1\n"})
    platforms: list[Embedded] = []

    def open_it(**environ: str) -> House:
        platform = Embedded(read({"PATH": os.environ["PATH"], "BLOCKWRIGHT_SLOTS": "1", **environ}))
        platforms.append(platform)
        return House(project, platform, platform.installation(project.root))

    yield open_it
    for platform in platforms:
        platform.close()


@pytest.fixture
def watching() -> Iterator[Callable[[House], Watchers]]:
    loops: list[Watchers] = []

    def watch(house: House) -> Watchers:
        loops.append(Watchers(house.installation))
        return loops[-1]

    yield watch
    for loop in loops:
        loop.close()


def turn_until(loop: Watchers | Scheduler, true: Callable[[], bool]) -> None:
    """Turn as an engine does, without its pauses, until it is so."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        loop.turn()
        threading.Event().wait(0.01)


def test_a_new_file_is_found_and_fired_without_being_told(opened: Callable[..., House]) -> None:
    house = opened()
    scheduler = Scheduler(house.installation)
    assert 0 < scheduler.turn() <= 3
    house.project.write(
        "pipelines/p/triggers.yaml",
        "triggers:\n- {name: often, schedule_interval: '* * * * * *', status: active}\n",
    )
    turn_until(scheduler, lambda: len(house.runs()) >= 3)
    dues = [run.due for run in house.runs()]
    assert len(set(dues)) == len(dues)
    assert 0 < scheduler.turn() <= 3


def test_a_trigger_that_nobody_thought_of_does_not_stop_the_others(
    opened: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = opened()
    once = "schedule_interval: '@once', status: active}\n"
    house.triggers(f"triggers:\n- {{name: odd, {once}- {{name: plain, {once}")
    odd = edits.find(house.workspace, "odd")
    from blockwright.services.triggers import firing

    look_at = firing.look_at

    def failing(workspace: Workspace, trigger: Any) -> Any:
        if trigger.id == odd.id:
            raise ZeroDivisionError
        return look_at(workspace, trigger)

    monkeypatch.setattr(firing, "look_at", failing)
    Scheduler(house.installation).turn()
    assert [run.trigger for run in house.runs()] == [edits.find(house.workspace, "plain").id]
    later = edits.find(house.workspace, "odd").next_due
    assert later is not None
    assert later > house.workspace.clock.now()


FOLDER = """
triggers:
- name: arrivals
  schedule_type: event
  status: active
  sources: [{type: folder, path: inbox, glob: '*.csv', settle: 0}]
"""


def test_each_file_that_arrives_fires_once_whoever_watches(
    opened: Callable[..., House], watching: Callable[[House], Watchers]
) -> None:
    house = opened()
    house.project.write("inbox/old.csv", "x")
    os.utime(house.project.root / "inbox/old.csv", (1, 1))
    house.triggers(FOLDER)
    first = watching(house)
    first.turn()
    house.project.write("inbox/a.csv", "1")
    house.project.write("inbox/a.txt", "1")
    names = lambda: sorted(event["name"] for event in house.events())  # noqa: E731
    turn_until(first, lambda: "a.csv" in names())
    house.project.write("inbox/b.csv", "while nobody watches")
    first.close()
    second = watching(house)
    turn_until(second, lambda: "b.csv" in names())
    house.project.write("inbox/a.csv", "changed")
    turn_until(second, lambda: names().count("a.csv") == 2)
    assert names().count("b.csv") == 1


def test_a_run_that_ends_starts_what_waits_for_it(
    opened: Callable[..., House], watching: Callable[[House], Watchers]
) -> None:
    house = opened()
    house.triggers(
        "triggers:\n- {name: after, schedule_type: event, status: active, sources: [{type: pipeline, pipeline: q}]}\n"
    )
    watchers = watching(house)
    watchers.turn()
    done = house.project.run("run", "q", "--json")
    assert done.code == 0, done.out
    turn_until(watchers, lambda: bool(house.events()))
    watching(house).turn()
    (event,) = house.events()
    assert (event["pipeline"], event["state"]) == ("q", "completed")


def test_always_on_is_due_when_its_run_has_ended(
    opened: Callable[..., House], watching: Callable[[House], Watchers]
) -> None:
    house = opened()
    house.triggers("triggers:\n- {name: busy, schedule_interval: '@always_on', status: active}\n")
    scheduler, watchers = Scheduler(house.installation), watching(house)
    watchers.turn()
    scheduler.turn()
    (run,) = house.runs()
    driver = house.platform.driver(house.project.root, observer=lambda *_: None, progress=lambda *_: None)
    driver.take(run.id)
    driver.drive(run.id)
    watchers.turn()
    scheduler.turn()
    assert len(house.runs()) == 2


@pytest.mark.redis
def test_a_message_on_a_redis_channel(
    opened: Callable[..., House], watching: Callable[[House], Watchers], tmp_path: Path
) -> None:
    import redis

    server = RedisServer(tmp_path)
    try:
        house = opened()
        source = f"{{type: redis, channel: orders, url: '{server.url}'}}"
        match = "{kind: [new]}"
        entry = f"{{name: r, schedule_type: event, status: active, sources: [{source}], match: {match}}}"
        house.triggers(f"triggers:\n- {entry}\n")
        watchers = watching(house)
        client = redis.Redis.from_url(server.url)
        turn_until(watchers, lambda: bool(client.pubsub_numsub("orders")[0][1]))
        for message in ('{"kind": "new", "id": 1}', '{"kind": "old"}', '{"kind": "new", "id": 1}', "plain"):
            client.publish("orders", message)
        client.publish("orders", '{"kind": "new", "id": 2}')
        turn_until(watchers, lambda: len(house.events()) >= 2)
        watchers.turn()
        assert [event["id"] for event in house.events()] == [1, 2]
        client.close()
        watchers.close()
    finally:
        server.stop()


@pytest.mark.postgres
def test_a_notification_of_postgresql(opened: Callable[..., House], watching: Callable[[House], Watchers]) -> None:
    try:
        connection = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL: {error}")
    channel = f"orders_{os.getpid()}"
    house = opened()
    house.workspace.secrets.set(house.workspace.project.name, "orders_db", SERVER)
    source = f"{{type: postgres, channel: {channel}, secret: orders_db}}"
    house.triggers(f"triggers:\n- {{name: r, schedule_type: event, status: active, sources: [{source}]}}\n")
    watchers = watching(house)

    def told() -> bool:
        connection.execute("SELECT pg_notify(%s, %s)", (channel, '{"id": 7}'))  # again and again: it counts once
        return bool(house.events())

    turn_until(watchers, told)
    assert house.events() == [{"id": 7}]
    connection.close()


def test_a_run_asked_for_now_is_one_of_the_trigger(opened: Callable[..., House]) -> None:
    house = opened()
    house.triggers("triggers:\n- {name: a, schedule_interval: '@daily', variables: {x: 1}}\n")
    run = run_now(house.workspace, edits.find(house.workspace, "a"), variables={"y": 2}, by="ada")
    assert (run.variables, run.requested_by) == ({"x": 1, "y": 2}, "ada")
