"""Projects, pipelines and blocks over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

LOADER = """
    @data_loader
    def load(*args, **kwargs):
        return {"rate": 1.5}
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
        variables={"day": "2026-01-31", "rate": float("nan")},
        tags=["nightly"],
    )
    project.pipeline("stock", {"kind": "loader", "id": "load"})
    return serve()


def test_the_server_says_that_it_lives(server: Server) -> None:
    assert server.get("/health").json() == {"status": "ok", "tracking": "off"}
    assert server.get("/health/ready").status_code == 200
    assert server.get("/api/v1/about").json()["version"] == "0.0"


def test_projects(server: Server) -> None:
    assert server.get("/api/v1/projects").json() == {"items": [{"name": "shop"}], "next": None}
    assert server.get("/api/v1/projects/shop").json()["pipelines"] == 2
    missing = server.get("/api/v1/projects/other")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert missing.json()["detail"] == "There is no project `other`."


def test_pipelines_are_listed_by_page_and_filter(server: Server) -> None:
    first = server.get("pipelines?limit=1").json()
    assert [item["uuid"] for item in first["items"]] == ["sales"]
    second = server.get("pipelines", params={"limit": 1, "cursor": first["next"]}).json()
    assert ([item["uuid"] for item in second["items"]], second["next"]) == (["stock"], None)
    assert [item["uuid"] for item in server.get("pipelines?tag=nightly").json()["items"]] == ["sales"]
    assert [item["uuid"] for item in server.get("pipelines?search=STO").json()["items"]] == ["stock"]


def test_a_broken_pipeline_is_listed_with_its_problem(server: Server) -> None:
    server.project.write("pipelines/stock/metadata.yaml", "blocks: [")
    stock = server.get("pipelines?search=stock").json()["items"][0]
    assert "pipelines/stock/metadata.yaml" in stock["problem"]
    shown = server.get("pipelines/stock")
    assert (shown.status_code, shown.json()["code"]) == (422, "project_invalid")
    assert shown.json()["problems"][0]["file"] == "pipelines/stock/metadata.yaml"
    assert server.call("POST", "pipelines/stock/check").json()["valid"] is False
    assert server.call("POST", "check").json()["errors"] > 0


def test_a_pipeline_whole(server: Server) -> None:
    shown = server.get("pipelines/sales").json()
    assert shown["edges"] == [{"source": "load", "target": "clean"}]
    assert shown["blocks"][0]["downstream"] == ["clean"]
    assert shown["variables"] == {"day": "2026-01-31", "rate": None}
    assert server.call("POST", "pipelines/sales/check").json()["valid"] is True


def test_a_new_pipeline_with_a_block(server: Server) -> None:
    made = server.call("POST", "pipelines", json={"name": "Night run"})
    assert (made.status_code, made.json()["uuid"]) == (201, "night_run")
    assert server.call("POST", "pipelines", json={"name": "Night run"}).status_code == 409
    block = server.call("POST", "pipelines/night_run/blocks", json={"name": "fetch", "type": "data_loader"})
    assert (block.status_code, block.json()["files"][0]) == (201, "data_loaders/fetch.py")
    entry = server.get("pipelines/night_run/blocks/fetch").json()
    assert entry["path"] == "data_loaders/fetch.py"
    source = server.get("pipelines/night_run/sources/fetch")
    assert "@data_loader" in source.text
    assert (
        server.get("pipelines/night_run/sources/fetch", headers={"If-None-Match": source.headers["etag"]}).status_code
        == 304
    )
    actions = [entry.action for entry in server.site.access.store.audit(project="shop")]
    assert actions == ["block.create", "pipeline.create"]


def test_a_grant_for_one_pipeline_shows_that_one(server: Server) -> None:
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop", "stock"),))
    assert [item["uuid"] for item in server.get("pipelines").json()["items"]] == ["stock"]


def test_wrong_requests_name_the_field(server: Server) -> None:
    wrong = server.call("POST", "pipelines", json={"name": 3})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")
    assert wrong.json()["problems"][0]["key"] == "body.name"
    assert server.get("pipelines?limit=0").json()["problems"][0]["key"] == "query.limit"
    assert server.get("pipelines?cursor=xyz").json()["code"] == "cursor"
    assert server.get("/api/v1/nothing").json()["code"] == "no_route"
    assert server.call("DELETE", "pipelines").status_code == 405


def test_answers_carry_the_headers_that_keep_browsers_safe(server: Server) -> None:
    headers = server.get("pipelines/none").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 16


def test_you_are_told_what_you_may_in_each_project(server: Server) -> None:
    mine = server.get("/api/v1/me").json()
    assert mine["within"] == {name: ["view", "run", "edit", "secrets", "admin", "own"] for name in mine["projects"]}


def test_ways_to_sign_in_are_told_to_anybody(server: Server) -> None:
    assert server.get("/api/v1/sign-in").json() == {"password": True, "provider": False}
