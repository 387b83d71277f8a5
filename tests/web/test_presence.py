"""Who is there: told to others, taken over, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from blockwright.core.access import Actor, Grant, Role
from blockwright.core.errors import Unavailable
from blockwright.services import presence
from blockwright.services.presence import Board, holder
from tests.project import Project
from tests.web.conftest import OWNER, Listening, Server

BOB = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop", "sales"),))
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def project_of_two(project: Project) -> Project:
    for name in ("sales", "stock"):
        project.pipeline(name, {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(): return 1"})
    return project


def test_people_see_each_other(project_of_two: Project, serve: Callable[[], Server]) -> None:
    server = serve()
    said = {"client": "tab-1", "block": "load", "editing": True}
    assert server.call("PUT", "pipelines/sales/presence", json=said).status_code == 200
    server.call("PUT", "pipelines/stock/presence", json={"client": "tab-2"})
    server.gate.actor = BOB
    there = server.call("PUT", "pipelines/sales/presence", json={**said, "client": "b"}).json()
    assert [(one["person"], one["own"]) for one in there["present"]] == [(OWNER.name, False), (BOB.name, True)]
    assert [(one["block"], one["person"]) for one in there["holders"]] == [("load", OWNER.name)]
    assert {one["pipeline"] for one in server.get("presence").json()["present"]} == {"sales"}
    taken = server.call("PUT", "pipelines/sales/presence", json={**said, "client": "b", "take_over": True}).json()
    assert [one["person"] for one in taken["holders"]] == [BOB.name]
    assert server.call("DELETE", "pipelines/sales/presence?client=b").status_code == 204
    assert [one["person"] for one in server.get("pipelines/sales/presence").json()["present"]] == [OWNER.name]
    assert server.get("pipelines/stock/presence").status_code in (200, 403, 404)


def test_lookers_on_hear_of_it(project_of_two: Project, listen: Callable[[], Listening]) -> None:
    listening = listen()
    with listening.follow("events") as events:
        assert next(events)[0] == "ready"
        listening.server.call("PUT", "pipelines/sales/presence", json={"client": "t", "block": "load"})
        name, data, _ = next(events)
        assert (name, data["block"], data["gone"]) == ("presence", "load", False)


def test_whoever_says_nothing_any_more_is_gone() -> None:
    now = [NOON]
    board = Board(lambda: now[0])
    board.come("shop", "sales", "a", "ada", block="load", editing=True, take_over=False)
    now[0] += timedelta(seconds=30)
    board.come("shop", "sales", "b", "bob", block="load", editing=True, take_over=False)
    again = board.come("shop", "sales", "a", "ada", block="load", editing=True, take_over=False)
    assert again.since == NOON
    found = holder(board.who("shop", "sales"), "load")
    assert found is not None
    assert found.person == "ada"
    now[0] += timedelta(seconds=44)
    assert [one.person for one in board.who("shop")] == ["ada", "bob"]
    now[0] += timedelta(seconds=1)
    assert board.who("shop") == []


def test_what_other_servers_say_is_heard_and_nonsense_is_not() -> None:
    board = Board(lambda: NOON)
    said = {"pipeline": "sales", "client": "x", "person": "eve", "block": None, "editing": False, "gone": False}
    times = {"since": NOON.isoformat(), "expires": (NOON + timedelta(seconds=9)).isoformat()}
    for nonsense in ({}, said, {**said, **times, "expires": "soon"}):
        board.hear("shop", nonsense)
    assert board.who("shop") == []
    board.hear("shop", {**said, **times})
    assert [one.person for one in board.who("shop")] == ["eve"]
    board.hear("shop", {**said, "gone": True})
    assert board.who("shop") == []


def test_a_board_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MOST", 2)
    board = Board(lambda: NOON)
    for client in ("a", "b"):
        board.come("shop", "sales", client, "ada", block=None, editing=False, take_over=False)
    with pytest.raises(Unavailable):
        board.come("shop", "sales", "c", "ada", block=None, editing=False, take_over=False)
