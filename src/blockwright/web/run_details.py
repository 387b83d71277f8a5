"""What is said about a run: its plan beforehand, reasons, changes, comparisons, and its block runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRunName, BlockState
from blockwright.services import checks, diffs, estimates, plans, reports
from blockwright.services.selections import Scope
from blockwright.services.why import why
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.run_documents import (
    Attempt,
    BlockRunDetail,
    BlockRunDocument,
    CheckDocument,
    Comparison,
    DataComparison,
    ErrorDetail,
    EventDocument,
    Plan,
    PlannedBlock,
    ReasonDocument,
    block_run_document,
)
from blockwright.web.runs import BlockRunPath, Blocks, Variables, decoded, selection_of
from blockwright.web.site import PathPipeline, PathRun, ProjectTables, ProjectWorkspace, TheCaller, require_run
from blockwright.wire import documents

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["runs"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)


class PlanRequest(BaseModel):
    """As a run is asked for; ``reuse`` null leaves it to the blocks, as *Run stale* does."""

    variables: Variables
    blocks: Blocks
    upstream: bool = False
    scope: Scope = Scope.ONLY
    reuse: bool | None = True


@routes.post("/pipelines/{pipeline}/plan", summary="What a run would run and what it would reuse")
@needs(Permission.RUN)
def plan_run(
    caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, wanted: PlanRequest | None = None
) -> Plan:
    """Nothing is run. `scope` `stale` tells what *Run stale* would do; when that is nothing, 409 (`nothing_stale`)."""
    asked = wanted or PlanRequest(variables={}, blocks=[])
    selection = selection_of(workspace, pipeline, asked.blocks, asked.scope, upstream=asked.upstream)
    entries = plans.plan(
        workspace, pipeline, decoded(asked.variables), selection, reuse=asked.reuse, env=caller.site.env
    )
    estimate = estimates.of_plan(workspace, pipeline, entries)
    return Plan(
        pipeline=pipeline,
        run=sum(entry.action == "run" for entry in entries),
        reuse=sum(entry.action == "reuse" for entry in entries),
        unknown=sum(entry.action == "unknown" for entry in entries),
        seconds=estimate.seconds,
        unmeasured=estimate.unmeasured,
        blocks=[
            PlannedBlock(
                block=entry.block,
                action=entry.action.value,
                why=entry.why,
                differs=list(entry.differs),
                untracked=list(entry.untracked),
                run=entry.run,
            )
            for entry in entries
        ],
    )


@routes.get("/runs/{run}/why", summary="What a run waits for, or why it ended so")
@needs(Permission.VIEW, within=True)
def why_run(workspace: ProjectWorkspace, run: PathRun) -> list[ReasonDocument]:
    return [
        ReasonDocument(subject=reason.subject, state=reason.state, text=reason.text, next=reason.next)
        for reason in why(workspace, run)
    ]


@routes.get("/runs/{run}/events", summary="The changes of a run, oldest first")
@needs(Permission.VIEW, within=True)
def list_run_events(
    workspace: ProjectWorkspace, run: PathRun, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[EventDocument]:
    found = workspace.runs.events(run.id, paging.number(cursor) or 0, limit=limit + 1)
    return paging.page(
        found,
        limit,
        lambda event: event.number,
        lambda event: EventDocument(
            number=event.number,
            time=event.time,
            kind=event.kind,
            block_run=event.block_run,
            data=dict(event.data),
        ),
    )


@routes.get("/runs/{run}/diff/{other}", summary="Compare two runs: variables, code, results by digest")
@needs(Permission.VIEW, within=True)
def diff_runs(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, other: int) -> Comparison:
    after = require_run(caller, workspace, other, Permission.VIEW)
    return Comparison.model_validate(diffs.compare(workspace, run, after))


@routes.get("/runs/{run}/diff/{other}/data/{block:path}", summary="Compare the rows of a block's first output")
@needs(Permission.VIEW, within=True)
def diff_data(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    run: PathRun,
    other: int,
    block: BlockRunPath,
    key: Annotated[list[str] | None, Query(max_length=50, description="Columns that name a row.")] = None,
) -> DataComparison:
    after = require_run(caller, workspace, other, Permission.VIEW)
    return DataComparison.model_validate(diffs.compare_data(workspace, tables, run, after, block, key))


@routes.get("/runs/{run}/block-runs", summary="List the block runs of a run in the order of the pipeline")
@needs(Permission.VIEW, within=True)
def list_block_runs(
    workspace: ProjectWorkspace,
    run: PathRun,
    state: BlockState | None = None,
    block: Annotated[str | None, Query(max_length=400)] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[BlockRunDocument]:
    found = workspace.runs.block_run_page(
        run.id,
        after=paging.number(cursor) or 0,
        state=state,
        block=BlockId(block) if block is not None else None,
        limit=limit + 1,
    )
    return paging.page(found, limit, lambda item: item[0], lambda item: block_run_document(item[1]))


@routes.get("/runs/{run}/block-runs/{name:path}", summary="Show a block run with its attempts, tests and traceback")
@needs(Permission.VIEW, within=True)
def show_block_run(workspace: ProjectWorkspace, run: PathRun, name: BlockRunPath) -> BlockRunDetail:
    row = workspace.runs.block_run(run.id, BlockRunName(name))
    records = workspace.runs.attempts(run.id, row.name)
    attempts = reports.attempt_reports(records)
    error = reports.error_report(workspace, row)
    if error is not None and records:
        reports.add_code(workspace, records[-1].snapshot or run.snapshot, error)
    return BlockRunDetail(
        **block_run_document(row).model_dump(exclude={"error"}),
        error=ErrorDetail.model_validate(error) if error is not None else None,
        checks=[CheckDocument.model_validate(documents.dump(one)) for one in checks.of_row(workspace, row)],
        attempt_list=[Attempt.model_validate(attempt) for attempt in attempts],
    )
