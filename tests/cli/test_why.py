"""`why` in every state of a run: what it waits for, or why it ended so, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.gates import STUBBORN, arriving, gated
from tests.faults.test_cancelling import GOOD, waiting
from tests.project import Project

pytestmark = pytest.mark.slow

BAD = "@data_loader\ndef load(*args):\n    raise LookupError('no such shop')\n"


def told(project: Project) -> dict[str, tuple[str, str]]:
    """Text and next step for each subject."""
    reasons: list[dict[str, Any]] = project.report("why", "latest")["reasons"]
    return {one["subject"]: (one["text"], one["next"]) for one in reasons}


def test_queued(project: Project) -> None:
    waiting(project, GOOD)
    project.report("run", "p", "--detach")
    reasons = told(project)
    assert reasons["run 1"] == (
        "It waits for an engine: nobody drives it yet.",
        "`blockwright retry 1` drives it here and now.",
    )
    assert reasons["b"][0] == "It waits for `a` (waiting)."


def test_running_and_cancelling(project: Project) -> None:
    waiting(project, arriving(before=STUBBORN))
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        running = told(project)
        project.run("cancel", "latest", "--no-wait")
        first.communicate(timeout=60)
    assert running["run 1"][0] == f"It is being driven (process {first.pid})."
    assert running["a"][0].startswith("Attempt 1 runs since ")
    assert running["b"][0] == "It waits for `a` (running)."
    assert told(project)["run 1"][0] == "It was cancelled by `blockwright cancel`."


def test_completed(project: Project) -> None:
    waiting(project, GOOD)
    project.report("run", "p")
    assert told(project) == {"run 1": ("Every block ended well (2 block runs).", "")}


@pytest.mark.quick
def test_failed(project: Project) -> None:
    waiting(project, BAD)
    project.report("run", "p")
    reasons = told(project)
    assert reasons["run 1"] == (
        "`a` failed: LookupError: no such shop.",
        "Mend the cause, then `blockwright retry 1`.",
    )
    assert reasons["a"][0] == "LookupError: no such shop (data_loaders/a.py:3)"
    assert reasons["b"][0] == "It did not run: `a` failed."


def test_waiting_for_a_retry(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "a", "code": BAD, "retry_config": {"retries": 1, "delay": 600}},
        {"kind": "loader", "id": "arrives", "code": arriving()},
        variables={"gate": str(project.root.parent / "gate")},
    )
    with gated(project) as gate:
        first = project.start("run", "p", environ={"BLOCKWRIGHT_SLOTS": "1"})
        gate.hear()
        text, _ = told(project)["a"]
        project.run("cancel", "latest")
        first.communicate(timeout=60)
    assert text.startswith("It waits until ")
    assert text.endswith("try 1 of 2 failed: LookupError: no such shop.")
