"""Models over HTTP: register, compare, promote, roll back, and who may do which."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from blockwright.core.access import Actor, Grant, Permission, Role
from blockwright.web import models
from blockwright.web.routing import NEED
from tests.project import Project
from tests.web.conftest import OWNER, Server

EDITOR = Actor(4, "egon@example.com", (Grant(Role.EDITOR, "shop"),))

FIT = """
    class Constant:
        def __init__(self, answer):
            self.answer = answer

        def predict(self, frame):
            return [self.answer] * len(frame)

    @custom
    def fit(*args, answer=1, **kwargs):
        return Constant(answer)
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    return serve()


def train(server: Server, **variables: Any) -> int:
    number = int(server.call("POST", "runs", json={"pipeline": "train", "variables": variables}).json()["id"])
    assert server.drive(number).state == "completed"
    return number


def register(server: Server, mae: float = 10.0, answer: int = 1, **more: Any) -> dict[str, Any]:
    body = {"run": train(server, answer=answer), "block": "fit", "metrics": {"mae": mae}, "held_out": "march", **more}
    answer_ = server.call("POST", "models/delay/versions", json=body)
    assert answer_.status_code == 201, answer_.text
    made: dict[str, Any] = answer_.json()
    return made


def promote(server: Server, version: str = "newest", **more: Any) -> Any:
    return server.call("POST", "models/delay/promote", json={"version": version, **more})


def rules(server: Server, text: str) -> None:
    server.project.write("metadata.yaml", f"project_type: standalone\nmodels: {{delay: {text}}}\n")


def test_a_run_s_output_becomes_a_version_and_answers(server: Server) -> None:
    made = register(server, signature={"inputs": [{"name": "a", "type": "number", "nullable": False}], "outputs": []})
    assert (made["version"], made["stage"], made["created_by"], made["pipeline"]) == (1, "", OWNER.name, "train")
    assert len(made["sha256"]) == 64
    done = promote(server, reason="the first").json()
    assert (done["endpoint"]["version"], done["promotion"]["state"], done["problem"]) == (1, "done", "")
    assert {finding["check"]: finding["holds"] for finding in done["promotion"]["findings"]} == {
        "file": True,
        "libraries": True,
        "tests": True,
    }
    latest = json.loads((server.project.root / "model_registry" / "latest.json").read_text())
    assert (latest["version"], latest["checksum"], latest["metrics"], latest["feature_names"]) == (
        *(1, made["sha256"], {"mae": 10.0}, ["a"]),
    )
    assert (server.project.root / latest["path"]).is_file()
    (listed,) = server.get("models").json()["items"]
    assert (listed["model"], listed["newest"]["stage"], listed["endpoint"]["version"]) == ("delay", "champion", 1)
    mirror = {"state": "off", "name": "shop.delay", "problem": ""}  # no MLflow is started for a promotion
    assert server.get("models/delay").json() == {**listed, "mirror": mirror}
    assert server.get("models/delay/versions/champion").json()["version"] == 1


def test_the_same_output_is_registered_once(server: Server) -> None:
    made = register(server)
    body = {"run": made["run"], "block": "fit"}
    assert server.call("POST", "models/delay/versions", json=body).json()["version"] == 1
    headers = {"Idempotency-Key": "k1"}
    first = server.call("POST", "models/tips/versions", json=body, headers=headers).json()
    assert server.call("POST", "models/tips/versions", json=body, headers=headers).json() == first


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"run": 99, "block": "fit"}, 404, "run_not_found"),
        ({"block": "nobody"}, 404, "output_not_found"),
        ({"block": "fit", "output": "output_9"}, 404, "output_not_found"),
        ({"block": "fit", "metrics": {"mae": "NaN"}}, 422, "metrics"),
        ({"block": "fit", "signature": {"inputs": [], "outputs": []}}, 422, "signature"),
    ],
)
def test_what_cannot_be_registered_is_named(server: Server, body: dict[str, Any], status: int, code: str) -> None:
    refused = server.call("POST", "models/delay/versions", json={"run": train(server), **body})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert server.get("models").json()["items"] == []


def test_a_worse_version_is_refused_with_the_figures_and_may_be_forced(server: Server) -> None:
    rules(server, "{metric: mae, margin: 0.5}")
    register(server)
    promote(server)
    register(server, 9.8, 2)
    refused = promote(server)
    assert (refused.status_code, refused.json()["code"]) == (409, "promotion_refused")
    assert "`mae` is 9.8, that of version 1 10; it must be lower by at least 0.5" in refused.json()["detail"]
    said = server.get("models/delay/comparison").json()
    assert (said["same_data"], said["metrics"]) == (True, [{"name": "mae", "first": 10.0, "second": 9.8}])
    assert [finding["check"] for finding in said["findings"] if not finding["holds"]] == ["metric"]
    assert promote(server, force=True).json()["endpoint"]["version"] == 2
    log = server.get("promotions", params={"model": "delay"}).json()["items"]
    assert [(entry["state"], entry["before"], entry["after"]) for entry in log] == [
        *[("done", 1, 2), ("refused", 1, 2), ("done", None, 1)]
    ]
    back = server.call("POST", "models/delay/rollback", json={"reason": "worse at night"}).json()
    assert (back["endpoint"]["version"], back["endpoint"]["previous"], back["promotion"]["kind"]) == (1, 2, "roll_back")
    assert json.loads((server.project.root / "model_registry" / "latest.json").read_text())["version"] == 1


def test_a_promotion_waits_for_a_person_where_the_rules_say_so(server: Server) -> None:
    rules(server, "{approval: true}")
    register(server)
    server.gate.actor = EDITOR
    waiting = promote(server).json()
    assert (waiting["promotion"]["state"], waiting["endpoint"]) == ("waiting", None)
    path = f"promotions/{waiting['promotion']['id']}"
    server.gate.actor = OWNER
    (asked,) = server.get("promotions", params={"state": "waiting"}).json()["items"]
    assert (asked["by"], asked["after"]) == (EDITOR.name, 1)
    assert server.get("models/delay/comparison", params={"first": "1", "second": "1"}).json()["rules"] == {
        "metric": "",
        "better": "higher",
        "margin": 0.0,
        "approval": True,
    }
    needs = server.get("overview").json()["needs"]
    assert [(need["kind"], need["model"], need["promotion"]) for need in needs if need["kind"] == "request"] == [
        ("request", "delay", asked["id"])
    ]
    server.gate.actor = Actor(5, "sam@example.com", (Grant(Role.ADMIN, "shop", "train"),))
    assert not [need for need in server.get("overview").json()["needs"] if need["kind"] == "request"]
    server.gate.actor = OWNER
    done = server.call("POST", f"{path}/approve", json={"reason": "looks good"}).json()
    assert (done["endpoint"]["version"], done["promotion"]["by"]) == (1, OWNER.name)
    again = server.call("POST", f"{path}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "decided")
    register(server, 9.0, 2)
    other = promote(server).json()["promotion"]["id"]
    refused = server.call("POST", f"promotions/{other}/reject", json={"reason": "not before the holidays"}).json()
    assert (refused["promotion"]["state"], refused["endpoint"]["version"]) == ("refused", 1)


def test_a_challenger_gets_its_share(server: Server) -> None:
    register(server)
    promote(server)
    register(server, 9.0, 2)
    wish = {"mode": "canary", "challenger": 2, "share": 0.2, "most_errors": 0.1}
    done = server.call("PUT", "models/delay/traffic", json=wish).json()
    assert done["endpoint"]["traffic"] == {**wish, "most_milliseconds": None, "fewest_requests": 50}
    assert [one["stage"] for one in server.get("models/delay/versions").json()["items"]] == ["challenger", "champion"]
    for wrong in ({**wish, "challenger": 1}, {**wish, "share": 0.0}, {**wish, "share": 2}):
        assert server.call("PUT", "models/delay/traffic", json=wrong).status_code == 422
    assert server.call("PUT", "models/delay/traffic", json={**wish, "challenger": 9}).status_code == 404
    single = server.call("PUT", "models/delay/traffic", json={"mode": "single"}).json()
    assert single["endpoint"]["traffic"]["challenger"] is None


def test_people_write_about_a_version(server: Server) -> None:
    register(server, tags={"team": "a"})
    said = server.call("PATCH", "models/delay/versions/1", json={"card": "# Bad at night"}).json()
    assert (said["card"], said["tags"]) == ("# Bad at night", {"team": "a"})
    said = server.call("PATCH", "models/delay/versions/1", json={"tags": {"stage": "trial"}}).json()
    assert (said["card"], said["tags"]) == ("# Bad at night", {"stage": "trial"})
    assert server.call("PATCH", "models/delay/versions/1", json={"tags": {"a": "b" * 600}}).status_code == 422


def test_lists_go_on_page_by_page(server: Server) -> None:
    for answer in range(3):
        register(server, answer=answer)
    page = server.get("models/delay/versions", params={"limit": 2}).json()
    assert [one["version"] for one in page["items"]] == [3, 2]
    rest = server.get("models/delay/versions", params={"limit": 2, "cursor": page["next"]}).json()
    assert ([one["version"] for one in rest["items"]], rest["next"]) == ([1], None)


def test_looking_is_for_viewers_changing_for_editors_and_the_last_word_for_admins(server: Server) -> None:
    needed = {
        route.endpoint.__name__: getattr(route.endpoint, NEED)
        for route in models.routes.routes
        if isinstance(route, APIRoute)
    }
    by_permission: dict[Permission | None, set[str]] = {}
    for name, need in needed.items():
        assert not need.open
        by_permission.setdefault(need.permission, set()).add(name.partition("_")[0])
    assert by_permission == {
        Permission.VIEW: {"list", "show", "compare"},
        Permission.EDIT: {"register", "describe", "promote", "roll", "split"},
        Permission.ADMIN: {"approve", "reject"},
    }


def test_what_is_not_there_is_named(server: Server) -> None:
    register(server)
    assert server.get("models/tips").json()["code"] == "model_not_found"
    assert server.get("models/delay/versions/7").json()["code"] == "model_version_not_found"
    assert server.get("models/delay/versions/challenger").json()["code"] == "alias_not_found"
    assert server.call("POST", "models/delay/rollback", json={}).json()["code"] == "not_served"
    assert server.call("POST", "promotions/99/approve", json={}).json()["code"] == "promotion_not_found"


def test_a_poisoned_file_is_looked_at_and_never_run(project: Project, serve: Callable[[], Server]) -> None:
    mark = project.root / "mark"
    code = f"""
    import os

    class Poison:
        def __reduce__(self):
            return (os.mkdir, ({str(mark)!r},))

        def predict(self, frame):
            return []

    @custom
    def fit(*args, **kwargs):
        return Poison()
    """
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": code})
    server = serve()
    register(server)
    assert promote(server).json()["endpoint"]["version"] == 1
    assert server.get("models/delay/comparison", params={"first": "1", "second": "1"}).status_code == 200
    assert not mark.exists()
