"""Stopping a run from its own terminal, from another one, and after its process is gone."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

from tests.faults.gates import STUBBORN, arriving, gated, nobody_left
from tests.project import Project, block_of, states

pytestmark = pytest.mark.fault

DAEMON = """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)
        time.sleep(600)
""".strip()
GOOD = "@data_loader\ndef step(*args, **kwargs):\n    return 1\n"


def waiting(project: Project, code: str, **settings: Any) -> None:
    """A pipeline whose first block comes to the gate and stays there."""
    project.pipeline(
        "p",
        {"kind": "loader", "id": "a", "code": code},
        {"kind": "exporter", "id": "b", "after": ["a"], "code": "@data_exporter\ndef b(value, *args):\n    return 2\n"},
        variables={"gate": str(project.root.parent / "gate")},
        **settings,
    )


@pytest.mark.parametrize("one_process", [False, True])
def test_another_process_cancels_and_waits_for_the_end(project: Project, one_process: bool) -> None:
    waiting(project, arriving(DAEMON), run_pipeline_in_one_process=one_process)
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        gate.hear()
        done = project.report("cancel", "latest")
        out, _ = first.communicate(timeout=60)
    assert (done["exit"], done["state"], states(done)) == (0, "cancelled", {"a": "cancelled", "b": "cancelled"})
    assert (first.returncode, json.loads(out)["reason"]) == (1, "cancelled by `blockwright cancel`")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_terminals_group_cancels(project: Project, number: signal.Signals) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        os.killpg(first.pid, number)
        out, err = first.communicate(timeout=60)
    assert (first.returncode, "Traceback" in err) == (1, False)
    assert "2 cancelled\n  cancelled by" in out
    assert project.report("show", "latest")["state"] == "cancelled"


@pytest.mark.slow
def test_a_block_that_ignores_signals_is_ended_after_the_grace(project: Project) -> None:
    waiting(project, arriving(before=STUBBORN))
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        gate.hear()
        os.killpg(first.pid, signal.SIGINT)
        out, _ = first.communicate(timeout=60)
    assert states(json.loads(out)) == {"a": "cancelled", "b": "cancelled"}


def test_retry_after_cancel_runs_what_is_missing(project: Project) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        gate.hear()
        project.report("cancel", "latest")
        first.communicate(timeout=60)
        project.write("data_loaders/a.py", GOOD)
        again = project.report("retry", "latest")
    assert (again["exit"], again["state"]) == (0, "completed")


def test_a_wish_from_before_the_end_does_not_stop_a_retry(project: Project) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        first.kill()
        first.communicate()
        nobody_left(project)
        cancelled = project.report("cancel", "latest")
        assert (cancelled["state"], block_of(cancelled, "a")["attempts"]) == ("cancelled", 1)
        project.write("data_loaders/a.py", arriving("time.sleep(1.5)"))
        again = project.report("retry", "latest")
    assert again["state"] == "completed", again


def test_cancelling_what_has_ended_says_so(project: Project) -> None:
    waiting(project, GOOD)
    project.report("run", "p")
    result = project.run("cancel", "latest")
    assert result.code == 2
    assert "already ended: completed" in result.err


def test_a_cancelled_queued_run_never_ran(project: Project) -> None:
    waiting(project, GOOD)
    project.report("run", "p", "--detach")
    done = project.report("cancel", "latest")
    assert (done["state"], states(done)) == ("cancelled", {"a": "cancelled", "b": "cancelled"})
