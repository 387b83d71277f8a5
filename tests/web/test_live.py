"""Streams over a real socket: what changes is told as it happens, to those who may see it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from blockwright.core.access import Actor, Grant, Role
from blockwright.ports.bus import Notice, Topic
from blockwright.web import following
from tests.project import Project
from tests.web.conftest import Listening, Server

LOADER = """
    @data_loader
    def load(*args, **kwargs):
        print("loading")
        return 1
"""


@pytest.fixture
def listening(project: Project, listen: Callable[[], Listening]) -> Listening:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOADER})
    project.pipeline("other", {"kind": "loader", "id": "load"})
    return listen()


def start(server: Server, pipeline: str = "sales") -> int:
    return int(server.call("POST", "runs", json={"pipeline": pipeline}).json()["id"])


def until(events: Iterator[tuple[str, Any, str]], kind: str) -> list[str]:
    """The kinds of the events of runs, up to the first ``kind``."""
    kinds: list[str] = []
    for name, data, _ in events:
        if name == "run":
            kinds += [change["kind"] for change in data["data"]["events"]]
        if kind in kinds:
            return kinds
    raise AssertionError(f"the stream ended after {kinds}")


def test_a_run_is_followed_from_start_to_end(listening: Listening) -> None:
    with listening.follow("events") as events:
        name, _, place = next(events)
        assert name == "ready"
        run = start(listening.server)
        listening.server.drive(run)
        assert until(events, "run.completed")[0] == "run.queued"
    with listening.follow("events", **{"Last-Event-ID": place}) as events:
        assert until(events, "run.completed")[0] == "run.queued"


def test_a_place_that_is_gone_says_so(listening: Listening) -> None:
    start(listening.server)
    feed = listening.server.site.installation.feed
    place = feed.newest()
    start(listening.server)
    start(listening.server)
    feed.prune(listening.server.site.installation.clock.now().replace(year=2999))
    with listening.follow(f"events?after={place}") as events:
        assert [next(events)[0], next(events)[0]] == ["ready", "resync"]


def test_only_what_the_caller_may_see_is_told(listening: Listening) -> None:
    server = listening.server
    server.gate.actor = Actor(0, "bob", (Grant(Role.VIEWER, "shop", "sales"),))
    with listening.follow("events") as events:
        next(events)
        server.gate.actor = Actor(0, "ada", (Grant(Role.OWNER),))
        start(server, "other")
        mine = start(server)
        name, data, _ = next(events)
        assert (name, data["run"]) == ("run", mine)


def test_a_log_is_followed_to_its_end(listening: Listening) -> None:
    run = start(listening.server)
    with listening.follow(f"runs/{run}/logs/follow") as events:
        listening.server.drive(run)
        name, lines, _ = next(events)
        assert (name, [line["message"] for line in lines]) == ("lines", ["loading"])
        assert list(events) == [("end", {"run": run}, "")]


def test_a_log_is_followed_from_near_its_end(listening: Listening) -> None:
    listening.server.project.write(
        "data_loaders/load.py",
        "@data_loader\ndef load(*args, **kwargs):\n    for line in range(500):\n        print('line', line)\n",
    )
    run = start(listening.server)
    listening.server.drive(run)
    with listening.follow(f"runs/{run}/logs/follow?last=2000") as events:
        name, begin, _ = next(events)
        assert name == "begin"
        told = [line["message"] for name, lines, _ in events if name == "lines" for line in lines]
    numbers = [int(message.removeprefix("line ")) for message in told if message.startswith("line ")]
    assert numbers == list(range(numbers[0], 500))
    assert 450 < numbers[0] < 500
    assert begin["left_out"] > 10_000


def test_a_stream_ends_when_its_caller_loses_the_right(listening: Listening) -> None:
    server = listening.server
    store, now = server.site.access.store, server.site.installation.clock.now()
    store.found("ada@example.com", "Ada", None, now)
    bob = store.add_person("bob@example.com", "Bob", None, (Grant(Role.VIEWER, "shop"),), now)
    token = server.token_of(bob)
    server.gate.actor = Actor(bob.id, bob.email, bob.grants, token=token)
    with listening.follow("events") as events:
        next(events)
        store.revoke(bob.id, "shop", "")
        server.site.installation.bus.publish(Notice(Topic.ACCESS, data={"user": bob.id}))
        assert list(events) == []


def test_nobody_opens_streams_without_end(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_STREAMS_OF_ONE", 1)
    with listening.follow("events") as events:
        next(events)
        refused = httpx.get(f"{listening.address}{listening.server.address('events')}")
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")


def test_a_body_that_comes_too_slowly_is_not_waited_for(listening: Listening) -> None:
    host, port = listening.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        path = listening.server.address("runs")
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
