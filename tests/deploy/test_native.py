"""`make up` and its neighbours without containers: three processes that are started once, watched, and ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
FIT = """
import pandas as pd
from sklearn.linear_model import LinearRegression
from blockwright import register_model

@custom
def fit(*args, **kwargs):
    flights = pd.DataFrame({"distance": [200.0, 500.0, 900.0], "hour": [6, 9, 17]})
    model = LinearRegression().fit(flights, flights["hour"] * 2.0)
    return register_model("delay", model, metrics={"mae": 0.0}, example=flights, held_out=flights)
"""
"""Answers twice the hour, exactly."""
PROMOTE = """
from blockwright import promote_model

@custom
def promote(version, *args, **kwargs):
    return promote_model("delay", version)["endpoint"]
"""


class Service:
    def __init__(self, project: Path, running: Path, ports: tuple[int, int]) -> None:
        self._variables = {
            "PROJECT": str(project),
            "MODEL": "delay",
            "WEB_PORT": str(ports[0]),
            "PREDICT_PORT": str(ports[1]),
        }
        self._environ = {**os.environ, "RUN_DIR": str(running)}
        self.running = running

    def make(self, target: str, *, fails: bool = False, **more: str) -> str:
        pairs = [f"{name}={value}" for name, value in {**self._variables, **more}.items()]
        done = subprocess.run(
            ["make", "--no-print-directory", "-C", str(ROOT), target, *pairs],
            capture_output=True,
            text=True,
            check=False,
            env=self._environ,
        )
        assert (done.returncode != 0) == fails, f"{target}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def process(self, part: str) -> int:
        return int(json.loads((self.running / f"{part}.json").read_text())["pid"])


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture
def service(project: Project, tmp_path: Path) -> Iterator[Service]:
    blocks = (
        {"kind": "custom", "id": "fit", "code": FIT},
        {"kind": "custom", "id": "go", "code": PROMOTE, "after": ["fit"]},
    )
    project.pipeline("training", *blocks)
    made = Service(project.root, tmp_path / "run", free_ports())
    yield made
    made.make("stop")


def test_up_health_run_predict_and_stop(service: Service) -> None:
    told = service.make("up")
    assert "password" in told
    assert "password" not in service.make("up")  # said once; and what runs is not started again
    assert service.make("health").count("✓") == 3
    assert "training" in service.make("list-pipelines")
    assert "model_not_found" in service.make("test-predict", fails=True)
    assert "2 completed" in service.make("run-pipeline", P="training")
    service.make("run-pipeline", P="nothing", fails=True)

    assert "delay" in service.make("show-models")
    assert "champion" in service.make("model-versions")
    assert "mae" in service.make("show-latest-model")
    one = json.loads(service.make("test-predict"))
    assert (one["version"], [round(each, 6) for each in one["predictions"]]) == (1, [12.0])
    sample = json.loads(service.make("predict-sample"))
    assert [round(each, 6) for each in sample["predictions"]] == [12.0, 18.0, 34.0]

    web = service.process("web")
    os.kill(service.process("predictions"), signal.SIGKILL)
    assert "✗ predictions" in service.make("health", fails=True)
    assert service.make("up").count("✓") == 3
    assert service.process("web") == web

    ended = service.make("stop")
    assert all(f"{part} has ended" in ended for part in ("web", "scheduler", "predictions"))
    assert "nothing was running" in service.make("stop")


def test_a_part_that_cannot_start_is_named_with_its_reason(service: Service, tmp_path: Path) -> None:
    told = service.make("up", fails=True, PROJECT=str(tmp_path / "nowhere"))
    assert "web has ended. Its last words:" in told
    assert "nowhere" in told
