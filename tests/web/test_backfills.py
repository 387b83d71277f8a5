"""Backfills and data products over HTTP, in our words and in Mage's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(**kwargs):\n    return kwargs.get('day')\n"}
VIEWER = Actor(3, "vera@example.com", (Grant(Role.VIEWER),))
ELSEWHERE = Actor(4, "egon@example.com", (Grant(Role.EDITOR, "shop", "q"),))
WANTED = {"start": "2024-01-01", "end": "2024-01-03", "parallel": 1}


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("p", LOAD)
    project.pipeline("q", {"kind": "loader", "id": "other", "code": "def f():\n    return 1\n"})
    project.write("global_data_products.yaml", "set:\n  object_uuid: p\n  outdated_after: {weeks: 1}\n")
    return serve()


def made(server: Server, **wanted: Any) -> Any:
    answer = server.call("POST", "pipelines/p/backfills", json={**WANTED, **wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_from_plan_to_retry(server: Server) -> None:
    planned = server.call("POST", "pipelines/p/backfills/plan", json=WANTED).json()
    assert (planned["slices"], planned["to_run"], planned["blocks"][0]["runs"]) == (3, 3, 3)
    assert [one["name"] for one in planned["first"]] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    first = made(server)
    own = f"backfills/{first['id']}"
    assert (first["state"], first["slices"], first["in_words"]) == ("queued", 3, "0 of 3 slices done")
    assert first["dates"]["every"] == "day"
    assert server.call("POST", f"{own}/pause").json()["state"] == "paused"
    again = server.call("POST", f"{own}/pause")
    assert (again.status_code, again.json()["code"]) == (409, "backfill_state")
    assert server.call("POST", f"{own}/resume").json()["state"] == "running"
    assert server.call("PATCH", own, json={"parallel": 9}).json()["parallel"] == 9
    assert server.call("PATCH", own, json={"parallel": 0}).status_code == 422
    page = server.get(f"{own}/slices", params={"limit": 2}).json()
    assert [one["name"] for one in page["items"]] == ["2024-01-01", "2024-01-02"]
    rest = server.get(f"{own}/slices", params={"cursor": page["next"]}).json()
    assert ([one["position"] for one in rest["items"]], rest["next"]) == ([2], None)
    assert server.call("POST", f"{own}/cancel").json()["progress"]["cancelled"] == 3
    assert server.call("POST", f"{own}/retry").json()["state"] == "running"
    listed = made(server, start="", end="", each=[{"customer": 1}, {"customer": {"$date": "2024-01-01"}}])
    assert [one["id"] for one in server.get("backfills").json()["items"]] == [listed["id"], first["id"]]
    assert server.get("backfills", params={"state": "paused"}).json()["items"] == []


def test_what_cannot_be_is_told_with_its_code(server: Server) -> None:
    for wanted, code in (
        ({"end": "2023-01-01"}, "backfill"),
        ({"end": "soon"}, "backfill"),
        ({"timezone": "Mars/Base"}, "time_zone"),
        ({"every": "second"}, "backfill"),
        ({"each": [{"a": 1}]}, "backfill"),
    ):
        answer = server.call("POST", "pipelines/p/backfills", json={**WANTED, **wanted})
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert server.get("backfills/99").status_code == 404
    key = {"Idempotency-Key": "one"}
    twice = [server.call("POST", "pipelines/p/backfills", json=WANTED, headers=key).json()["id"] for _ in range(2)]
    assert len(set(twice)) == 1


def test_a_viewer_looks_and_a_stranger_sees_nothing(server: Server) -> None:
    own = f"backfills/{made(server)['id']}"
    server.gate.actor = VIEWER
    assert server.get(own).status_code == server.get("products/set").status_code == 200
    assert server.call("POST", f"{own}/cancel").status_code == 403
    assert server.call("POST", "products/set/refresh").status_code == 403
    server.gate.actor = ELSEWHERE
    assert server.get(own).status_code == server.get("products/set").status_code == 404
    assert server.get("backfills").json()["items"] == server.get("products").json()["items"] == []


def test_a_product_is_shown_and_computed_once(server: Server) -> None:
    (shown,) = server.get("products").json()["items"]
    assert (shown["uuid"], shown["fresh"], shown["why"]) == ("set", False, "it was never computed")
    first, second = (server.call("POST", "products/set/refresh").json() for _ in range(2))
    assert first == second
    assert server.get("products/set").json()["computing"] == first["run"]
    server.drive(first["run"])
    after = server.get("products/set").json()
    assert (after["fresh"], after["run"], after["computing"]) == (True, first["run"], None)
    assert server.get("products/sets").json()["hint"] == "Did you mean `set`?"


def test_in_mages_words(server: Server) -> None:
    asked = {
        "name": "old",
        "start_datetime": "2024-01-01 00:00:00",
        "end_datetime": "2024-01-02",
        "interval_type": "day",
    }
    made_one = server.call("POST", "/api/pipelines/p/backfills", json={"backfill": {**asked, "interval_units": 1}})
    backfill = made_one.json()["backfill"]
    assert (backfill["name"], backfill["status"], backfill["interval_type"]) == ("old", None, "day")
    own = f"/api/backfills/{backfill['id']}"
    started = server.call("PUT", own, json={"backfill": {"status": "initial"}}).json()["backfill"]
    assert started["status"] == "running"
    stopped = server.call("PUT", own, json={"backfill": {"status": "cancelled"}}).json()["backfill"]
    assert stopped["status"] == "cancelled"
    assert [one["id"] for one in server.get("/api/backfills").json()["backfills"]] == [backfill["id"]]
    (product,) = server.get("/api/global_data_products").json()["global_data_products"]
    assert (product["object_uuid"], product["outdated_after"]) == ("p", {"weeks": 1})
