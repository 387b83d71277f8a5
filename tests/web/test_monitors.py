"""Monitors over HTTP, on a model that a block registered with its training data, and a log as the service writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from blockwright.core.access import Permission
from blockwright.engine.monitoring import Monitoring
from blockwright.engine.scheduler import Scheduler
from blockwright.engine.watchers import Watchers
from blockwright.services.alerts import look_for_findings
from blockwright.services.why import why
from blockwright.web import monitors
from blockwright.web.routing import NEED
from tests.adapters.monitors.logs import write
from tests.project import Project
from tests.web.conftest import Server

pytest.importorskip("scipy")
FIT = """
    import pandas as pd
    from blockwright import register_model

    class Double:
        def predict(self, frame):
            return frame["distance"] * 2

    @custom
    def fit(*args, **kwargs):
        frame = pd.DataFrame({"distance": [float(n) for n in range(2_000)], "carrier": ["UA", "AA"] * 1_000})
        return register_model("delay", Double(), example=frame, training_data=frame)
"""
RETRAIN = """
    @custom
    def again(*args, **kwargs):
        return kwargs["event"]["reason"]
"""
MONITORS = """
    delay:
      model: delay
      version: newest
      schedule: '@hourly'
      window: 2d
      performance: {metric: mae, most: 5, fewest: 10}
"""
TRIGGERS = """
    triggers:
    - name: on drift
      schedule_type: event
      status: active
      sources:
      - {type: monitor, monitor: delay, findings: [drift, performance]}
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    project.pipeline("retrain", {"kind": "custom", "id": "again", "code": RETRAIN})
    project.write("monitors.yaml", MONITORS)
    server = serve()
    number = int(server.call("POST", "runs", json={"pipeline": "train"}).json()["id"])
    assert server.drive(number).state == "completed"
    return server


def asked(server: Server, distances: list[float], request: str = "r") -> None:
    """A request of these rows, an hour ago, as the prediction service writes it down."""
    log = server.site.installation.data / "predictions" / "shop"
    at = datetime.now(UTC) - timedelta(hours=1)
    inputs = {"distance": distances, "carrier": ["UA", "AA"] * (len(distances) // 2)}
    write(log, inputs, [one * 2 for one in distances], at=at, request=request)


def run(server: Server) -> dict[str, Any]:
    answer = server.call("POST", "monitors/delay/run")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_requests_like_the_training_data(server: Server, records: Any) -> None:
    (listed,) = server.get("monitors").json()
    assert (listed["name"], listed["latest"], listed["findings"], listed["window_seconds"]) == (
        *("delay", None, [], 172_800),
    )
    asked(server, [float(n) for n in range(0, 2_000, 4)])
    done = run(server)
    assert (done["state"], done["version"], done["rows"], done["found"]) == ("well", 1, 500, [])
    verdicts = {one["name"]: one["verdict"] for one in [*done["features"], done["predictions"]]}
    assert verdicts == {"distance": "noise", "carrier": "noise", "prediction": "noise"}
    (listed,) = server.get("monitors").json()
    assert listed["latest"]["text"] == "nothing found in 500 rows: of 2 features none drifted"
    assert server.get("monitors/delay").json()["latest"] == done
    assert server.get(f"monitors/delay/results/{done['id']}").json() == done
    assert [one["id"] for one in server.get("monitors/delay/results").json()["items"]] == [done["id"]]


def test_drift_starts_retraining_once_and_says_why(server: Server, records: Any) -> None:
    server.project.write("pipelines/retrain/triggers.yaml", TRIGGERS)
    installation = server.site.installation
    asked(server, [float(n) for n in range(1_500, 1_900)])
    scheduler, watchers = Scheduler(installation), Watchers(installation)
    monitoring = Monitoring(installation)
    scheduler.turn()
    try:
        monitoring.turn()  # it was never evaluated, so it is due
        watchers.turn()
        workspace = installation.workspace("shop")
        (listed,) = server.get("monitors").json()
        assert (listed["latest"]["state"], listed["latest"]["by"]) == ("found", "schedule")
        (finding,) = server.get("findings?holding=true").json()["items"]
        assert (finding["kind"], finding["version"]) == ("drift", 1)
        assert "`distance`" in finding["reason"]
        run(server)  # it is found again
        watchers.turn()
        (retrain,) = server.get("runs?pipeline=retrain").json()["items"]
        found = workspace.runs.get(retrain["id"])
        reasons = {one.subject: one.text for one in why(workspace, found)}
        told = reasons[f"trigger {found.trigger}"]
        assert told == f"It was started because monitor `delay` found drift of `delay` 1: {finding['reason']}."
        (raised,) = look_for_findings(workspace)
        assert look_for_findings(workspace) == []
        alert = workspace.oversight.alerts.get("shop", raised).about
        assert (alert.kind.value, alert.title) == ("model_drift", "Drift: model delay")
        assert finding["reason"] in alert.body
    finally:
        watchers.close()
    monitoring.turn()
    assert len(server.get("monitors/delay/results").json()["items"]) == 2  # neither is due before the next hour


def test_the_truth_is_told_and_counts(server: Server, records: Any) -> None:
    asked(server, [float(n) for n in range(0, 2_000, 4)])
    truths = [{"request_id": "r", "row": row, "actual": row * 8.0 + 7} for row in range(20)]
    assert server.call("POST", "models/delay/truth", json={"truths": truths}).json() == {"kept": 20}
    done = run(server)
    assert (done["performance"]["rows"], done["performance"]["metrics"]["mae"]) == (20, 7.0)
    assert [(one["kind"], one["reason"]) for one in done["found"]] == [
        ("performance", "`mae` is 7 over 20 rows; it must be at most 5")
    ]
    bad = server.call("POST", "models/delay/truth", json={"truths": [{"actual": 3}]})
    assert (bad.status_code, bad.json()["code"]) == (422, "truth")
    assert "Truth 1 must have either `request_id` or `key`" in bad.json()["detail"]
    assert server.call("POST", "models/none/truth", json={"truths": truths}).status_code == 404


def test_what_cannot_be_evaluated_says_why(server: Server, records: Any) -> None:
    server.project.write("monitors.yaml", "delay: {model: other}\n")
    done = run(server)
    assert (done["state"], done["version"], done["features"]) == ("failed", 0, [])
    assert "There is no model `other`" in done["text"]
    assert server.call("POST", "monitors/none/run").json()["code"] == "monitor_not_found"
    assert server.get("monitors/delay/results/99").json()["code"] == "monitor_result_not_found"


def test_too_few_rows_are_said(server: Server, records: Any) -> None:
    asked(server, [1.0, 2.0])
    done = run(server)
    assert (done["state"], done["text"]) == ("too_few", "too few rows: 2 of 200 in 2 d")
    assert done["features"][0]["text"] == "too few rows: 2 of 200"


def test_a_viewer_sees_and_changes_nothing(server: Server) -> None:
    needed = {
        (method, route.path.rpartition("{project}")[2]): getattr(route.endpoint, NEED).permission
        for route in monitors.routes.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert {place: permission for place, permission in needed.items() if permission is not Permission.VIEW} == {
        ("POST", "/monitors/{monitor}/run"): Permission.RUN,
        ("POST", "/models/{model}/truth"): Permission.RUN,
    }
