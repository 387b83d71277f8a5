"""Tuning: a study that many processes share and that survives whoever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwright.sdk import context, tuning

pytestmark = pytest.mark.slow


def block(folder: Path, child: str, run: int = 1) -> context.BlockContext:
    return context.BlockContext(
        "shop", str(folder), str(folder), "tune", "trial", run, block_run=child, data=str(folder)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    context.install(None)


def objective(trial: Any) -> float:
    return float((trial.suggest_float("x", -1, 1) - 0.5) ** 2)


def test_children_share_a_study_and_find_the_best(folder: Path) -> None:
    for number in range(5):
        context.install(block(folder, f"trial_{number}"))
        assert tuning.trial("prices", objective)["number"] == number
    best = tuning.best("prices")
    assert (best["trials"], best["complete"]) == (5, 5)
    assert best["value"] == min(one.value for one in tuning.load("prices").trials)


def test_a_child_that_runs_again_keeps_what_it_had_finished(folder: Path) -> None:
    context.install(block(folder, "trial_0"))
    first = tuning.trial("prices", objective)
    assert tuning.trial("prices", objective) == first
    context.install(block(folder, "trial_0", run=2))  # the next run of the pipeline goes on with the study
    assert tuning.trial("prices", objective)["number"] == 1


def test_weak_trials_are_pruned_and_failures_told(folder: Path) -> None:
    import optuna

    def prune(trial: Any) -> float:
        raise optuna.TrialPruned

    def fail(trial: Any) -> float:
        raise ValueError("no data")

    context.install(block(folder, "trial_0"))
    assert tuning.trial("prices", prune)["state"] == "pruned"
    context.install(block(folder, "trial_1"))
    with pytest.raises(ValueError, match="no data"):
        tuning.trial("prices", fail)
    with pytest.raises(ValueError, match="No trial of the study `prices` has completed"):
        tuning.best("prices")
    assert tuning.trial("prices", objective)["number"] == 2  # what failed is tried again
    assert tuning.best("prices")["fail"] == 1


def test_a_killed_child_leaves_no_lock_and_no_trial_that_seems_to_run(folder: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from blockwright.sdk import context, tuning
from tests.sdk.test_tuning import block
context.install(block(Path({str(folder)!r}), "trial_0"))
tuning.trial("prices", lambda trial: os.kill(os.getpid(), signal.SIGKILL))
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, cwd=os.getcwd())
    assert killed.returncode == -signal.SIGKILL
    context.install(block(folder, "trial_0"))
    assert tuning.load("prices").trials[0].state.name == "RUNNING"
    assert tuning.trial("prices", objective)["number"] == 1
    assert [one.state.name for one in tuning.load("prices").trials] == ["FAIL", "COMPLETE"]


@pytest.mark.quick
def test_a_dynamic_block_names_its_trials() -> None:
    assert tuning.trials(2) == [[0, 1], [{"block_uuid": "trial_0"}, {"block_uuid": "trial_1"}]]
    with pytest.raises(ValueError, match="at least one"):
        tuning.trials(0)


def test_a_study_has_the_name_of_a_file(folder: Path) -> None:
    context.install(block(folder, "trial_0"))
    with pytest.raises(ValueError, match="cannot be the name of a study"):
        tuning.trial("../elsewhere", objective)
