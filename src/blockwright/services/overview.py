"""How a project is: what works, what needs somebody, how its pipelines went. Asked often, so every question is answered
from an index or about a bounded number of rows, however many runs are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from statistics import median

from blockwright.core.alerts.model import AlertKind
from blockwright.core.durations import in_words
from blockwright.core.errors import BlockwrightError
from blockwright.core.freshness import Freshness
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import BlockState, Role, Run, RunId, RunState
from blockwright.core.triggers.model import Trigger
from blockwright.ports.alerts import Alert, RecentRun
from blockwright.ports.runs import RunFilter
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness, runs
from blockwright.services.triggers import previews
from blockwright.services.why import why

STRIP = 30
"""Runs of a pipeline that are shown."""
ALIVE_SECONDS = 45.0
"""An engine that has said nothing for longer counts as gone."""
LATE = timedelta(minutes=1)
WAITS_LONG = timedelta(minutes=1)
SILENT = timedelta(minutes=10)
ALERTS_SHOWN = timedelta(days=1)
AHEAD = timedelta(hours=2)
MOST = 50
MOST_REASONS = 10
"""Runs whose reason is worked out: it takes their rows."""

Visible = Callable[[str], bool]


class Harm(IntEnum):
    """In which order things need somebody, worst first."""

    ENGINE = 0  # nothing runs at all
    BROKEN = 1  # a pipeline cannot be read
    FAILED = 2  # its last run failed
    STUCK = 3  # a run goes on without getting on
    LATE = 4  # a trigger should have fired
    ALERT = 5  # something else was noticed


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs somebody: ``title`` in a few words, ``text`` what happened and where, ``since`` when."""

    harm: Harm
    title: str
    text: str
    since: datetime | None = None
    pipeline: str = ""
    run: RunId | None = None
    block: str = ""
    trigger: int | None = None
    alert: int | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """``engines`` that said something lately, ``slots`` of them all, ``busy`` ones taken by this project's blocks.
    ``waiting`` counts queued runs (at most ``MOST``), the oldest since ``waiting_since`` for ``waiting_reason``."""

    engines: int
    slots: int
    busy: int
    waiting: int
    waiting_since: datetime | None = None
    waiting_reason: str = ""


@dataclass(frozen=True, slots=True)
class Underway:
    run: Run
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """``runs`` newest first; ``usual`` the median seconds of those that completed; ``counts`` None: not asked for."""

    uuid: str
    spec: PipelineSpec | None
    problem: str
    runs: Sequence[RecentRun]
    usual: float | None
    next_fire: datetime | None
    late: bool
    counts: Mapping[Freshness, int] | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    services: Services
    needs: tuple[Need, ...]
    underway: tuple[Underway, ...]
    coming: tuple[previews.Coming, ...]
    looked: datetime


@dataclass(slots=True)
class _Fires:
    """When each pipeline fires next, and the triggers that should have."""

    soonest: dict[str, datetime] = field(default_factory=dict)
    late: list[Trigger] = field(default_factory=list)


def overview(workspace: Workspace, visible: Visible) -> Overview:
    """The project as far as ``visible`` says that its pipelines may be seen."""
    project, now = workspace.project.name, workspace.clock.now()
    pipelines = [uuid for uuid in workspace.files.pipelines() if visible(uuid)]
    queued = [run for run in _listed(workspace, RunState.QUEUED) if visible(run.pipeline)]
    running = [
        run
        for state in (RunState.RUNNING, RunState.CANCELLING)
        for run in _listed(workspace, state)
        if visible(run.pipeline)
    ]
    services = _services(workspace, queued)
    recent = workspace.oversight.watch.recent_runs(project, pipelines, limit=3)
    needs = [
        *_engine(services),
        *_broken(workspace, pipelines),
        *_failed(workspace, recent),
        *_stuck(workspace, queued, running, now),
        *_late(_fires(workspace, visible).late, now),
        *_alerts(workspace, visible, now),
    ]
    coming = previews.calendar(workspace, now, now + AHEAD, MOST, visible=visible, each=MOST)
    needs.sort(key=lambda need: (need.harm, -(need.since or now).timestamp()))
    return Overview(services, tuple(needs), tuple(_underway(workspace, running)), tuple(coming), now)


def pipeline_rows(
    workspace: Workspace, pipelines: Sequence[str], visible: Visible, *, with_freshness: bool
) -> list[PipelineRow]:
    """These pipelines with how they went and when they fire next."""
    recent = workspace.oversight.watch.recent_runs(workspace.project.name, pipelines, limit=STRIP)
    fires = _fires(workspace, visible)
    late = {trigger.pipeline for trigger in fires.late}
    rows = []
    for uuid in pipelines:
        found = recent.get(uuid, ())
        seconds = [run.seconds for run in found if run.state is RunState.COMPLETED and run.seconds is not None]
        spec, problem = _read(workspace, uuid)
        rows.append(
            PipelineRow(
                uuid,
                spec,
                problem,
                found,
                median(seconds) if seconds else None,
                fires.soonest.get(uuid),
                uuid in late,
                _counts(workspace, spec) if with_freshness and spec is not None else None,
            )
        )
    return rows


def has_tag(workspace: Workspace, pipeline: str, tag: str) -> bool:
    """Whether the pipeline can be read and has this tag."""
    spec, _ = _read(workspace, pipeline)
    return spec is not None and tag in spec.tags


def _listed(workspace: Workspace, state: RunState) -> Sequence[Run]:
    return workspace.runs.list(RunFilter(workspace.project.name, states=(state,)), limit=MOST)


def _read(workspace: Workspace, uuid: str) -> tuple[PipelineSpec | None, str]:
    try:
        return workspace.files.pipeline(uuid), ""
    except BlockwrightError as error:
        return None, error.message


def _counts(workspace: Workspace, spec: PipelineSpec) -> Mapping[Freshness, int]:
    standings, _ = freshness.standings(workspace, spec, freshness.newest_results(workspace, spec))
    counts: dict[Freshness, int] = {}
    for standing in standings.values():
        counts[standing.freshness] = counts.get(standing.freshness, 0) + 1
    return counts


def _services(workspace: Workspace, queued: Sequence[Run]) -> Services:
    figures = workspace.oversight.figures.all(within_seconds=ALIVE_SECONDS)
    slots = {process: int(value) for process, name, value in figures if name == "slots"}
    blocks = workspace.oversight.watch.running_blocks(workspace.project.name)
    oldest = min(queued, key=lambda run: run.id, default=None)
    reason = ""
    if oldest is not None:
        reason = oldest.reason if slots else "No engine is there to take it."
    return Services(
        len(slots), sum(slots.values()), len(blocks), len(queued), oldest.created if oldest else None, reason
    )


def _underway(workspace: Workspace, running: Sequence[Run]) -> list[Underway]:
    found = []
    for run in running:
        counts = workspace.runs.counts(run.id)
        found.append(Underway(run, sum(n for state, n in counts.items() if state.final), sum(counts.values())))
    return found


def _fires(workspace: Workspace, visible: Visible) -> _Fires:
    fires, now = _Fires(), workspace.clock.now()
    which = TriggerFilter(workspace.project.name, active=True)
    for trigger in workspace.triggering.records.list(which, limit=10_000):
        due = trigger.next_due
        if due is None or not visible(trigger.pipeline):
            continue
        if due < now - LATE:
            fires.late.append(trigger)
        soonest = fires.soonest.get(trigger.pipeline)
        fires.soonest[trigger.pipeline] = due if soonest is None else min(due, soonest)
    return fires


# What needs somebody ----------------------------------------------------------------------------------------------


def _engine(services: Services) -> list[Need]:
    if services.engines or not services.waiting:
        return []
    text = f"{services.waiting} run{'' if services.waiting == 1 else 's'} wait, and no engine is there to take them."
    hint = "Start one: `blockwright start`, or `blockwright scheduler`."
    return [Need(Harm.ENGINE, "Nothing runs", f"{text} {hint}", services.waiting_since)]


def _broken(workspace: Workspace, pipelines: Sequence[str]) -> list[Need]:
    found = []
    for uuid in pipelines:
        try:
            examined = workspace.files.examined(uuid)
        except BlockwrightError as error:
            found.append(Need(Harm.BROKEN, f"{uuid} cannot be read", error.message, pipeline=uuid))
            continue
        if examined.problems:
            problem = examined.problems[0]
            title, text = f"{uuid} cannot run", f"{problem.message} {problem.advice}".strip()
            found.append(Need(Harm.BROKEN, title, text, pipeline=uuid, file=problem.file, line=problem.line))
    return found


def _failed(workspace: Workspace, recent: Mapping[str, Sequence[RecentRun]]) -> list[Need]:
    found = []
    for pipeline, newest in recent.items():
        ended = next((run for run in newest if run.state.final), None)
        if ended is not None and ended.state is RunState.FAILED:
            found.append(_failure(workspace, pipeline, ended))
    return found


def _failure(workspace: Workspace, pipeline: str, last: RecentRun) -> Need:
    rows = workspace.runs.block_run_page(last.run, state=BlockState.FAILED, limit=MOST)
    row = next((row for _, row in rows if row.failure is not None and row.role is not Role.GROUP), None)
    title = f"{pipeline} failed"
    if row is None or row.failure is None:
        text = workspace.runs.get(last.run).reason
        return Need(Harm.FAILED, title, text, last.finished, pipeline, last.run)
    failure = row.failure
    return Need(
        Harm.FAILED,
        title,
        failure.sentence,
        last.finished,
        pipeline,
        last.run,
        row.name,
        file=failure.file,
        line=failure.line,
    )


def _stuck(workspace: Workspace, queued: Sequence[Run], running: Sequence[Run], now: datetime) -> list[Need]:
    """Runs that wait long, that nobody drives, or of which nothing was heard while nothing of them runs."""
    quiet = {
        one.run: one.latest
        for one in workspace.oversight.watch.underway(workspace.project.name, limit=MOST)
        if not one.alive and now - one.latest > SILENT
    }
    found: list[Need] = []
    for run in [*queued, *running]:
        waits = run.state is RunState.QUEUED and now - run.created > WAITS_LONG
        left = run.state is not RunState.QUEUED and runs.living_owner(workspace, run.id) is None
        if not (waits or left or run.id in quiet) or len(found) >= MOST_REASONS:
            continue
        reason = why(workspace, run)[0]
        since = run.created if waits else quiet.get(run.id, run.started)
        title = f"{run.pipeline} · run {run.id} {'waits' if waits else 'is stuck'}"
        found.append(Need(Harm.STUCK, title, f"{reason.text} {reason.next}".strip(), since, run.pipeline, run.id))
    return found


def _late(late: Sequence[Trigger], now: datetime) -> list[Need]:
    return [
        Need(
            Harm.LATE,
            f"{trigger.pipeline} is late",
            f"Trigger `{trigger.spec.name}` should have fired {in_words(now - trigger.next_due)} ago.",
            trigger.next_due,
            trigger.pipeline,
            trigger=trigger.id,
        )
        for trigger in late
        if trigger.next_due is not None
    ]


def _alerts(workspace: Workspace, visible: Visible, now: datetime) -> list[Need]:
    """Of the last day, without those that say what is said above: a run failed, waits, or went well."""
    said = (AlertKind.FAILURE, AlertKind.SUCCESS, AlertKind.STUCK, AlertKind.TEST)
    return [
        _alert(alert)
        for alert in workspace.oversight.alerts.list(workspace.project.name, limit=MOST)
        if alert.about.kind not in said and now - alert.created < ALERTS_SHOWN and visible(alert.about.pipeline)
    ]


def _alert(alert: Alert) -> Need:
    about = alert.about
    return Need(
        Harm.ALERT,
        about.title,
        about.body,
        alert.created,
        about.pipeline,
        about.run,
        trigger=about.trigger,
        alert=alert.id,
    )
