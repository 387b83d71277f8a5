"""A project at a glance: whether everything is all right, what needs somebody, and how its pipelines went."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import Forbidden
from blockwright.core.freshness import Freshness
from blockwright.ports.alerts import Mute
from blockwright.services import overview, reports
from blockwright.services.overview import LONGEST_MUTE, Need, PipelineRow, Services, Underway
from blockwright.services.triggers.previews import Coming
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller
from blockwright.web.triggers import PauseDocument, pause_document
from blockwright.web.workspace import FreshnessCounts

routes = Routes(
    prefix="/api/v1/projects/{project}/overview",
    tags=["projects"],
    responses=problems.responses(401, 403, 404, 422, 503),
)


class HealthDocument(BaseModel):
    """``ok``: there is an engine, and the disk is not full. ``engines`` said something within the last 45 seconds; they
    have ``slots`` together, of which this project's blocks take ``busy``. ``waiting`` runs are queued (50 stands for 50
    or more), the oldest since ``waiting_since`` for ``waiting_reason``. ``disk_used`` is a share of 1."""

    ok: bool
    engines: int
    slots: int
    busy: int
    waiting: int
    waiting_since: datetime | None
    waiting_reason: str
    disk_used: float
    disk_free: int


class NeedDocument(BaseModel):
    """``kind``: `engine`, `broken`, `failed`, `stuck`, `late`, `alert` or `request`, worst first in lists. ``subject``
    is what is muted with it. ``file`` and ``line`` are where to look; of a request it is ``model``."""

    kind: str
    subject: str
    title: str
    text: str
    since: datetime | None
    pipeline: str | None
    run: int | None
    block: str | None
    trigger: int | None
    alert: int | None
    promotion: int | None
    model: str | None
    file: str | None
    line: int | None


class MuteDocument(BaseModel):
    """``by`` does not want it to be told before ``until``: to themselves, or to anybody (``for_all``)."""

    by: str
    for_all: bool
    reason: str
    until: datetime


class MutedNeed(NeedDocument):
    mute: MuteDocument


class NewMute(BaseModel):
    """``subject`` as the entry of the overview has it; ``for_all`` takes the right to edit the project."""

    subject: str = Field(min_length=1, max_length=2_000)
    seconds: float = Field(gt=0, le=LONGEST_MUTE.total_seconds())
    reason: str = Field(default="", max_length=500)
    for_all: bool = False


class RunningNow(BaseModel):
    """``done`` of ``total`` block runs have ended."""

    run: int
    pipeline: str
    state: str
    kind: str
    started: datetime | None
    seconds: float | None
    done: int
    total: int


class ComingUp(BaseModel):
    due: datetime
    pipeline: str
    trigger: int
    name: str


class StripRun(BaseModel):
    id: int
    state: str
    kind: str
    created: datetime
    seconds: float | None


class PipelineOverview(BaseModel):
    """``runs`` are the last 30 that nobody started in the editor, newest first; ``usual_seconds`` the median of those
    that completed. ``freshness`` is null when it was not asked for, or the pipeline cannot be read (``problem``)."""

    uuid: str
    name: str
    type: str
    tags: list[str]
    blocks: int
    problem: str
    runs: list[StripRun]
    usual_seconds: float | None
    next_fire: datetime | None
    late: bool
    freshness: FreshnessCounts | None


class OverviewDocument(BaseModel):
    """``needs`` is what needs somebody now, worst first; ``muted`` what does, too, and whoever asks is not told now.
    ``looked`` is the time of this answer. ``pipelines`` are the
    first of them; `/overview/pipelines` goes on with ``more_pipelines`` as cursor."""

    looked: datetime
    health: HealthDocument
    needs: list[NeedDocument]
    muted: list[MutedNeed]
    triggers: PauseDocument
    running: list[RunningNow]
    coming: list[ComingUp]
    pipelines: list[PipelineOverview]
    more_pipelines: str | None


WithFreshness = Annotated[bool, Query(description="Count fresh and stale blocks, which takes longer.")]


@routes.get("", summary="A project at a glance")
@needs(Permission.VIEW, within=True)
def show_overview(
    caller: TheCaller, workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, freshness: WithFreshness = False
) -> OverviewDocument:
    found = overview.overview(workspace, _visible(caller, workspace), caller.actor.name)
    page = _pipelines(caller, workspace, limit, None, freshness, "", None)
    return OverviewDocument(
        looked=found.looked,
        health=_health(caller, found.services),
        needs=[_need(one) for one in found.needs],
        muted=[_muted(one, one.mute) for one in found.muted if one.mute is not None],
        triggers=pause_document(found.pause),
        running=[_running(one, found.looked) for one in found.underway],
        coming=[_coming(one) for one in found.coming],
        pipelines=page.items,
        more_pipelines=page.next,
    )


@routes.post("/mutes", summary="Do not tell about an entry for a while", status_code=201)
@needs(Permission.VIEW, within=True)
def mute_need(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewMute) -> MuteDocument:
    if wanted.for_all:
        _require_editor(caller, workspace)
    made = overview.mute(
        workspace,
        wanted.subject,
        seconds=wanted.seconds,
        reason=wanted.reason,
        by=caller.actor.name,
        for_all=wanted.for_all,
        visible=_visible(caller, workspace),
    )
    caller.record("overview.mute", workspace.project.name, wanted.subject, all=wanted.for_all, reason=made.reason)
    return _mute(made)


@routes.delete("/mutes", summary="Tell about a muted entry again", status_code=204)
@needs(Permission.VIEW, within=True)
def unmute_need(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    subject: Annotated[str, Query(min_length=1, max_length=2_000)],
    for_all: Annotated[bool, Query(description="The mute that holds for everybody.")] = False,
) -> None:
    if for_all:
        _require_editor(caller, workspace)
    overview.unmute(workspace, subject, by=caller.actor.name, for_all=for_all)
    caller.record("overview.unmute", workspace.project.name, subject, all=for_all)


def _require_editor(caller: Caller, workspace: ProjectWorkspace) -> None:
    if not caller.actor.may(Permission.EDIT, workspace.project.name):
        raise Forbidden(
            "What everybody is told is decided by who may edit the project.", hint="Mute it for yourself instead."
        )


@routes.get("/pipelines", summary="Pipelines with their last 30 runs")
@needs(Permission.VIEW, within=True)
def list_pipeline_overviews(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    search: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
    tag: Annotated[str | None, Query(max_length=200)] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
    freshness: WithFreshness = False,
) -> paging.Page[PipelineOverview]:
    return _pipelines(caller, workspace, limit, paging.name(cursor), freshness, search, tag)


def _visible(caller: Caller, workspace: ProjectWorkspace) -> overview.Visible:
    project = workspace.project.name
    return lambda pipeline: caller.actor.may(Permission.VIEW, project, pipeline)


def _pipelines(
    caller: Caller,
    workspace: ProjectWorkspace,
    limit: int,
    after: str | None,
    with_freshness: bool,
    search: str,
    tag: str | None,
) -> paging.Page[PipelineOverview]:
    visible = _visible(caller, workspace)
    names = [
        uuid
        for uuid in workspace.files.pipelines()
        if visible(uuid)
        and (after is None or uuid > after)
        and search.lower() in uuid.lower()
        and (tag is None or overview.has_tag(workspace, uuid, tag))
    ][: limit + 1]
    rows = overview.pipeline_rows(workspace, names, visible, with_freshness=with_freshness)
    return paging.page(rows, limit, lambda row: row.uuid, _row)


def _health(caller: Caller, found: Services) -> HealthDocument:
    disk = shutil.disk_usage(caller.site.installation.data)
    used = disk.used / disk.total if disk.total else 0.0
    return HealthDocument(
        ok=found.engines > 0 and used < 0.98,
        engines=found.engines,
        slots=found.slots,
        busy=found.busy,
        waiting=found.waiting,
        waiting_since=found.waiting_since,
        waiting_reason=found.waiting_reason,
        disk_used=round(used, 4),
        disk_free=disk.free,
    )


def _need(need: Need) -> NeedDocument:
    return NeedDocument(
        kind=need.harm.name.lower(),
        subject=need.subject,
        title=need.title,
        text=need.text,
        since=need.since,
        pipeline=need.pipeline or None,
        run=need.run,
        block=need.block or None,
        trigger=need.trigger,
        alert=need.alert,
        promotion=need.promotion,
        model=need.model or None,
        file=need.file,
        line=need.line,
    )


def _muted(need: Need, mute: Mute) -> MutedNeed:
    return MutedNeed(**_need(need).model_dump(), mute=_mute(mute))


def _mute(mute: Mute) -> MuteDocument:
    return MuteDocument(by=mute.author, for_all=not mute.person, reason=mute.reason, until=mute.until)


def _running(found: Underway, now: datetime) -> RunningNow:
    run = found.run
    return RunningNow(
        run=run.id,
        pipeline=run.pipeline,
        state=run.state.value,
        kind=run.kind.value,
        started=run.started,
        seconds=reports.seconds_of(run, now),
        done=found.done,
        total=found.total,
    )


def _coming(coming: Coming) -> ComingUp:
    trigger = coming.trigger
    return ComingUp(due=coming.due, pipeline=trigger.pipeline, trigger=trigger.id, name=trigger.spec.name)


def _row(row: PipelineRow) -> PipelineOverview:
    spec = row.spec
    return PipelineOverview(
        uuid=row.uuid,
        name=spec.name if spec else row.uuid,
        type=spec.type.value if spec else "",
        tags=list(spec.tags) if spec else [],
        blocks=len(spec.blocks) if spec else 0,
        problem=row.problem,
        runs=[
            StripRun(id=run.run, state=run.state.value, kind=run.kind.value, created=run.created, seconds=run.seconds)
            for run in row.runs
        ],
        usual_seconds=row.usual,
        next_fire=row.next_fire,
        late=row.late,
        freshness=None if row.counts is None else _counts(row),
    )


def _counts(row: PipelineRow) -> FreshnessCounts:
    counts = row.counts or {}
    stale, never = counts.get(Freshness.STALE, 0), counts.get(Freshness.NEVER_RUN, 0)
    return FreshnessCounts(
        fresh=counts.get(Freshness.FRESH, 0),
        stale=stale,
        never_run=never,
        reused=counts.get(Freshness.REUSED, 0),
        pinned=0,
        to_run=stale + never,
    )
