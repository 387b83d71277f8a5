"""A project that is served by `make up` and its neighbours."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

from tests.project import Project

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
    """``make`` on a project, with files of its own in ``running``; ``more`` are further variables of every call."""

    def __init__(self, project: Path, running: Path, ports: tuple[int, int], **more: str) -> None:
        self._variables = {
            **more,
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

    @property
    def stack(self) -> str:
        return self._variables["STACK"]

    def container(self, part: str) -> str:
        """The name that both versions of compose give it, but for their separator."""
        shown = ["docker", "ps", "--format", "{{.Names}}", "--filter", f"label=com.docker.compose.project={self.stack}"]
        names = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.split()
        return next(name for name in names if part in name)

    def process(self, part: str) -> int:
        return int(json.loads((self.running / f"{part}.json").read_text())["pid"])


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def training_project(project: Project) -> None:
    """A pipeline ``training`` whose model answers twice the hour."""
    blocks = (
        {"kind": "custom", "id": "fit", "code": FIT},
        {"kind": "custom", "id": "go", "code": PROMOTE, "after": ["fit"]},
    )
    project.pipeline("training", *blocks)


def trained_and_asked(service: Service) -> None:
    """Train, look at the registry, ask for predictions."""
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
