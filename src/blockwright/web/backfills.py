"""Backfills: foreseen, started, followed, paused, resumed, cancelled, retried."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.backfills.model import Backfill, BackfillId, BackfillState, Slice, SliceState
from blockwright.core.backfills.states import Wish
from blockwright.core.errors import NotFound
from blockwright.ports.backfills import BackfillFilter
from blockwright.ports.bus import Topic
from blockwright.ports.workspace import Workspace
from blockwright.services.backfills import asking, reports
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import decoded
from blockwright.web.site import Caller, PathPipeline, ProjectWorkspace, TheCaller, permission_of, require_within

routes = Routes(prefix="/api/v1", tags=["backfills"], responses=problems.responses(401, 403, 404, 409, 422, 503))

PROJECT = "/projects/{project}"
PIPELINE = PROJECT + "/pipelines/{pipeline}"
ONE = PROJECT + "/backfills/{backfill}"
PLANNED_SLICES = 1_000

Variables = dict[str, Any]


class BackfillChange(BaseModel):
    parallel: int = Field(ge=1, le=1_000)


class NewBackfill(BaseModel):
    """Either dates from ``start`` to ``end`` (both included; without zone those of ``timezone``), each ``units`` of the
    interval ``every`` (`second` … `year`, or `custom`: the units are seconds) after the last; or ``each``, the
    variables of each slice. ``variables`` go into every slice. ``reuse`` null leaves it to the blocks' `cache`;
    ``skip_done`` leaves out what a trigger or an earlier backfill has completed; ``paused``: start nothing yet."""

    start: str = Field(default="", max_length=64)
    end: str = Field(default="", max_length=64)
    every: str = Field(default="day", max_length=20)
    units: int = Field(default=1, ge=1, le=1_000_000_000)
    timezone: str = Field(default="UTC", max_length=100)
    each: list[Variables] = Field(default_factory=list, max_length=100_000)
    variables: Variables = Field(default_factory=dict)
    name: str = Field(default="", max_length=asking.LONGEST_NAME)
    parallel: int = Field(default=asking.PARALLEL, ge=1, le=asking.MOST_PARALLEL)
    reuse: bool | None = None
    skip_done: bool = False
    paused: bool = False


class DateRange(BaseModel):
    start: datetime
    end: datetime
    every: str
    units: int
    timezone: str


class BackfillDocument(BaseModel):
    """``progress`` counts slices by state; ``dates`` is null for one over a list of variables."""

    id: int
    project: str
    pipeline: str
    name: str
    state: str
    reason: str
    dates: DateRange | None
    variables: Variables
    parallel: int
    reuse: bool | None
    requested_by: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    slices: int
    progress: dict[str, int]
    in_words: str


class SliceDocument(BaseModel):
    """``run`` is its latest run, ``tries`` how many it has had."""

    position: int
    name: str
    state: str
    date: datetime | None
    variables: Variables
    run: int | None
    tries: int
    reason: str


class PlannedSlice(BaseModel):
    """``done_by`` is a run that completed this slice before."""

    name: str
    date: datetime | None
    done_by: int | None


class BlockOutlook(BaseModel):
    """Over the slices that were judged: how many run the block, reuse its result, or decide when inputs are known."""

    block: str
    type: str
    runs: int
    reuses: int
    unknown: int
    overwrites: bool


class BackfillPlan(BaseModel):
    """``first`` are the first slices, ``judged`` how many slices were looked at block by block."""

    pipeline: str
    slices: int
    to_run: int
    done_before: int
    first: list[PlannedSlice]
    judged: int
    blocks: list[BlockOutlook]


def backfill_of(
    request: Request,
    backfill: Annotated[int, paging.AnyNumber],
    caller: TheCaller,
    workspace: ProjectWorkspace,
) -> Backfill:
    """The path's backfill. One of another project does not exist here, nor one whose pipeline may not be seen."""
    missing = NotFound(
        f"There is no backfill {backfill}.", hint="`blockwright backfill list` lists them.", code="backfill_not_found"
    )
    try:
        found = asking.find(workspace, backfill)
    except NotFound:
        raise missing from None  # in the very words of one that is hidden
    permission = permission_of(request)
    require_within(caller, permission, found.project, found.pipeline, missing=missing, things="backfills")
    return found


PathBackfill = Annotated[Backfill, Depends(backfill_of)]


@routes.get(PROJECT + "/backfills", summary="List backfills, newest first")
@needs(Permission.VIEW, within=True)
def list_backfills(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: Annotated[str | None, Query(max_length=200)] = None,
    state: BackfillState | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[BackfillDocument]:
    project, before = workspace.project.name, paging.number(cursor)
    found: list[Backfill] = []
    while len(found) <= limit:
        behind = None if before is None else BackfillId(before)
        which = BackfillFilter(project, pipeline, () if state is None else (state,), behind)
        rows = workspace.triggering.backfills.list(which, limit=limit + 1)
        found += [row for row in rows if caller.actor.may(Permission.VIEW, project, row.pipeline)]
        if len(rows) <= limit:
            break
        before = rows[-1].id
    return paging.page(found, limit, lambda one: one.id, lambda one: document(workspace, one))


@routes.post(PIPELINE + "/backfills", summary="Start a backfill", status_code=201)
@needs(Permission.RUN)
def create_backfill(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    wanted: NewBackfill,
    key: IdempotencyKey = None,
) -> BackfillDocument:
    def make() -> BackfillDocument:
        made = asking.create(workspace, _asked(pipeline, wanted), by=caller.actor.name)
        changed(caller, "backfill.create", made)
        return document(workspace, made)

    return created(caller, workspace, key, {"new_backfill": wanted.model_dump(), "pipeline": pipeline}, make)


@routes.post(PIPELINE + "/backfills/plan", summary="What a backfill would run, reuse and overwrite")
@needs(Permission.RUN)
def plan_backfill(
    caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, wanted: NewBackfill
) -> BackfillPlan:
    caller.only_asks()
    planned = asking.plan(workspace, _asked(pipeline, wanted))
    return BackfillPlan.model_validate(reports.plan_report(planned, PLANNED_SLICES))


@routes.get(ONE, summary="Show a backfill")
@needs(Permission.VIEW, within=True)
def show_backfill(workspace: ProjectWorkspace, backfill: PathBackfill) -> BackfillDocument:
    return document(workspace, backfill)


@routes.get(ONE + "/slices", summary="The slices of a backfill, in order")
@needs(Permission.VIEW, within=True)
def list_slices(
    workspace: ProjectWorkspace,
    backfill: PathBackfill,
    state: SliceState | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[SliceDocument]:
    after = paging.number(cursor)
    found = workspace.triggering.backfills.slices(
        backfill.id, state=state, after=-1 if after is None else after, limit=limit + 1
    )
    return paging.page(found, limit, lambda one: one.position, _slice)


@routes.post(ONE + "/pause", summary="Start no further slice; those that run go on")
@needs(Permission.RUN, within=True)
def pause_backfill(caller: TheCaller, workspace: ProjectWorkspace, backfill: PathBackfill) -> BackfillDocument:
    return _wished(caller, workspace, backfill, Wish.PAUSE)


@routes.patch(ONE, summary="Change how many slices run at once")
@needs(Permission.RUN, within=True)
def change_backfill(
    caller: TheCaller, workspace: ProjectWorkspace, backfill: PathBackfill, wanted: BackfillChange
) -> BackfillDocument:
    """Slices that run go on."""
    done = asking.set_parallel(workspace, backfill, wanted.parallel)
    changed(caller, "backfill.change", done)
    return document(workspace, done)


@routes.post(ONE + "/resume", summary="Go on with a paused backfill")
@needs(Permission.RUN, within=True)
def resume_backfill(caller: TheCaller, workspace: ProjectWorkspace, backfill: PathBackfill) -> BackfillDocument:
    return _wished(caller, workspace, backfill, Wish.RESUME)


@routes.post(ONE + "/cancel", summary="Start no further slice and stop the runs")
@needs(Permission.RUN, within=True)
def cancel_backfill(caller: TheCaller, workspace: ProjectWorkspace, backfill: PathBackfill) -> BackfillDocument:
    return _wished(caller, workspace, backfill, Wish.CANCEL)


@routes.post(ONE + "/retry", summary="Run again the slices that failed or were cancelled")
@needs(Permission.RUN, within=True)
def retry_backfill(caller: TheCaller, workspace: ProjectWorkspace, backfill: PathBackfill) -> BackfillDocument:
    return _wished(caller, workspace, backfill, Wish.RETRY)


def document(workspace: Workspace, backfill: Backfill) -> BackfillDocument:
    tally = workspace.triggering.backfills.tally(backfill.id)
    return BackfillDocument.model_validate(reports.report(backfill, tally))


def _slice(one: Slice) -> SliceDocument:
    return SliceDocument.model_validate(reports.slice_report(one))


def _asked(pipeline: str, wanted: NewBackfill) -> asking.Asked:
    return asking.Asked(
        pipeline,
        start=wanted.start,
        end=wanted.end,
        every=wanted.every,
        units=wanted.units,
        timezone=wanted.timezone,
        each=tuple(decoded(variables) for variables in wanted.each),
        variables=decoded(wanted.variables),
        name=wanted.name,
        parallel=wanted.parallel,
        reuse=wanted.reuse,
        skip_done=wanted.skip_done,
        paused=wanted.paused,
    )


def _wished(caller: Caller, workspace: Workspace, backfill: Backfill, wish: Wish) -> BackfillDocument:
    done = asking.wish(workspace, backfill, wish)
    changed(caller, f"backfill.{wish.value}", done)
    return document(workspace, done)


def changed(caller: Caller, action: str, backfill: Backfill) -> None:
    """Audit it, and have engines and lookers-on know."""
    caller.record(action, backfill.project, backfill.pipeline, backfill=backfill.id)
    for topic in (Topic.BACKFILLS, Topic.INBOX, Topic.FEED):
        caller.tell(topic, backfill.project)
