"""What every ``EventBus`` keeps. Subclass it and give a fixture ``buses``, which makes one more of an installation."""

from __future__ import annotations

import gc
import signal
import time
import weakref
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import pytest

from blockwright.ports.bus import EventBus, Listener, Notice, Topic

SECONDS = 15.0
Buses = Callable[[], EventBus]


def heard(listener: Listener, count: int) -> list[Notice]:
    """The next ``count`` notices."""
    notices: list[Notice] = []
    deadline = time.monotonic() + SECONDS
    while len(notices) < count:
        got: Sequence[Notice] = listener.wait(deadline - time.monotonic())
        notices += got
        assert got or time.monotonic() < deadline, f"heard only {notices}"
    return notices


class BusContract:
    def test_every_listener_of_the_topic_hears_a_notice_its_own_bus_too(self, buses: Buses) -> None:
        here, there = buses(), buses()
        listeners = [here.listen({Topic.QUEUE}), there.listen({Topic.QUEUE, Topic.FEED}), there.listen(set(Topic))]
        here.publish(Notice(Topic.QUEUE, "shop", {"run": 7}))
        for listener in listeners:
            assert heard(listener, 1) == [Notice(Topic.QUEUE, "shop", {"run": 7})]

    def test_other_topics_are_not_heard(self, buses: Buses) -> None:
        bus = buses()
        listener = bus.listen({Topic.FEED})
        for topic in Topic:
            bus.publish(Notice(topic, "shop"))
        assert heard(listener, 1) == [Notice(Topic.FEED, "shop")]
        assert listener.wait(0.05) == []

    def test_notices_of_one_bus_keep_their_order(self, buses: Buses) -> None:
        bus = buses()
        listener = bus.listen({Topic.FEED})
        for number in range(5):
            bus.publish(Notice(Topic.FEED, data={"n": number}))
        assert [notice.data["n"] for notice in heard(listener, 5)] == list(range(5))

    def test_wait_returns_empty_when_its_time_is_over(self, buses: Buses) -> None:
        assert buses().listen({Topic.FEED}).wait(0.01) == []

    def test_who_listens_to_no_topic_is_only_woken(self, buses: Buses, caplog: pytest.LogCaptureFixture) -> None:
        bus = buses()
        listener = bus.listen(frozenset())
        for topic in Topic:
            bus.publish(Notice(topic, "shop"))
        assert listener.wait(0.05) == []
        listener.wake()
        assert listener.wait(SECONDS) == []
        assert not caplog.records

    def test_a_closed_listener_is_forgotten(self, buses: Buses) -> None:
        bus = buses()
        listener = bus.listen({Topic.FEED})
        listener.close()
        former = weakref.ref(listener)
        del listener
        bus.listen({Topic.FEED})
        gc.collect()
        assert former() is None

    def test_wake_ends_a_wait_that_has_begun_and_the_next_one(self, buses: Buses) -> None:
        listener = buses().listen({Topic.FEED})
        listener.wake()
        assert listener.wait(SECONDS) == []
        told: list[Any] = []
        thread = Thread(target=lambda: told.append(listener.wait(None)))
        thread.start()
        listener.wake()
        thread.join(SECONDS)
        assert told == [[]]

    def test_wake_may_be_called_by_a_signal_handler(self, buses: Buses) -> None:
        listener = buses().listen({Topic.FEED})
        before = signal.signal(signal.SIGALRM, lambda *_: listener.wake())
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            assert listener.wait(SECONDS) == []
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_nobody_who_listens_stops_nobody_who_publishes(self, buses: Buses) -> None:
        bus, listener = buses(), buses().listen({Topic.FEED})
        for number in range(3_000):  # far more than any queue in between holds
            bus.publish(Notice(Topic.FEED, data={"n": number, "fill": "x" * 500}))
        first = heard(listener, 1)[0]
        assert first.data["n"] == 0

    def test_what_is_too_long_or_no_json_arrives_without_its_data(self, buses: Buses) -> None:
        bus = buses()
        listener = bus.listen({Topic.FEED})
        bus.publish(Notice(Topic.FEED, "shop", {"much": "x" * 1_000_000}))
        bus.publish(Notice(Topic.FEED, "shop", {"what": object()}))
        assert heard(listener, 2) == [Notice(Topic.FEED, "shop")] * 2

    def test_publishing_after_the_end_of_listeners_and_buses_is_quiet(self, buses: Buses) -> None:
        bus, other = buses(), buses()
        listener = other.listen({Topic.FEED})
        listener.close()
        other.close()
        bus.publish(Notice(Topic.FEED))
        bus.close()
        bus.publish(Notice(Topic.FEED))

    @pytest.mark.parametrize("name", ["ü / shop", "", "x" * 200])
    def test_any_project_name_arrives(self, buses: Buses, name: str) -> None:
        bus = buses()
        listener = bus.listen({Topic.FEED})
        bus.publish(Notice(Topic.FEED, name))
        assert heard(listener, 1)[0].project == name
