"""Runs over HTTP: what a caller starts, sees and asks of them. An engine of this process drives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

LOADER = """
    @data_loader
    def load(*args, **kwargs):
        if kwargs["fail"]:
            raise ValueError("no orders today")
        return {"day": kwargs["execution_date"].isoformat(), "by": kwargs["by"]}
"""
CLEANER = """
    @transformer
    def clean(data, *args, **kwargs):
        return data
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOADER},
        {"kind": "transformer", "id": "clean", "code": CLEANER, "after": ["load"]},
        variables={"fail": False, "by": "file"},
    )
    project.pipeline("other", {"kind": "loader", "id": "load"}, variables={"fail": False, "by": "x"})
    return serve()


def start(server: Server, **body: Any) -> dict[str, Any]:
    answer = server.call("POST", "runs", json={"pipeline": "sales", **body})
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_a_run_from_start_to_end(server: Server) -> None:
    run = start(server, variables={"by": "api"}, execution_date="2026-01-31T06:00:00+01:00")
    assert (run["state"], run["kind"], run["requested_by"]) == ("queued", "api", "ada@example.com")
    server.drive(run["id"])
    shown = server.get(f"runs/{run['id']}").json()
    assert (shown["state"], shown["counts"], shown["more_blocks"]) == ("completed", {"completed": 2}, False)
    assert [block["id"] for block in shown["blocks"]] == ["load", "clean"]
    assert [(block["uuid"], block["upstream"]) for block in shown["shape"]] == [("load", []), ("clean", ["load"])]
    assert shown["started"] <= shown["blocks"][0]["started"] <= shown["blocks"][0]["finished"] <= shown["finished"]
    assert shown["last_success"] is None
    block = server.get(f"runs/{run['id']}/block-runs/load").json()
    assert [attempt["outcome"] for attempt in block["attempt_list"]] == ["completed"]
    assert server.get(f"runs/{run['id']}/block-runs/none").status_code == 404
    kinds = [event["kind"] for event in server.get(f"runs/{run['id']}/events?limit=500").json()["items"]]
    assert (kinds[0], kinds[-1]) == ("run.queued", "run.completed")
    assert server.get(f"runs/{run['id']}/why").json()[0]["state"] == "completed"


def test_asked_twice_with_one_key_a_run_starts_once(server: Server) -> None:
    body, headers = {"pipeline": "sales"}, {"Idempotency-Key": "order-17"}
    first = server.call("POST", "runs", json=body, headers=headers)
    assert server.call("POST", "runs", json=body, headers=headers).json() == first.json()
    assert len(server.get("runs").json()["items"]) == 1
    other = server.call("POST", "runs", json={"pipeline": "other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    missing = server.call("POST", "runs", json={"pipeline": "none"}, headers={"Idempotency-Key": "b"})
    assert missing.status_code == 404
    assert server.call("POST", "runs", json=body, headers={"Idempotency-Key": "b"}).status_code == 202


def test_lists_are_filtered_and_paged(server: Server) -> None:
    made = [start(server)["id"], start(server, interactive=True)["id"], start(server, pipeline="other")["id"]]
    page = server.get("runs?limit=2").json()
    assert [run["id"] for run in page["items"]] == made[:0:-1]
    rest = server.get("runs", params={"limit": 2, "cursor": page["next"]}).json()
    assert ([run["id"] for run in rest["items"]], rest["next"]) == (made[:1], None)

    def found(**filters: Any) -> list[int]:
        answer = server.get("runs", params=filters)
        assert answer.status_code == 200, answer.text
        return sorted(run["id"] for run in answer.json()["items"])

    assert found(pipeline="other") == made[2:]
    assert found(kind="interactive") == made[1:2]
    assert found(state=["failed", "queued"]) == made
    assert found(state="failed") == found(trigger=7) == found(backfill=7) == []
    moment = server.get(f"runs/{made[1]}").json()["created"]
    assert found(since=moment) == made[1:]
    assert found(until=moment) == made[:1]
    assert found(since="2999-01-01T00:00:00Z") == []
    assert found(longer=0) == []
    server.drive(made[0])
    assert found(longer=0) == made[:1]
    assert found(longer=3600) == []


def test_a_list_tells_whose_runs_and_how_far_they_are(server: Server) -> None:
    mine, other = start(server)["id"], start(server, pipeline="other")["id"]
    server.drive(mine)
    assert [run["id"] for run in server.get("runs?by=me").json()["items"]] == [other, mine]
    assert [run["id"] for run in server.get("runs?by=ada@example.com&state=completed").json()["items"]] == [mine]
    assert server.get("runs?by=bob@example.com").json()["items"] == []
    counts = {run["id"]: run["block_counts"] for run in server.get("runs?counts=true").json()["items"]}
    assert counts[mine] == {"total": 2, "done": 2, "reused": 0, "failed": 0}
    assert counts[other] == {"total": 1, "done": 0, "reused": 0, "failed": 0}
    assert server.get("runs").json()["items"][0]["block_counts"] is None


def test_an_ended_run_is_forgotten_by_who_may(server: Server) -> None:
    run, waiting = start(server)["id"], start(server)["id"]
    server.drive(run)
    server.gate.actor, owner = Actor(2, "bob@example.com", (Grant(Role.EDITOR),)), server.gate.actor
    assert server.call("DELETE", f"runs/{run}").status_code == 403
    server.gate.actor = owner
    refused = server.call("DELETE", f"runs/{waiting}")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ended")
    assert server.call("DELETE", f"runs/{run}").status_code == 204
    assert server.get(f"runs/{run}").status_code == 404
    assert server.call("DELETE", f"runs/{run}").status_code == 404
    assert [each["id"] for each in server.get("runs").json()["items"]] == [waiting]


def test_a_failed_run_is_explained_and_retried(server: Server) -> None:
    run = start(server, variables={"fail": True})["id"]
    server.drive(run)
    error = server.get(f"runs/{run}/block-runs/load").json()["error"]
    assert (error["type"], error["message"], error["file"]) == ("ValueError", "no orders today", "data_loaders/load.py")
    frame = error["traceback"][0]
    assert frame["own"] is True
    assert "raise ValueError" in frame["code"][frame["line"] - frame["code_from"]]
    assert server.call("POST", f"runs/{run}/cancel").json()["code"] == "run_ended"
    again = server.call("POST", f"runs/{run}/retry", json={"start": [], "same_code": True})
    assert again.status_code == 202
    wishes = server.site.installation.workspace("shop").runs.wishes("shop", "retry")
    assert [(wish.run, wish.data) for wish in wishes] == [
        (run, {"start": [], "same_code": True, "by": "ada@example.com"})
    ]


def test_a_waiting_run_is_cancelled_by_the_engine_that_takes_it(server: Server) -> None:
    run = start(server)["id"]
    assert server.call("POST", f"runs/{run}/cancel", json={"reason": "wrong day"}).status_code == 202
    assert server.drive(run).state == "cancelled"
    assert server.get(f"runs/{run}").json()["reason"] == "cancelled by ada@example.com: wrong day"


def test_replay_and_comparison(server: Server) -> None:
    run = start(server)["id"]
    server.drive(run)
    again = server.call("POST", f"runs/{run}/replay", json={"variables": {"by": "replay"}}).json()
    assert (again["kind"], again["replay_of"], again["trusts"]) == ("replay", run, [])
    server.drive(again["id"])
    difference = server.get(f"runs/{run}/diff/{again['id']}").json()
    assert difference["variables"] == {"by": ["file", "replay"]}
    assert [block["change"] for block in difference["blocks"]] == ["result", "result"]


def test_a_plan(server: Server) -> None:
    server.drive(start(server)["id"])
    plan = server.call("POST", "pipelines/sales/plan", json={"reuse": True}).json()
    assert [(block["block"], block["action"]) for block in plan["blocks"]] == [("load", "run"), ("clean", "unknown")]


def test_runs_of_other_projects_and_pipelines_do_not_exist(server: Server) -> None:
    mine, other = start(server)["id"], start(server, pipeline="other")["id"]
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop", "sales"),))
    assert [run["id"] for run in server.get("runs").json()["items"]] == [mine]
    assert server.get(f"runs/{other}").json()["code"] == "run_not_found"
    hidden, nowhere = (server.get(f"runs/{number}").json() for number in (other, 424242))
    assert {name for name in hidden if hidden[name] != nowhere[name]} == {"detail", "request_id"}  # the number itself
    assert server.get(f"runs/{mine}/diff/{other}").status_code == 404
    assert server.call("POST", f"runs/{mine}/cancel").status_code == 403
    assert server.call("POST", "runs", json={"pipeline": "sales"}).status_code == 403
    assert server.get(f"runs/{10**30}").status_code == 404


def test_wrong_variables_are_refused(server: Server) -> None:
    wrong = server.call("POST", "runs", json={"pipeline": "sales", "variables": {"day": {"$date": "tomorrow"}}})
    assert (wrong.status_code, wrong.json()["detail"][:27]) == (422, "A variable cannot be read: ")
    surrogate = server.call(
        "POST", "runs", content=b'{"pipeline": "a\\ud800"}', headers={"content-type": "application/json"}
    )
    assert surrogate.status_code in (404, 422)
