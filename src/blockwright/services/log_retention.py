"""Deletes the logs of old runs, where the project says how long they are kept; everything else of the runs stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from blockwright.core.durations import duration
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace

DONE = "logs_deleted_to"
_PAGE = 500


def kept_for(workspace: Workspace) -> timedelta | None:
    """``logging_config.retention_period`` of the project's file; None: as long as the runs. Raises Invalid."""
    config = workspace.files.project().raw.get("logging_config")
    period = config.get("retention_period") if isinstance(config, Mapping) else None
    return None if period is None else duration(period, what="logging_config.retention_period")


def delete_old_logs(workspace: Workspace) -> int:
    """Delete the logs of runs that were asked for longer ago than the project keeps them, and have ended; returns of
    how many runs. What was looked at before is not looked at again."""
    period = kept_for(workspace)
    if period is None:
        return 0
    memory, project = workspace.oversight.alerts, workspace.project.name
    done = RunId(int(memory.recall(project, DONE) or 0))
    old = _between(workspace, done, workspace.clock.now() - period)
    for run in old:
        if not run.state.final:
            break  # it may log until it ends, and is looked at again
        _delete(workspace, run.id)
        done = run.id
    memory.remember(project, DONE, str(done))
    return sum(run.id <= done for run in old)


def _between(workspace: Workspace, done: RunId, until: datetime) -> list[Run]:
    """The runs behind ``done`` that were asked for before ``until``, oldest first."""
    which, found = RunFilter(workspace.project.name, until=until, charts=True), list[Run]()
    while True:
        page = workspace.runs.list(which, limit=_PAGE)
        new = [run for run in page if run.id > done]
        found += new
        if len(new) < _PAGE:
            return found[::-1]
        which = replace(which, before=page[-1].id)


def _delete(workspace: Workspace, run: RunId) -> None:
    try:
        attempts = workspace.runs.attempts(run)
    except NotFound:
        return
    for record in attempts:
        workspace.artifacts.remove_log(run, record.block_run, record.number)
