from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from blockwright.adapters.bus.local import LocalBus
from blockwright.engine import threads
from blockwright.engine.threads import worker_of
from blockwright.ports.bus import Notice, Topic

DEADLINE = 30.0


class _Counting:
    """A loop that counts its turns."""

    name = "counting"

    def __init__(self, *topics: Topic) -> None:
        self.topics = frozenset(topics)
        self.times: list[float] = []
        self.turned = Event()

    def turn(self) -> float:
        self.times.append(time.monotonic())
        self.turned.set()
        return 3600.0

    def await_turn(self) -> None:
        assert self.turned.wait(DEADLINE)
        self.turned.clear()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[LocalBus]:
    opened = LocalBus(tmp_path)
    yield opened
    opened.close()


def test_who_follows_the_feed_takes_a_breath_between_two_looks(bus: LocalBus) -> None:
    loop = _Counting(Topic.FEED)
    worker = worker_of(loop, bus)
    worker.start()
    loop.await_turn()
    for _ in range(5):
        bus.publish(Notice(Topic.FEED, "shop"))
        loop.await_turn()  # nothing that was told meanwhile is missed
    worker.stop()
    assert worker.join(DEADLINE)
    pauses = [later - earlier for earlier, later in zip(loop.times, loop.times[1:], strict=False)]
    assert min(pauses) >= threads.BREATH_SECONDS * 0.99


def test_a_breath_does_not_hold_up_the_end(bus: LocalBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "BREATH_SECONDS", 3600.0)
    loop = _Counting(Topic.FEED)
    worker = worker_of(loop, bus)
    worker.start()
    loop.await_turn()
    worker.stop()
    assert worker.join(DEADLINE)


def test_who_waits_for_something_else_is_woken_at_once(bus: LocalBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "BREATH_SECONDS", 3600.0)
    loop = _Counting(Topic.TRIGGERS)
    worker = worker_of(loop, bus)
    worker.start()
    for _ in range(3):
        loop.await_turn()
        bus.publish(Notice(Topic.TRIGGERS, "shop"))
    loop.await_turn()
    worker.stop()
    assert worker.join(DEADLINE)
