"""The occasions of alerts: what happened to a run, and what did not happen in time.

Each has a key, and an alert is raised once for each key: an occasion may be looked at as often as one likes, by several
engines at once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from blockwright.core.alerts.model import AlertKind, Template, Wiring
from blockwright.core.alerts.watching import sla_due, too_slow
from blockwright.core.alerts.wording import NOT_STARTED, WARNED, worded
from blockwright.core.durations import in_words
from blockwright.core.errors import NotFound
from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.runs.model import BlockRunName, Queue, Run, RunId, RunKind, RunState
from blockwright.core.triggers.model import TriggerId
from blockwright.ports.alerts import NewAlert
from blockwright.ports.workspace import Workspace
from blockwright.services import checks
from blockwright.services.alerts.channels import wiring_of
from blockwright.services.alerts.values import block_values, execution_date, run_values

_OF_STATE = {RunState.FAILED: AlertKind.FAILURE, RunState.COMPLETED: AlertKind.SUCCESS}

_OF_FINDING = {
    FindingKind.DRIFT: AlertKind.DRIFT,
    FindingKind.QUALITY: AlertKind.REQUESTS,
    FindingKind.PERFORMANCE: AlertKind.PERFORMANCE,
}
MOST_FINDINGS = 1_000

_LISTED = frozenset({AlertKind.FAILURE, AlertKind.PASSED_SLA, AlertKind.DATA_QUALITY, *_OF_FINDING.values()})
"""Kinds that are recorded even when no channel wants them: whoever looks at the list expects them there."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _About:
    key: str
    pipeline: str
    run: RunId | None = None
    trigger: int | None = None


def watched(run: Run) -> bool:
    """Whether alerts are raised for the run: not when a person sits before it and sees how it goes."""
    return run.queue is Queue.ENGINE and run.kind not in (RunKind.INTERACTIVE, RunKind.CHART)


def told_of_end(workspace: Workspace, run_id: RunId, event: int) -> list[int]:
    """The run ended: ``event`` is the number of the event that says so. Returns the ids of the alerts raised now."""
    run = workspace.runs.get(run_id)
    if not watched(run):
        return []
    raised = told_of_sla(workspace, run_id) + _told_of_warnings(workspace, run)
    kind = _OF_STATE.get(run.state)
    if kind is not None:
        raised += _raise(workspace, kind, f"run/{run_id}/{event}", run, run_values(workspace, run))
    return raised


def told_of_block(workspace: Workspace, run_id: RunId, name: BlockRunName) -> list[int]:
    """A block run failed for good; an alert when it was one of its own tests that did."""
    run = workspace.runs.get(run_id)
    if not watched(run):
        return []
    row = workspace.runs.block_run(run_id, name)
    if not row.tests.failed:
        return []
    # Once for all dynamic children of a block: thousands may fail for one reason.
    key = f"quality/{run_id}/{run.round}/{row.block}"
    return _raise(workspace, AlertKind.DATA_QUALITY, key, run, block_values(workspace, run, row))


def _told_of_warnings(workspace: Workspace, run: Run) -> list[int]:
    """Declared checks of the run that did not hold and let their blocks go on; once for all dynamic children."""
    raised: list[int] = []
    for found in checks.warnings(workspace, run):
        told = "; ".join(f"{one.name}: {one.message}" for one in checks.warned(found))
        values = {**run_values(workspace, run), "block_uuid": found.row.block, "reason": told, "error": told}
        about = _About(f"warned/{run.id}/{run.round}/{found.row.block}", run.pipeline, run.id, run.trigger)
        wiring = wiring_of(workspace, run.pipeline)
        raised += _add(workspace, wiring, AlertKind.DATA_QUALITY, about, values, ours=WARNED)
    return raised


def told_of_fire(workspace: Workspace, trigger: int, key: str, reason: str) -> list[int]:
    """A trigger was due and could not start its run; a failure like that of a run, which there is none of."""
    try:
        found = workspace.triggering.records.get(TriggerId(trigger))
    except NotFound:
        return []
    values = {
        "project": found.project,
        "pipeline_uuid": found.pipeline,
        "pipeline_schedule_id": str(found.id),
        "pipeline_schedule_name": found.spec.name,
        "pipeline_schedule_description": found.spec.description,
        "reason": reason,
        "error": reason,
    }
    about = _About(f"fire/{trigger}/{key}", found.pipeline, trigger=trigger)
    wiring = wiring_of(workspace, found.pipeline)
    return _add(workspace, wiring, AlertKind.FAILURE, about, values, ours=NOT_STARTED)


def sla_of(run: Run) -> datetime | None:
    """When the run should have ended; None when nobody said, or nobody waits for it."""
    return sla_due(execution_date(run), run.settings.sla) if watched(run) else None


def told_of_sla(workspace: Workspace, run_id: RunId) -> list[int]:
    """The time of the run's SLA has come, or the run has ended; an alert when it was later than it should."""
    run = workspace.runs.get(run_id)
    due = sla_of(run)
    if due is None or (run.finished if run.state.final and run.finished else workspace.clock.now()) <= due:
        return []
    allowed = in_words(timedelta(seconds=run.settings.sla or 0))
    reason = f"it had not ended {allowed} after its execution date."
    values = {**run_values(workspace, run), "reason": reason}
    return _raise(workspace, AlertKind.PASSED_SLA, f"sla/{run_id}", run, values)


def look_for_stuck(workspace: Workspace) -> list[int]:
    """Runs and blocks that take far longer than usual, or wait too long for their turn."""
    now = workspace.clock.now()
    project = workspace.project.name
    watch = workspace.oversight.watch
    wirings = _Wirings(workspace)
    raised: list[int] = []
    for run in watch.underway(project):
        wiring = wirings.wanting(AlertKind.STUCK, run.pipeline)
        if wiring is None:
            continue
        if slow := too_slow(run.started, now, watch.run_seconds(project, run.pipeline), wiring.stuck):
            raised += _stuck(workspace, wiring, run.run, f"{run.run}/{run.round}/slow", slow)
        if run.ready and not run.alive and now - run.latest > wiring.stuck.waiting:
            reason = f"block {run.ready} waits for its turn since {in_words(now - run.latest)}"
            raised += _stuck(workspace, wiring, run.run, f"{run.run}/{int(run.latest.timestamp())}/slot", reason)
    for block in watch.running_blocks(project):
        wiring = wirings.wanting(AlertKind.STUCK, block.pipeline)
        if wiring is None:
            continue
        if slow := too_slow(
            block.started, now, watch.block_seconds(project, block.pipeline, block.block), wiring.stuck
        ):
            key = f"{block.run}/{block.block}"  # once for all its dynamic children and attempts
            raised += _stuck(workspace, wiring, block.run, key, f"block {block.block_run}: {slow}", block.block)
    return raised + _look_for_waiting(workspace, wirings, now)


def look_for_silence(workspace: Workspace) -> list[int]:
    """Pipelines and triggers that have not completed for longer than their ``no_run_since`` allows."""
    now = workspace.clock.now()
    project = workspace.project.name
    raised: list[int] = []
    for pipeline in workspace.files.pipelines():
        wiring = wiring_of(workspace, pipeline)
        for trigger, allowed in wiring.no_run_since.items():
            last = workspace.oversight.watch.last_completed(project, pipeline, trigger)
            since = last or _watched_since(workspace, pipeline, trigger, now)
            if now - since <= allowed:
                continue
            subject = f"Trigger {trigger} of pipeline {pipeline}" if trigger else f"Pipeline {pipeline}"
            reason = f"{subject} has not completed for {in_words(now - since)}; {in_words(allowed)} are allowed."
            values = {
                "pipeline_uuid": pipeline,
                "project": project,
                "reason": reason,
                "pipeline_schedule_name": trigger,
            }
            key = f"silence/{pipeline}/{trigger}/{since.isoformat()}"
            raised += _add(workspace, wiring, AlertKind.NO_RUN_SINCE, _About(key, pipeline), values)
    return raised


def look_for_findings(workspace: Workspace) -> list[int]:
    """What monitors of models find now; an alert for each finding, unless its monitor says that nobody wants it."""
    project = workspace.project.name
    holding = workspace.learning.monitors.findings(project, open_only=True, limit=MOST_FINDINGS)
    if not holding:
        return []
    monitors, wiring = workspace.files.monitors.all(), wiring_of(workspace)
    raised: list[int] = []
    for finding in holding:
        kind, monitor = _OF_FINDING.get(finding.kind), monitors.get(finding.monitor)
        if kind is None or monitor is None or not monitor.alerts:
            continue
        values = {
            "project": project,
            "model": finding.model,
            "model_version": str(finding.version),
            "monitor": finding.monitor,
            "reason": f"{finding.reason}.",
        }
        raised += _add(workspace, wiring, kind, _About(f"finding/{finding.id}", ""), values)
    return raised


def _look_for_waiting(workspace: Workspace, wirings: _Wirings, now: datetime) -> list[int]:
    raised: list[int] = []
    shortest = timedelta(seconds=30)
    for run_id, pipeline in workspace.oversight.watch.waiting_since(workspace.project.name, now - shortest):
        wiring = wirings.wanting(AlertKind.STUCK, pipeline)
        if wiring is None:
            continue
        run = workspace.runs.get(run_id)
        if run.state is RunState.QUEUED and now - run.created > wiring.stuck.waiting:
            why = f" ({run.reason.rstrip('.')})" if run.reason else ""
            reason = f"it waits to begin since {in_words(now - run.created)}{why}"
            raised += _stuck(workspace, wiring, run_id, f"{run_id}/{run.round}/queued", reason)
    return raised


class _Wirings:
    """Read once for each pipeline and look."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[str, Wiring] = {}

    def wanting(self, kind: AlertKind, pipeline: str) -> Wiring | None:
        """The pipeline's wiring, if a channel of it wants to hear of this kind."""
        if pipeline not in self._read:
            self._read[pipeline] = wiring_of(self._workspace, pipeline)
        wiring = self._read[pipeline]
        return wiring if wiring.wants(kind) else None


def _watched_since(workspace: Workspace, pipeline: str, trigger: str, now: datetime) -> datetime:
    """Since when we wait for a first completion; remembered, so that a restart does not begin anew."""
    store, project = workspace.oversight.alerts, workspace.project.name
    name = f"silence/{pipeline}/{trigger}"
    known = store.recall(project, name)
    if known is None:
        store.remember(project, name, now.isoformat())
        return now
    return datetime.fromisoformat(known)


def _stuck(workspace: Workspace, wiring: Wiring, run_id: RunId, key: str, reason: str, block: str = "") -> list[int]:
    run = workspace.runs.get(run_id)
    if not watched(run):
        return []
    values = {**run_values(workspace, run), "reason": f"{reason}.", "block_uuid": block}
    about = _About(f"stuck/{key}", run.pipeline, run.id, run.trigger)
    return _add(workspace, wiring, AlertKind.STUCK, about, values)


def _raise(workspace: Workspace, kind: AlertKind, key: str, run: Run, values: Mapping[str, str]) -> list[int]:
    about = _About(key, run.pipeline, run.id, run.trigger)
    return _add(workspace, wiring_of(workspace, run.pipeline), kind, about, values)


def _add(
    workspace: Workspace,
    wiring: Wiring,
    kind: AlertKind,
    about: _About,
    values: Mapping[str, str],
    ours: Template | None = None,
) -> list[int]:
    wanting = wiring.wants(kind)
    if not wanting and kind not in _LISTED:
        return []
    template = wiring.templates.get(kind, ours)
    message = worded(kind, values, template) if template else worded(kind, values)
    alert = NewAlert(about.key, kind, message.title, message.body, about.pipeline, about.run, about.trigger)
    names = [channel.name for channel in wanting]
    added = workspace.oversight.alerts.add(workspace.project.name, alert, names, now=workspace.clock.now())
    if added is None:
        return []
    log.info("alert.raised alert=%d kind=%s pipeline=%s key=%s", added, kind.value, about.pipeline, about.key)
    return [added]
