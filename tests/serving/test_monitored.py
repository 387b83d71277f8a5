"""The whole way: a model is trained, served and asked; what comes in drifts, the truth is told, the monitor says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.project import Project
from tests.servers import SECONDS
from tests.serving.test_service import PUBLISH, Answering, answering

pytest.importorskip("scipy")
pytestmark = pytest.mark.slow

FIT = """
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from blockwright import register_model

    @custom
    def fit(*args, **kwargs):
        frame = pd.DataFrame({"a": np.linspace(0, 1, 1_000), "b": np.tile([0.0, 1.0], 500)})
        model = LinearRegression().fit(frame, frame.sum(axis=1))
        return register_model("delay", model, example=frame, training_data=frame)
"""
TELL = """
    from blockwright import tell_truth

    @custom
    def tell(*args, request="", **kwargs):
        return tell_truth("delay", [{"request_id": request, "row": row, "actual": 3.0} for row in range(60)])
"""


def asked(service: Answering, low: float, high: float) -> str:
    """300 rows whose ``a`` goes from ``low`` to ``high``; the id of the request."""
    rows = [{"a": low + (high - low) * n / 299, "b": float(n % 2)} for n in range(300)]
    answer = httpx.post(f"{service.url}/predict", json={"instances": rows}, timeout=SECONDS)
    answer.raise_for_status()
    return str(answer.json()["request_id"])


def run(project: Project) -> dict[str, Any]:
    return project.report("monitors", "run", "delay")


def test_drift_and_truth_of_a_served_model(project: Project) -> None:
    publish = {"kind": "custom", "id": "publish", "code": PUBLISH, "after": ["fit"]}
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT}, publish)
    project.pipeline("truth", {"kind": "custom", "id": "tell", "code": TELL})
    project.write("monitors.yaml", "delay: {model: delay, performance: {metric: mae, most: 0.5}}\n")
    assert project.run("run", "train").code == 0
    with answering(project) as service:
        request = asked(service, 0, 1)
    usual = run(project)
    assert (usual["state"], usual["rows"], usual["requests"]) == ("well", 300, 1)
    assert [one["verdict"] for one in usual["features"]] == ["noise", "noise"]
    with answering(project) as service:
        for _ in range(4):
            asked(service, 0.9, 1.9)
    drifted = run(project)
    assert (drifted["state"], drifted["rows"]) == ("found", 1_500)
    verdicts = {one["name"]: one["verdict"] for one in [*drifted["features"], drifted["predictions"]]}
    assert verdicts == {"a": "drifted", "b": "noise", "prediction": "drifted"}
    assert {one["kind"] for one in drifted["findings"]} == {"drift", "quality"}
    assert project.run("run", "truth", "--var", f"request={request}").code == 0
    assert project.value("tell") == 60
    told = run(project)
    assert told["performance"]["rows"] == 60
    assert {one["kind"] for one in told["findings"]} == {"drift", "quality", "performance"}
    assert told["findings"][0]["id"] == drifted["findings"][0]["id"]  # it holds, and is the same
