"""How a project is: what works, what needs somebody, how its pipelines went. Asked often, so every question is answered
from an index or about a bounded number of rows, however many runs are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from statistics import median

from blockwright.core.alerts.model import AlertKind
from blockwright.core.durations import in_words
from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.core.freshness import Freshness
from blockwright.core.models.promotion import State as PromotionState
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import BlockState, Role, Run, RunId, RunState
from blockwright.core.triggers.model import Pause, Trigger
from blockwright.ports.alerts import Alert, Mute, RecentRun
from blockwright.ports.runs import RunFilter
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness, runs
from blockwright.services.triggers import pausing, previews
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
LONGEST_MUTE = timedelta(days=90)
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
    REQUEST = 6  # a promotion waits for somebody's word


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
    promotion: int | None = None
    model: str = ""
    file: str | None = None
    line: int | None = None
    mute: Mute | None = None

    @property
    def subject(self) -> str:
        """What is muted with it: a pipeline that fails, whatever run it is; one trigger; one run that is stuck."""
        about = {Harm.STUCK: self.run, Harm.LATE: self.trigger, Harm.REQUEST: self.promotion}.get(self.harm)
        parts = (self.harm.name.lower(), self.pipeline, "" if about is None else str(about))
        return ":".join((*parts, self.title) if self.harm is Harm.ALERT else parts).rstrip(":")


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
    """``muted`` are needs that whoever asks does not want to be told now, each with its mute; ``pause`` is that of all
    triggers, None while they fire."""

    services: Services
    needs: tuple[Need, ...]
    muted: tuple[Need, ...]
    pause: Pause | None
    underway: tuple[Underway, ...]
    coming: tuple[previews.Coming, ...]
    looked: datetime


@dataclass(slots=True)
class _Fires:
    """When each pipeline fires next, and the triggers that should have."""

    soonest: dict[str, datetime] = field(default_factory=dict)
    late: list[Trigger] = field(default_factory=list)


def overview(workspace: Workspace, visible: Visible, person: str = "") -> Overview:
    """The project as ``person`` is to see it, as far as ``visible`` says that its pipelines may be seen."""
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
        *_requests(workspace, visible),
    ]
    pause = pausing.current(workspace)
    coming = [] if pause else previews.calendar(workspace, now, now + AHEAD, MOST, visible=visible, each=1)
    needs.sort(key=lambda need: (need.harm, -(need.since or now).timestamp()))
    mutes = {mute.subject: mute for mute in workspace.oversight.mutes.list(project, person, now=now)}
    return Overview(
        services,
        tuple(need for need in needs if need.subject not in mutes),
        tuple(replace(need, mute=mutes[need.subject]) for need in needs if need.subject in mutes),
        pause,
        tuple(_underway(workspace, running)),
        tuple(coming),
        now,
    )


def mute(
    workspace: Workspace, subject: str, *, seconds: float, reason: str, by: str, for_all: bool, visible: Visible
) -> Mute:
    """Do not tell ``by``, or anybody, about what needs somebody for so long. Raises NotFound (code ``need_not_found``)
    when nothing of that name needs somebody, Invalid for a time that is none or longer than a quarter of a year."""
    if not 0 < seconds <= LONGEST_MUTE.total_seconds():
        raise Invalid("A mute ends: after a minute, a day, at most 90 days.", hint="Say for how long.", code="mute")
    known = overview(workspace, visible, by)
    if subject not in {need.subject for need in (*known.needs, *known.muted)}:
        raise NotFound("Nothing of that name needs somebody now.", hint="Look again.", code="need_not_found")
    now = workspace.clock.now()
    made = Mute(
        subject, "" if for_all else by, " ".join(reason.split())[:500], by, now, now + timedelta(seconds=seconds)
    )
    workspace.oversight.mutes.add(workspace.project.name, made)
    return made


def unmute(workspace: Workspace, subject: str, *, by: str, for_all: bool) -> None:
    """Raises NotFound (code ``mute_not_found``)."""
    if not workspace.oversight.mutes.remove(workspace.project.name, subject, "" if for_all else by):
        raise NotFound("That is not muted.", hint="Look again.", code="mute_not_found")


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
    paused = pausing.current(workspace) is not None
    which = TriggerFilter(workspace.project.name, active=True)
    for trigger in workspace.triggering.records.list(which, limit=10_000):
        due = trigger.next_due
        if due is None or not visible(trigger.pipeline):
            continue
        if due < now - LATE and not paused:  # nothing is late that is not to come
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


def _requests(workspace: Workspace, visible: Visible) -> list[Need]:
    """Promotions that wait, for whoever may see the project as a whole: models belong to no one pipeline."""
    if not visible(""):
        return []
    waiting = workspace.learning.models.promotions(workspace.project.name, state=PromotionState.WAITING, limit=MOST)
    return [
        Need(
            Harm.REQUEST,
            f"{one.model} version {one.after} waits for a word",
            f"{one.by} asked to promote it{f': {one.reason}' if one.reason else '.'}",
            one.at,
            promotion=one.id,
            model=one.model,
        )
        for one in waiting
    ]
