"""What is kept and what goes, over HTTP."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blockwright.services.catalog import recording
from tests.project import Project
from tests.web.conftest import Server

LOADER = """
    @data_loader
    def load(*args, **kwargs):
        return {"word": kwargs["word"] * 100}
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOADER}, variables={"word": "a"})
    project.write("metadata.yaml", "retention:\n  scheduled: 1s\n  results: 3\n")
    return serve()


def run(server: Server, word: str) -> int:
    body = {"pipeline": "sales", "variables": {"word": word}}
    number = int(server.call("POST", "runs", json=body).json()["id"])
    assert server.drive(number).state == "completed"
    recording.catch_up(server.site.installation.workspace("shop"))
    return number


def let_time_pass(server: Server) -> None:
    """Everything was made two hours ago."""
    data = server.site.installation.data
    for blob in Path(data, "blobs").glob("??/*"):
        os.utime(blob, (time.time() - 7200,) * 2)
    with sqlite3.connect(data / "blockwright.db") as connection:
        connection.execute("UPDATE run SET finished = finished - 7200000000")
    connection.close()


def version(server: Server, run: int) -> int:
    found = server.get("catalog/versions/sales/load").json()["items"]
    return int(next(one["version"] for one in found if one["run"] == run))


def test_the_policy_says_where_each_value_comes_from(server: Server) -> None:
    run(server, "a")
    shown = server.get("retention").json()
    assert shown["policy"] == {
        "interactive": {"value": "1 s", "source": "retention.scheduled"},
        "results": {"value": 3, "source": "retention.results"},
        "scheduled": {"value": "1 s", "source": "retention.scheduled"},
        "disk_share": {"value": 0.8, "source": "default"},
        "predictions": {"value": "400 d", "source": "default"},
    }
    (usage,) = shown["pipelines"]
    assert (usage["pipeline"], usage["runs"], usage["versions"], usage["kept"]) == ("sales", 1, 1, 0)
    assert usage["bytes"] > 100
    assert shown["total"] >= shown["free"] > 0
    assert shown["values"] >= usage["bytes"]


def test_a_preview_says_what_would_go_and_deletes_nothing(server: Server) -> None:
    first, second, third = run(server, "a"), run(server, "b"), run(server, "c")
    server.call("PUT", f"output-versions/{version(server, second)}/pin")
    let_time_pass(server)
    preview = server.get("retention/preview").json()
    assert [(one["run"], one["reason"]) for one in preview["runs"]] == [(first, "it ended more than 1 s ago")]
    assert preview["dry_run"]
    assert min(preview["run_bytes"], preview["blob_bytes"], preview["blobs"]) > 0
    assert server.get(f"runs/{first}/outputs/load").status_code == 200
    gone = server.call("POST", "retention/collect").json()
    assert (gone["runs"], gone["blobs"], gone["blob_bytes"]) == (
        preview["runs"],
        preview["blobs"],
        preview["blob_bytes"],
    )
    assert gone["run_bytes"] == preview["run_bytes"]
    assert gone["versions"] == 1
    assert server.get(f"runs/{first}").status_code == 404
    for kept in (second, third):
        assert server.get(f"runs/{kept}/downloads/load?format=json").status_code == 200
    found = server.get("catalog/versions/sales/load").json()["items"]
    assert [(one["run"], one["pinned"]) for one in found] == [(third, False), (second, True)]


@pytest.mark.parametrize("keep", ["aliases/champion", "restore"])
def test_what_is_called_or_restored_stays(server: Server, keep: str) -> None:
    first, second = run(server, "a"), run(server, "b")
    address = f"output-versions/{version(server, first)}/{keep}"
    server.call("PUT", address)
    let_time_pass(server)
    assert server.call("POST", "retention/collect").json()["run_count"] == 0
    server.call("DELETE", address)
    assert [one["run"] for one in server.call("POST", "retention/collect").json()["runs"]] == [first]
    assert first < second


def test_a_wrong_policy_is_named_and_deletes_nothing(server: Server, project: Project) -> None:
    run(server, "a")
    project.write("metadata.yaml", "retention:\n  scheduled: soon\n")
    for method, path in (("GET", "retention"), ("GET", "retention/preview"), ("POST", "retention/collect")):
        answer = server.call(method, path)
        assert (answer.status_code, "retention" in answer.text) == (422, True)
