"""Experiments over HTTP, on a tracking server that really runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import OWNER, Server

TRAIN = """
    import mlflow

    @custom
    def train(*args, **kwargs):
        mlflow.log_param("depth", kwargs["depth"])
        for step in range(3):
            mlflow.log_metric("loss", kwargs["depth"] / (step + 1), step=step)
        mlflow.log_metric("odd", float("nan"))
        mlflow.log_text("<script>alert(1)</script>", "page.html")
        return 1
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("train", {"kind": "custom", "id": "train", "code": TRAIN}, variables={"depth": 3})
    return serve()


@pytest.mark.slow
def test_what_blocks_recorded_is_found_by_whoever_may_see_the_pipeline(server: Server) -> None:
    for depth in (3, 9):
        body = {"pipeline": "train", "variables": {"depth": depth}}
        server.drive(int(server.call("POST", "runs", json=body).json()["id"]))
    (experiment,) = server.get("experiments").json()["items"]
    assert (experiment["name"], experiment["runs"], experiment["pipelines"]) == ("shop/train", 2, ["train"])
    listed = server.get("tracked-runs", params={"experiment": "shop/train"}).json()
    assert [one["params"]["depth"] for one in listed["items"]] == ["9", "3"]
    newest = listed["items"][0]
    assert newest["metrics"] == {"loss": 3.0, "odd": None}
    first = server.get("tracked-runs", params={"limit": 1}).json()
    rest = server.get("tracked-runs", params={"limit": 1, "cursor": first["next"]}).json()
    assert [one["params"]["depth"] for one in rest["items"]] == ["3"]
    assert rest["next"] is None
    best = server.get("tracked-runs", params={"order": "metrics.loss", "where": "params.depth < 100"}).json()
    assert [one["params"]["depth"] for one in best["items"]] == ["3", "9"]
    ids = [one["id"] for one in listed["items"]]
    compared = server.get("tracked-runs/compare", params={"tracked": ids}).json()
    assert compared["params"] == [{"name": "depth", "values": ["9", "3"], "differs": True}]
    curve = server.get(f"tracked-runs/{ids[0]}/metric", params={"metric": "loss"}).json()
    assert [(point["step"], point["value"]) for point in curve] == [(0, 9.0), (1, 4.5), (2, 3.0)]
    assert [file["path"] for file in server.get(f"tracked-runs/{ids[0]}/files").json()] == ["page.html"]
    page = server.get(f"tracked-runs/{ids[0]}/file", params={"path": "page.html"})
    assert page.text == "<script>alert(1)</script>"
    assert page.headers["content-type"] == "application/octet-stream"  # never a page of ours
    assert page.headers["content-disposition"].startswith("attachment")
    assert server.get(f"tracked-runs/{ids[0]}/file", params={"path": "../x"}).json()["code"] == "artifact_path"
    wrong = server.get("tracked-runs", params={"where": "loss < 1"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "filter")
    assert server.get("/health").json()["tracking"] == "running"

    server.gate.actor = Actor(7, "sam@example.com", (Grant(Role.VIEWER, "shop", "other"),))
    assert server.get("experiments").json()["items"] == []
    assert server.get("tracked-runs").json()["items"] == []
    hidden = server.get(f"tracked-runs/{ids[0]}")
    unknown = server.get(f"tracked-runs/{'0' * 32}")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"].replace(ids[0], "0" * 32) == unknown.json()["detail"]
    for path in (f"tracked-runs/{ids[0]}/files", f"tracked-runs/{ids[0]}/metric?metric=loss"):
        assert server.get(path).status_code == 404

    # The server's own screens, with the same files behind them.
    server.gate.actor = OWNER
    screen = server.get("/mlflow/")
    assert screen.status_code == 200
    assert "script-src 'self'" in screen.headers["content-security-policy"]
    raw = server.get("/mlflow/get-artifact", params={"run_id": ids[0], "path": "page.html"})
    assert (raw.text, raw.headers["content-type"]) == ("<script>alert(1)</script>", "application/octet-stream")
    found = server.call("POST", "/mlflow/ajax-api/2.0/mlflow/experiments/search", json={"max_results": 10})
    assert "shop/train" in [one["name"] for one in found.json()["experiments"]]


def test_nothing_is_started_for_a_project_that_tracks_nothing(server: Server) -> None:
    assert server.get("experiments").json() == {"items": [], "next": None}
    assert server.get("tracked-runs").json() == {"items": [], "next": None, "whole": True}
    assert server.get("/health").json()["tracking"] == "off"
