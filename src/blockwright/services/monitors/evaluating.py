"""One evaluation of a monitor: measure in a process of its own, judge, keep what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.core.models.versions import ModelVersion
from blockwright.core.monitors.definitions import Monitor
from blockwright.core.monitors.findings import Finding, NewResult, Result, ResultState
from blockwright.core.monitors.judging import Judgement, judge
from blockwright.core.monitors.measurements import Measurement
from blockwright.core.schedules.schedules import next_after, schedule
from blockwright.ports.monitors import Window
from blockwright.ports.workspace import Workspace
from blockwright.services.models.promoting import named
from blockwright.services.monitors import reports


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``holding`` are the findings of the monitor that hold now."""

    result: Result
    holding: Sequence[Finding]


def evaluate(workspace: Workspace, monitor: Monitor, *, by: str) -> Evaluated:
    """Evaluate now and keep the result, also of an evaluation that failed: then it says why."""
    now = workspace.clock.now()
    since = now - monitor.window
    version: ModelVersion | None = None
    try:
        version = named(workspace, monitor.model, monitor.version)
        measured = workspace.learning.predictions.measure(_window(workspace, monitor, version, since, now))
        judged = judge(monitor, measured, now=now, since=_asked_since(workspace, version))
        new = _result(monitor, version, measured, judged, since=since, now=now, by=by)
    except BlockwrightError as error:
        number = 0 if version is None else version.number
        new = NewResult(
            *(monitor.name, monitor.model, number, ResultState.FAILED, now, since, now, 0, str(error), by, {})
        )
    result, holding = workspace.learning.monitors.record(workspace.project.name, new)
    return Evaluated(result, holding)


def due(workspace: Workspace, monitor: Monitor, latest: Result | None) -> datetime | None:
    """When it is to be evaluated next; None: when somebody asks. One that never was is due at once."""
    if not monitor.schedule:
        return None
    if latest is None:
        return workspace.clock.now()
    return next_after(schedule(monitor.schedule, monitor.timezone), latest.evaluated)


def _window(workspace: Workspace, monitor: Monitor, version: ModelVersion, since: datetime, now: datetime) -> Window:
    reference = None
    if version.reference:
        try:
            reference = workspace.artifacts.path(version.reference)
        except NotFound:
            raise Invalid(
                f"The reference of version {version.number} of model `{version.model}` is no longer in the store.",
                hint="Register the model again with its training data.",
                code="reference",
            ) from None
    kind = "" if monitor.performance is None else monitor.performance.kind
    signature = version.facts.signature
    features = monitor.features or (() if signature is None else signature.names)
    return Window(version.model, version.number, since, now, version.created, reference, tuple(features), kind)


def _asked_since(workspace: Workspace, version: ModelVersion) -> datetime:
    """From when on it could be asked: since it, or another version before it, was made champion or challenger."""
    endpoint = workspace.learning.models.endpoint(version.project, version.model)
    if endpoint is not None and endpoint.stage(version.number) in ("champion", "challenger"):
        return endpoint.updated
    return version.created


def _result(
    monitor: Monitor,
    version: ModelVersion,
    measured: Measurement,
    judged: Judgement,
    *,
    since: datetime,
    now: datetime,
    by: str,
) -> NewResult:
    state = ResultState.WELL
    if judged.found:
        state = ResultState.FOUND
    elif measured.rows < monitor.minimum_rows:
        state = ResultState.TOO_FEW
    return NewResult(
        monitor=monitor.name,
        model=version.model,
        version=version.number,
        state=state,
        evaluated=now,
        since=since,
        until=now,
        rows=measured.rows,
        text=judged.text,
        by=by,
        document=reports.document(measured, judged),
        found=judged.found,
        unsaid=judged.unsaid,
    )
