"""MLflow in block code: really imported, really sent to a server of our own, and looked at by project."""

from __future__ import annotations

import socket
import time

import pytest

from blockwright.core.errors import NotFound
from blockwright.core.experiments.model import TrackedState
from blockwright.core.runs.model import RunId
from blockwright.engine.tracker import Tracker
from blockwright.ports.workspace import Workspace
from blockwright.services import experiments
from tests.engines import Running, engine, installation
from tests.project import Project

pytestmark = pytest.mark.slow

TRAIN = """
    import mlflow

    @custom
    def train(*args, **kwargs):
        mlflow.log_params({"depth": kwargs["depth"], "kind": "forest"})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_text("what it is", "notes/card.txt")
        return 1
"""
FAIL = """
    import mlflow

    @custom
    def fail(*args, **kwargs):
        mlflow.set_experiment("sales forecast")
        with mlflow.start_run(run_name="inner"):
            mlflow.log_metric("rmse", 0.5)
        mlflow.log_metric("rmse", 0.7)
        raise ValueError("no")
"""
PLAIN = """
    import os

    @custom
    def plain(*args, **kwargs):
        assert not [name for name in os.environ if name.startswith("MLFLOW_TRACKING_")]
        return 1
"""
HANG = """
    import os, signal
    import mlflow

    @custom
    def hang(*args, **kwargs):
        mlflow.log_metric("rmse", 0.5)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def ended(running: Running, run: RunId) -> str:
    """The state in which the run has ended. A server starts meanwhile and MLflow is imported, which takes its time on a
    busy machine."""
    deadline = time.monotonic() + 240
    while not (found := running.workspace.runs.get(run)).state.final:
        assert time.monotonic() < deadline, "it does not end"
        running.listener.wait(0.5)
    return found.state.value


def links(workspace: Workspace, run: RunId) -> dict[str, experiments.TrackedRun]:
    """The tracked runs of a run by name."""
    return {one.link.name: one for one in experiments.runs(workspace, run=run).runs}


def test_what_a_block_logs_is_found_filtered_and_compared(project: Project) -> None:
    project.pipeline("train", {"kind": "custom", "id": "train", "code": TRAIN}, variables={"depth": 3})
    with engine(project) as running:
        ids = [running.start("train", variables={"depth": depth}) for depth in (3, 12)]
        for run in ids:
            assert ended(running, run) == "completed"
        workspace = running.workspace
        (experiment,) = experiments.experiments(workspace)
        assert (experiment.name, experiment.runs, experiment.running) == ("shop/train", 2, 0)
        (first,) = links(workspace, ids[0]).values()
        assert first.link.name == f"train · run {ids[0]}"
        assert (first.link.block_run, first.link.attempt, first.link.state) == ("train", 1, TrackedState.COMPLETED)
        assert first.params == {"depth": "3", "kind": "forest"}
        assert first.metrics == {"loss": 0.2}
        assert first.tags["blockwright.run"] == str(ids[0])
        assert first.tags["blockwright.project"] == "shop"
        deep = experiments.runs(workspace, where="params.depth > 9 and metrics.loss < 1").runs
        assert [one.link.run for one in deep] == [ids[1]]
        found = experiments.compare(workspace, [first.link.tracked, deep[0].link.tracked])
        assert [(row.name, row.differs) for row in found.params] == [("depth", True), ("kind", False)]
        curve = experiments.history(workspace, first.link.tracked, "loss")
        assert [(point.step, round(point.value, 3)) for point in curve] == [
            (0, 1.0), (1, 0.5), (2, 0.333), (3, 0.25), (4, 0.2)
        ]  # fmt: skip
        assert [one.path for one in experiments.artifacts(workspace, first.link.tracked)] == ["notes"]
        with experiments.artifact(workspace, first.link.tracked, "notes/card.txt") as pieces:
            assert b"".join(pieces) == b"what it is"
        # Whoever may see other pipelines only sees nothing of it.
        assert experiments.experiments(workspace, pipelines=["other"]) == []
        with pytest.raises(NotFound):
            experiments.tracked(workspace, first.link.tracked, pipelines=["other"])


@pytest.mark.parametrize("together", [False, True], ids=["isolated", "in one process"])
def test_each_block_has_runs_of_its_own_that_end_as_it_ends(project: Project, together: bool) -> None:
    project.pipeline(
        "mixed",
        {"kind": "custom", "id": "train", "code": TRAIN},
        {"kind": "custom", "id": "plain", "code": PLAIN, "after": ["train"]},
        {"kind": "custom", "id": "fail", "code": FAIL, "after": ["plain"]},
        variables={"depth": 3},
        run_pipeline_in_one_process=together,
    )
    with engine(project) as running:
        run = running.start("mixed")
        assert ended(running, run) == "failed"
        workspace = running.workspace
        assert running.states(run)["plain"] == "completed"
        found = links(workspace, run)
        assert {name: (one.link.experiment, one.link.state.value) for name, one in found.items()} == {
            f"train · run {run}": ("shop/mixed", "completed"),
            "inner": ("sales forecast", "completed"),
            f"fail · run {run}": ("sales forecast", "failed"),
        }
        assert found["inner"].metrics == {"rmse": 0.5}


def test_a_run_whose_block_was_killed_is_closed(project: Project) -> None:
    project.pipeline("train", {"kind": "custom", "id": "hang", "code": HANG})
    with engine(project) as running:
        run = running.start("train")
        assert ended(running, run) == "failed"
        (left,) = running.workspace.learning.experiments.open("shop")
        Tracker(running.installation).turn()
        assert running.workspace.learning.experiments.open("shop") == []
        closed = running.workspace.learning.tracking.runs([left.tracked])[left.tracked]
        assert closed.state is TrackedState.FAILED


def nobody() -> str:
    """An address where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_training_goes_on_without_the_server_and_its_records_are_sent_later(project: Project) -> None:
    project.pipeline("train", {"kind": "custom", "id": "train", "code": TRAIN}, variables={"depth": 3})
    away = Project(project.root, {"MLFLOW_TRACKING_URI": nobody(), "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"})
    with engine(away) as running:
        run = running.start("train")
        assert ended(running, run) == "completed"
        (waiting,) = links(running.workspace, run).values()
        assert (waiting.link.waiting, waiting.missing, waiting.link.experiment) == (True, True, "shop/train")
        log = running.workspace.artifacts.attempt_folder(run, "train", 1) / "log.jsonl"
        assert "wait to be sent" in log.read_text()
    with installation(project) as (_, opened):
        workspace = opened.workspace("shop")
        assert experiments.send_waiting(workspace) == 1
        (sent,) = links(workspace, run).values()
        assert not sent.link.waiting
        assert sent.link.tracked != waiting.link.tracked
        assert sent.params == {"depth": "3", "kind": "forest"}
        assert sent.metrics == {"loss": 0.2}
        assert sent.link.state is TrackedState.COMPLETED
        with experiments.artifact(workspace, sent.link.tracked, "notes/card.txt") as pieces:
            assert b"".join(pieces) == b"what it is"
        assert experiments.send_waiting(workspace) == 0
        assert not list((opened.data / "mlflow" / "spool").iterdir())
