"""The process around dispatchers and loops: what goes wrong in one of them stays there."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest

from blockwright.core.runs.model import Queue, RunRequest, RunState
from blockwright.engine.host import Host
from blockwright.engine.janitor import ANSWER_AGE, FEED_AGE, HOUR, Janitor
from blockwright.engine.loops import Loop
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.services import runs
from tests.contracts.ledger import end
from tests.contracts.samples import create
from tests.engines import installation
from tests.project import Project

SECONDS = 60.0


class Counting:
    """A loop that fails at its first turn; ``turned`` is set by the second, ``called`` by one that a notice brought."""

    name = "counting"
    topics = frozenset({Topic.TRIGGERS})

    def __init__(self) -> None:
        self.turns = 0
        self.turned, self.called = Event(), Event()

    def turn(self) -> float:
        self.turns += 1
        if self.turns == 1:
            raise RuntimeError("not yet")
        (self.turned if self.turns == 2 else self.called).set()
        return 1000.0


class Holding(Counting):
    """A loop that holds something open."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_loop_that_holds_something_open_closes_it_at_the_end(project: Project) -> None:
    project.write("metadata.yaml", "project_type: standalone\n")
    loop = Holding()
    with installation(project) as (_, opened):
        host = Host(opened, grace=1.0, loops=[lambda _: loop])
        thread = Thread(target=host.run)
        thread.start()
        assert loop.turned.wait(SECONDS)
        assert not loop.closed
        host.stop()
        thread.join(SECONDS)
        assert loop.closed


def test_a_loop_that_fails_goes_on_and_is_woken_by_its_topics(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.write("metadata.yaml", "project_type: standalone\n")
    loop = Counting()

    def make(_: Installation) -> Loop:
        return loop

    with installation(project) as (_, opened):
        host = Host(opened, grace=1.0, loops=[make])
        thread = Thread(target=host.run)
        thread.start()
        assert loop.turned.wait(SECONDS)
        opened.bus.publish(Notice(Topic.TRIGGERS))
        assert loop.called.wait(SECONDS)
        host.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()
    assert any("loop.failed name=counting" in record.getMessage() for record in caplog.records)


def test_every_project_of_a_platform_is_driven_and_one_that_comes_later_too(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockwright.engine.host.LOOK_SECONDS", 0.1)
    block = {"kind": "custom", "id": "one", "code": "@custom\ndef one(*args, **kwargs):\n    return 1\n"}
    for name in ("shop", "bank"):
        Project(project.root / name).pipeline("p", dict(block))
    listed = project.write("settings.yaml", "projects:\n  shop: {}\n")
    with installation(project) as (_, opened):
        host = Host(opened, grace=1.0, loops=())
        thread = Thread(target=host.run)
        thread.start()
        try:
            assert list(opened.projects()) == ["shop"]
            drive(opened, "shop")
            listed.write_text("projects:\n  shop: {}\n  bank: {}\n")
            assert list(opened.projects()) == ["shop", "bank"]
            drive(opened, "bank")
            assert opened.data == project.root / ".blockwright"
        finally:
            host.stop()
            thread.join(SECONDS)
        assert not thread.is_alive()


def drive(opened: Installation, name: str) -> None:
    workspace = opened.workspace(name)
    listener = opened.bus.listen({Topic.FEED})
    run = runs.start(workspace, RunRequest(name, "p", queue=Queue.ENGINE))
    opened.bus.publish(Notice(Topic.QUEUE, name))
    while not workspace.runs.get(run.id).state.final:
        listener.wait(1.0)
    assert workspace.runs.get(run.id).state is RunState.COMPLETED
    listener.close()


def test_the_janitor_tidies_once_an_hour(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": "@custom\ndef one(*a, **k):\n    return 1\n"})
    with installation(project) as (_, opened):
        store = opened.workspace("shop")
        opened.feed.add("shop", "files", {}, now=opened.clock.now() - 2 * FEED_AGE)
        opened.feed.add("shop", "files", {}, now=opened.clock.now())
        store.idempotency.claim("shop", "key", "digest", holder="", now=opened.clock.now() - 2 * ANSWER_AGE)
        begin = opened.clock.monotonic()
        janitor = Janitor(opened)
        assert 0 < janitor.turn() < HOUR
        monkeypatch.setattr(type(opened.clock), "monotonic", lambda _: begin + HOUR + 60)
        janitor.turn()
        assert opened.feed.prune(opened.clock.now() - FEED_AGE) == 0
        assert store.idempotency.prune(opened.clock.now() - ANSWER_AGE) == 0
        assert len(opened.feed.after(opened.feed.newest())) == 0


def test_the_janitor_goes_by_the_projects_policy(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    project.pipeline("p", {"kind": "custom", "id": "one", "code": "@custom\ndef one(*a, **k):\n    return 1\n"})
    with installation(project) as (_, opened):
        janitor, clock, hours = Janitor(opened), opened.clock, 0
        begin, now = clock.monotonic(), clock.now()
        old = [create(opened.workspace("shop").runs, pipeline="p", now=now - timedelta(days=3)) for _ in range(2)]
        for run in old:
            end(opened.workspace("shop").runs, run, finished=now - timedelta(days=3))

        def tidy() -> None:
            nonlocal hours
            hours += 1
            monkeypatch.setattr(type(clock), "monotonic", lambda _: begin + hours * (HOUR + 60))
            janitor.turn()

        project.write("metadata.yaml", "retention: {scheduled: soon}\n")
        tidy()
        assert "retention.not_collected project=shop" in caplog.text
        project.write("metadata.yaml", "retention: {scheduled: 4d}\n")
        tidy()
        assert len(list(opened.workspace("shop").runs.ended_runs("shop"))) == 2
        project.write("metadata.yaml", "retention: {scheduled: 2d}\n")
        tidy()
        assert [run.id for run in opened.workspace("shop").runs.ended_runs("shop")] == [old[1].id]
        assert f"run={old[0].id} reason='it ended more than 2 days ago'" in caplog.text
