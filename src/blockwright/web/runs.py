"""Runs: started, listed, shown; cancelled, retried, replayed; explained and compared."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import Forbidden, Invalid
from blockwright.core.runs.model import (
    Queue,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunState,
    Selection,
)
from blockwright.ports.bus import Topic
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import reports, retention, runs, selections, trust
from blockwright.services.selections import Scope
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, started
from blockwright.web.routing import Routes, needs
from blockwright.web.run_documents import (
    BlockCountsDocument,
    RunDetail,
    RunSummary,
    block_run_document,
    shape_of,
    summary_of,
)
from blockwright.web.site import (
    Caller,
    PathRun,
    ProjectWorkspace,
    TheCaller,
)
from blockwright.wire import values

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["runs"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

AT_THE_HEAD = 1_000
"""The priority of what somebody waits for in the editor."""
SHOWN_BLOCKS = 500

Variables = Annotated[dict[str, Any], Field(default_factory=dict, max_length=1_000)]
Blocks = Annotated[list[str], Field(default_factory=list, max_length=1_000)]
BlockRunPath = Annotated[str, Path(max_length=1_000, description="The name of a block run, such as `load`, `load:0`.")]


class NewRun(BaseModel):
    """``blocks`` empty: all of them; ``scope``: what runs beside them (``upstream`` true is the scope `upstream`).
    ``reuse`` null leaves it to the blocks, false runs everything. Of waiting runs the one of highest ``priority`` goes
    first. ``interactive``: somebody is looking, so it goes before all others."""

    pipeline: str = Field(max_length=200)
    variables: Variables
    blocks: Blocks
    upstream: bool = False
    scope: Scope = Scope.ONLY
    reuse: bool | None = None
    skip_sensors: bool = False
    execution_date: AwareDatetime | None = None
    priority: int = Field(default=0, ge=-1_000, le=AT_THE_HEAD)
    interactive: bool = False


class Retry(BaseModel):
    """``start``: blocks that run again with everything behind them, also if they completed."""

    start: Blocks
    same_code: bool = False


class Replay(BaseModel):
    blocks: Blocks
    variables: Variables


class Cancel(BaseModel):
    reason: str = Field(default="", max_length=500)


class Replayed(RunSummary):
    """``trusts``: what is not as it was recorded, one sentence each."""

    trusts: list[str]


@routes.post("/runs", summary="Start a run", status_code=202)
@needs(Permission.RUN, within=True)
def start_run(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewRun, key: IdempotencyKey = None) -> RunSummary:
    """The run is queued for the next engine that has room; follow it by `/runs/{run}` or the events."""
    project = workspace.project.name
    if not caller.actor.may(Permission.RUN, project, wanted.pipeline):
        raise Forbidden(f"You may not run pipeline `{wanted.pipeline}`.", hint="Ask an admin of the project.")
    asked = {"run": wanted.model_dump(mode="json")}
    return started(
        caller,
        workspace,
        key,
        asked,
        lambda own: _start(caller, workspace, wanted, own),
        lambda run: summary_of(workspace, run),
    )


def _start(caller: Caller, workspace: Workspace, wanted: NewRun, key: str) -> Run:
    request = RunRequest(
        project=workspace.project.name,
        pipeline=wanted.pipeline,
        kind=RunKind.INTERACTIVE if wanted.interactive else RunKind.API,
        variables=decoded(wanted.variables),
        selection=selection_of(workspace, wanted.pipeline, wanted.blocks, wanted.scope, upstream=wanted.upstream),
        reuse=wanted.reuse,
        execution_date=_utc(wanted.execution_date),
        env=caller.site.env,
        skip_sensors=wanted.skip_sensors,
        queue=Queue.ENGINE,
        priority=AT_THE_HEAD if wanted.interactive else wanted.priority,
        requested_by=caller.actor.name,
        key=key,
    )
    run = runs.start(workspace, request)
    caller.record("run.start", run.project, f"{run.pipeline}/{run.id}")
    queued(caller, run)
    return run


@routes.get("/runs", summary="List runs, newest first")
@needs(Permission.VIEW, within=True)
def list_runs(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[list[RunState] | None, Query(max_length=6)] = None,
    kind: RunKind | None = None,
    trigger: Annotated[int | None, Query(ge=0, le=paging.LARGEST_NUMBER)] = None,
    backfill: Annotated[int | None, Query(ge=0, le=paging.LARGEST_NUMBER)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Asked for at or after this time.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Asked for before this time.")] = None,
    longer: Annotated[float | None, Query(ge=0, le=1e9, description="Took more than so many seconds.")] = None,
    by: Annotated[
        str | None, Query(max_length=320, description="Asked for by this person; `me`: by the caller.")
    ] = None,
    counts: Annotated[bool, Query(description="With `block_counts`, which takes longer.")] = False,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[RunSummary]:
    project = workspace.project.name
    before = paging.number(cursor)
    which = RunFilter(
        project,
        pipeline,
        tuple(dict.fromkeys(state or ())),
        RunId(before) if before is not None else None,
        kind=kind,
        trigger=trigger,
        backfill=backfill,
        since=_utc(since),
        until=_utc(until),
        pipelines=visible_pipelines(caller.actor, project, pipeline),
        longer=longer,
        requested_by=caller.actor.name if by == "me" else by,
    )
    found = workspace.runs.list(which, limit=limit + 1)
    counted = workspace.runs.counts_of([run.id for run in found[:limit]]) if counts else {}

    def document(run: Run) -> RunSummary:
        mine = counted.get(run.id)
        summary = summary_of(workspace, run)
        return (
            summary
            if mine is None
            else summary.model_copy(update={"block_counts": BlockCountsDocument(**asdict(mine))})
        )

    return paging.page(found, limit, lambda run: run.id, document)


@routes.get("/runs/{run}", summary="Show a run with its block runs")
@needs(Permission.VIEW, within=True)
def show_run(workspace: ProjectWorkspace, run: PathRun) -> RunDetail:
    """At most the first 500 block runs; `/block-runs` lists them all."""
    rows = workspace.runs.block_run_page(run.id, limit=SHOWN_BLOCKS + 1)
    shown = reports.in_order([row for _, row in rows[:SHOWN_BLOCKS]])
    return RunDetail(
        **summary_of(workspace, run).model_dump(),
        wishes=[message.kind for message in workspace.runs.inbox(run.id)],
        counts={state.value: count for state, count in workspace.runs.counts(run.id).items()},
        last_success=reports.last_success(workspace, run),
        shape=shape_of(workspace, run),
        blocks=[block_run_document(row) for row in shown],
        more_blocks=len(rows) > SHOWN_BLOCKS,
    )


@routes.post("/runs/{run}/cancel", summary="Ask a run to stop", status_code=202)
@needs(Permission.RUN, within=True)
def cancel_run(
    caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, cancel: Cancel | None = None
) -> RunSummary:
    """It is cancelled when every process of it is confirmed gone."""
    reason = f"cancelled by {caller.actor.name}"
    if cancel is not None and cancel.reason:
        reason = f"{reason}: {cancel.reason}"
    runs.ask_cancel(workspace, run.id, reason)
    caller.record("run.cancel", run.project, f"{run.pipeline}/{run.id}")
    caller.tell(Topic.INBOX, run.project, run=run.id)
    return summary_of(workspace, workspace.runs.get(run.id))


@routes.delete("/runs/{run}", summary="Forget a run that has ended", status_code=204)
@needs(Permission.ADMIN, within=True)
def delete_run(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun) -> None:
    """With its logs. Not one that goes on, and not one of which something is pinned, aliased or restored."""
    freed = retention.delete_run(workspace, run.id)
    caller.record("run.delete", run.project, f"{run.pipeline}/{run.id}", bytes=freed)
    caller.tell(Topic.FEED, run.project)


@routes.post("/runs/{run}/retry", summary="Run again what did not complete", status_code=202)
@needs(Permission.RUN, within=True)
def retry_run(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, retry: Retry | None = None) -> RunSummary:
    """The same run, with today's code unless `same_code`; what finished stays."""
    wanted = retry or Retry(start=[])
    runs.ask_retry(workspace, run.id, wanted.start, same_code=wanted.same_code, by=caller.actor.name)
    caller.record("run.retry", run.project, f"{run.pipeline}/{run.id}", start=wanted.start)
    caller.tell(Topic.INBOX, run.project, run=run.id)
    queued(caller, run)
    return summary_of(workspace, workspace.runs.get(run.id))


@routes.post("/runs/{run}/replay", summary="Run again as a new run with the recorded code and inputs", status_code=202)
@needs(Permission.RUN, within=True)
def replay_run(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    run: PathRun,
    replay: Replay | None = None,
    key: IdempotencyKey = None,
) -> Replayed:
    wanted = replay or Replay(blocks=[], variables={})
    asked = {"replay": run.id, **wanted.model_dump()}

    def document(again: Run) -> Replayed:
        trusts = trust.live_files(workspace, run, wanted.blocks)
        return Replayed(**summary_of(workspace, again).model_dump(), trusts=trusts)

    return started(caller, workspace, key, asked, lambda own: _replay(caller, workspace, run, wanted, own), document)


def _replay(caller: Caller, workspace: Workspace, run: Run, wanted: Replay, key: str) -> Run:
    again = runs.replay(
        workspace,
        run.id,
        blocks=wanted.blocks,
        variables=decoded(wanted.variables),
        queue=Queue.ENGINE,
        requested_by=caller.actor.name,
        key=key,
    )
    caller.record("run.replay", run.project, f"{run.pipeline}/{run.id}", run=again.id)
    queued(caller, again)
    return again


def selection_of(workspace: Workspace, pipeline: str, blocks: list[str], scope: Scope, *, upstream: bool) -> Selection:
    """``upstream`` is how callers asked before there were scopes."""
    asked = Scope.UPSTREAM if upstream and scope is Scope.ONLY else scope
    return selections.resolve(workspace, pipeline, blocks, asked)


def queued(caller: Caller, run: Run) -> None:
    """Wake an engine for the run, and those who look on."""
    caller.tell(Topic.QUEUE, run.project)
    caller.tell(Topic.FEED, run.project)


def decoded(variables: dict[str, Any]) -> dict[str, Any]:
    """Variables as block code gets them; raises Invalid for a tagged value that cannot be."""
    try:
        return {name: values.decode(value) for name, value in variables.items()}
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid(
            f"A variable cannot be read: {error}.", hint='Dates are written `{"$date": "2026-01-31"}`.'
        ) from None


def visible_pipelines(actor: Actor, project: str, pipeline: str | None) -> tuple[str, ...]:
    """To which pipelines a list is confined for who may not see the whole project; empty: to none."""
    if actor.may(Permission.VIEW, project):
        return ()
    mine = {grant.pipeline for grant in actor.grants if grant.project == project}
    allowed = sorted(name for name in mine if actor.may(Permission.VIEW, project, name))
    if pipeline is None and allowed:
        return tuple(allowed)
    if pipeline is None or pipeline not in allowed:
        what = f"pipeline `{pipeline}`" if pipeline is not None else f"any pipeline of project `{project}`"
        raise Forbidden(f"You may not see {what}.", hint="Ask an admin of the project.")
    return (pipeline,)


def _utc(when: datetime | None) -> datetime | None:
    try:
        return when.astimezone(UTC) if when is not None else None
    except OverflowError:
        raise Invalid("This time lies outside of the calendar.", code="time") from None
