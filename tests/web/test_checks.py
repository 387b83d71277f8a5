"""Declared checks over HTTP and from the Python client's addresses, and the alert of a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.runs.model import RunId
from blockwright.services.alerts import occasions
from tests.project import Project
from tests.web.conftest import Server

ORDERS = """
    import pandas as pd

    @custom
    def orders(*args, least=0, **kwargs):
        return pd.DataFrame({"id": [1, 2], "amount": [5.0, least]})
"""
CHECKS: list[dict[str, Any]] = [
    {"column": "amount", "min": 0},
    {"column": "amount", "max": 4, "severity": "warn", "name": "small"},
]


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    plain = {"kind": "custom", "id": "plain", "code": "@custom\ndef plain(*args, **kwargs):\n    return 1\n"}
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": ORDERS, "checks": CHECKS}, plain)
    return serve()


def run(server: Server, **variables: Any) -> tuple[int, str]:
    number = int(server.call("POST", "runs", json={"pipeline": "p", "variables": variables}).json()["id"])
    return number, server.drive(number).state


def test_results_stand_with_the_block_run_and_over_time(server: Server) -> None:
    (first, good), (second, bad) = run(server), run(server, least=-1)
    assert (good, bad) == ("completed", "failed")
    small = {"name": "small", "subject": "max", "severity": "warn", "passed": False, "column": "amount"}
    told = {**small, "message": "1 of 2 rows, such as 5.0", "failing": 1, "rows": 2}
    assert server.get(f"runs/{first}/block-runs/orders").json()["checks"][1] == told
    assert server.get(f"runs/{first}/block-runs/plain").json()["checks"] == []
    listed = server.get("pipelines/p/checks").json()
    assert [(one["run"], one["block"], one["state"]) for one in listed["items"]] == [
        (second, "orders", "failed"),
        (first, "orders", "warned"),
    ]
    newest = server.get("pipelines/p/checks", params={"runs": 1}).json()
    assert [one["run"] for one in newest["items"]] == [second]
    rest = server.get("pipelines/p/checks", params={"runs": 1, "cursor": newest["next"]}).json()
    assert [one["run"] for one in rest["items"]] == [first]
    assert server.get("pipelines/p/checks", params={"block": "plain"}).json()["items"] == []
    assert server.get("pipelines/q/checks").status_code == 404


def test_a_warning_is_an_alert_once(server: Server) -> None:
    number, _ = run(server)
    workspace = server.platform.workspace(server.project.root)
    raised = [occasions.told_of_end(workspace, RunId(number), 1) for _ in range(2)]
    assert [len(one) for one in raised] == [1, 0]
    (alert,) = workspace.oversight.alerts.list("shop")
    assert (alert.about.kind.value, alert.about.title) == ("data_quality_failure", "Doubtful data: p.orders")
    assert "which went on: small: 1 of 2 rows, such as 5.0" in alert.about.body
