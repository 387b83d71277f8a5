"""Tuning as a pipeline: each trial of an Optuna study is a dynamic child, so trials run beside each other, are retried
and shown like any block, and a run that died goes on where it was.

    @data_loader
    def trials(*args, **kwargs):            # a dynamic block
        return tuning.trials(20)

    @custom
    def trial(number, *args, **kwargs):     # its child: one run of the objective
        return tuning.trial("prices", objective, direction="minimize")

    @custom
    def best(results, *args, **kwargs):     # `reduce_output` on the child
        return tuning.best("prices")

The study is a file in the data folder, shared by all who work at it and locked for each change by the kernel, so that
a process that is killed leaves no lock behind. What a killed child began is told as failed when it runs again; what it
had finished is not run twice. Optuna is imported when a function here is called.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from blockwright.sdk import context

_CHILD = "blockwright.child"
"""The attribute of a trial that says which block run it belongs to."""
_RUN = "blockwright.run"
_NAME = re.compile(r"[\w][\w.-]{0,99}")


def trials(count: int) -> list[list[Any]]:
    """What a dynamic block returns to have ``count`` children, each called after its number."""
    if count < 1:
        raise ValueError(f"A study needs at least one trial, not {count}.")
    return [list(range(count)), [{"block_uuid": f"trial_{number}"} for number in range(count)]]


def trial(
    study: str,
    objective: Callable[[Any], float],
    *,
    direction: str = "minimize",
    sampler: Any = None,
    pruner: Any = None,
) -> dict[str, Any]:
    """Run ``objective(trial)`` once, as one trial of the study, and give its number, state, value and parameters.

    ``objective`` is one of Optuna's: it asks ``trial.suggest_float(…)``, may ``trial.report(value, step)`` and raise
    ``optuna.TrialPruned`` when ``trial.should_prune()``. Parameters and the value go to the tracked run as well where
    the block uses MLflow.
    """
    optuna = _optuna()

    opened = _study(study, direction=direction, sampler=sampler, pruner=pruner)
    block = context.current()
    child = f"{block.run}/{block.block_run or block.block}"
    done = _left_behind(opened, child)
    if done is not None:
        return _told(done)
    began = opened.ask()
    began.set_user_attr(_CHILD, child)
    began.set_user_attr(_RUN, block.run)
    try:
        value = float(objective(began))
    except optuna.TrialPruned:
        told = opened.tell(began, state=optuna.trial.TrialState.PRUNED)
    except BaseException:
        opened.tell(began, state=optuna.trial.TrialState.FAIL)
        raise
    else:
        told = opened.tell(began, value)
    _show(block, opened, told)
    return _told(told)


def best(study: str, *, direction: str = "minimize") -> dict[str, Any]:
    """The best trial so far, with how many there were; raises ValueError while none has completed."""
    optuna = _optuna()

    opened = _study(study, direction=direction)
    found = opened.get_trials(deepcopy=False)
    counts = {state.name.lower(): sum(one.state is state for one in found) for state in optuna.trial.TrialState}
    if not counts["complete"]:
        raise ValueError(f"No trial of the study `{study}` has completed yet.")
    return {**_told(opened.best_trial), "trials": len(found), **counts}


def load(study: str, *, direction: str = "minimize") -> Any:
    """The study itself, as Optuna has it: for plots, importances, or trials of one's own."""
    return _study(study, direction=direction)


def _study(name: str, *, direction: str, sampler: Any = None, pruner: Any = None) -> Any:
    optuna = _optuna()

    if not _NAME.fullmatch(name):
        raise ValueError(f"`{name}` cannot be the name of a study: use letters, digits and `_ . -`.")
    block = context.current()
    if not block.data:
        raise RuntimeError("A study needs the data folder, which is not known where this block runs.")
    folder = Path(block.data) / "studies" / block.project
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.journal"
    journal: Any = import_module("optuna.storages.journal")
    backend = journal.JournalFileBackend(str(path), lock_obj=_lock(path))
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name=name,
        storage=optuna.storages.JournalStorage(backend),
        direction=direction,
        sampler=sampler,
        pruner=pruner,
        load_if_exists=True,
    )


def _optuna() -> Any:
    try:
        return import_module("optuna")
    except ModuleNotFoundError:
        raise ModuleNotFoundError("Tuning needs Optuna: `pip install 'blockwright[ml]'`.", name="optuna") from None


def _lock(path: Path) -> Any:
    """Optuna's own locks are files that a killed process leaves behind."""
    base: Any = import_module("optuna.storages.journal._file").BaseJournalFileLock

    class KernelLock(base):  # type: ignore[misc]  # Optuna's class is known at run time only
        def __init__(self) -> None:
            self._descriptor: int | None = None

        def acquire(self) -> bool:
            self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            return True

        def release(self) -> None:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    return KernelLock()


def _left_behind(study: Any, child: str) -> Any:
    """The trial that this child has finished before; what it began and did not finish is told as failed."""
    optuna = _optuna()

    for one in study.get_trials(deepcopy=False):
        if one.user_attrs.get(_CHILD) != child:
            continue
        if one.state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED):
            return one
        if one.state is optuna.trial.TrialState.RUNNING:
            with suppress(ValueError):  # told meanwhile
                study.tell(one.number, state=optuna.trial.TrialState.FAIL)
    return None


def _told(one: Any) -> dict[str, Any]:
    return {"number": one.number, "state": one.state.name.lower(), "value": one.value, "params": dict(one.params)}


def _show(block: context.BlockContext, study: Any, one: Any) -> None:
    """How the study stands, as progress of the block, and the trial in the tracked run."""
    ended = [each for each in study.get_trials(deepcopy=False) if each.state.is_finished()]
    with suppress(ValueError):  # there is no best value before a trial has completed
        text = f"trial {one.number} {one.state.name.lower()}, {len(ended)} ended, best {study.best_value:.6g}"
        if block.channel is not None:
            block.channel.emit({"kind": "progress", "stream": "trials", "text": text})
    mlflow: Any = sys.modules.get("mlflow")
    if mlflow is not None and mlflow.active_run() is not None:
        mlflow.log_params(one.params)
        mlflow.set_tags({"trial": one.number, "study": study.study_name, "trial_state": one.state.name.lower()})
        if one.value is not None:
            mlflow.log_metric("trial_value", one.value)
