"""A pipeline as the editor shows it, whole and in one call: every block with how it stands, gave and does."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.freshness import Freshness
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import Run
from blockwright.services import runs, workspaces
from blockwright.services.workspaces import AtWork, BlockAtWork, Past
from blockwright.web import paging, problems
from blockwright.web.pipelines import Edge
from blockwright.web.problems import Finding
from blockwright.web.routing import Routes, needs
from blockwright.web.run_documents import ErrorBrief, TestCount
from blockwright.web.site import PathPipeline, ProjectWorkspace, TheCaller, require_run
from blockwright.wire import values

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}",
    tags=["workspace"],
    responses=problems.responses(401, 403, 404, 422, 503),
)


class FreshnessDocument(BaseModel):
    """``state`` is `fresh`, `stale`, `never_run`, `reused`, `pinned`, or `none` for a block that has no results;
    ``reasons`` are clauses, such as `its code changed`."""

    state: Freshness
    reasons: list[str]


class OutputName(BaseModel):
    """``type`` is the kind of value, such as `DataFrame`; ``in_memory``: it was not kept."""

    name: str
    type: str
    rows: int | None
    columns: int | None
    bytes: int
    in_memory: bool


class BlockOutcome(BaseModel):
    """How a block ended in ``run``; ``rows`` and ``columns`` are those of its first table. ``error`` says it in a line:
    its `file` and `line` are the user's own. ``children``: how many items a dynamic block ran for."""

    run: int
    block_run: str
    state: str
    reason: str
    finished: datetime | None
    seconds: float | None
    rows: int | None
    columns: int | None
    outputs: list[OutputName]
    tests: TestCount
    error: ErrorBrief | None
    reused: bool
    source_run: int | None
    children: int | None


class BlockNow(BaseModel):
    """What a block does in an unfinished run; ``due``: when a retry begins or a running attempt's time is over."""

    run: int
    block_run: str
    state: str
    reason: str
    attempt: int
    started: datetime | None
    due: datetime | None


class WorkspaceBlock(BaseModel):
    """``role``: `block`, `callback`, `conditional` or `widget`; ``position`` its place in the pipeline's file, of all
    lists together. ``etag`` names the version of its source: a write sends it as `If-Match`. ``latest`` is how it ended
    last, ``result`` what it gave last; after a failure they differ. ``expanded``: it runs once for each item."""

    uuid: str
    name: str
    type: str
    language: str
    role: str
    position: int
    path: str | None
    inline: bool
    etag: str | None
    line: int | None
    upstream: list[str]
    downstream: list[str]
    dynamic: bool
    expanded: bool
    reduce_output: bool
    conditionals: list[str]
    callbacks: list[str]
    executor_type: str | None
    configuration: dict[str, Any]
    freshness: FreshnessDocument
    latest: BlockOutcome | None
    result: BlockOutcome | None
    now: BlockNow | None
    problems: list[Finding]


class UnfinishedRun(BaseModel):
    id: int
    state: str
    kind: str
    reason: str
    created: datetime
    started: datetime | None
    blocks_asked_for: list[str]
    requested_by: str


class FreshnessCounts(BaseModel):
    """``to_run`` is how many blocks would run to make everything fresh: the stale ones and those never run."""

    fresh: int
    stale: int
    never_run: int
    reused: int
    pinned: int
    to_run: int


class WorkspaceDocument(BaseModel):
    """``readable`` False: the file is no YAML; ``problems`` says where. One that is only wrong in places has its blocks
    nevertheless, each with its own problems. ``etag`` names the version of the pipeline's file at ``path``.
    ``refusal``: why no pipeline of its type runs here; empty when they do."""

    uuid: str
    name: str
    type: str
    description: str | None
    tags: list[str]
    path: str
    etag: str
    readable: bool
    refusal: str
    run_in_one_process: bool
    variables: dict[str, Any]
    blocks: list[WorkspaceBlock]
    edges: list[Edge]
    counts: FreshnessCounts
    unfinished_runs: list[UnfinishedRun]
    problems: list[Finding]


@routes.get("/workspace", summary="A pipeline whole, as the editor shows it")
@needs(Permission.VIEW)
def show_workspace(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    run: Annotated[
        int | None, Query(ge=0, le=paging.LARGEST_NUMBER, description="Show the results of this run instead.")
    ] = None,
) -> WorkspaceDocument:
    """Blocks, edges, freshness with reasons, newest results, what runs now, and what is wrong in the file."""
    pinned = None if run is None else require_run(caller, workspace, run, Permission.VIEW).id
    return document(pipeline, workspaces.look(workspace, pipeline, run=pinned))


def document(pipeline: str, at_work: AtWork) -> WorkspaceDocument:
    spec, found = at_work.spec, [problems.finding(problem) for problem in at_work.problems]
    entries = _by_entry(found, at_work)
    blocks = [_block(block, position, entries) for position, block in enumerate(at_work.blocks)]
    return WorkspaceDocument(
        uuid=pipeline,
        name=spec.name if spec else pipeline,
        type=spec.type.value if spec else "",
        description=spec.description if spec else None,
        tags=list(spec.tags) if spec else [],
        path=f"pipelines/{pipeline}/metadata.yaml",
        etag=at_work.digest,
        readable=spec is not None,
        refusal=_refusal(spec),
        run_in_one_process=spec is not None and spec.run_in_one_process,
        variables=values.encode(dict(spec.variables)) if spec else {},
        blocks=blocks,
        edges=[Edge(source=name, target=block.uuid) for block in blocks for name in block.upstream],
        counts=_counts(at_work),
        unfinished_runs=[_unfinished(run) for run in at_work.unfinished],
        problems=found,
    )


def _refusal(spec: PipelineSpec | None) -> str:
    problem = None if spec is None else runs.kind_problem(spec)
    return "" if problem is None else f"{problem.message} {problem.advice}"


def _counts(at_work: AtWork) -> FreshnessCounts:
    stale, never = at_work.count(Freshness.STALE), at_work.count(Freshness.NEVER_RUN)
    return FreshnessCounts(
        fresh=at_work.count(Freshness.FRESH),
        stale=stale,
        never_run=never,
        reused=at_work.count(Freshness.REUSED),
        pinned=at_work.count(Freshness.PINNED),
        to_run=stale + never,
    )


def _by_entry(found: list[Finding], at_work: AtWork) -> dict[int, list[Finding]]:
    """The findings by the line at which the entry begins that they are about."""
    lines = sorted(block.spec.line for block in at_work.blocks if block.spec.line is not None)
    entries: dict[int, list[Finding]] = {}
    for finding in found:
        if finding.line is not None and "[" in finding.key and (place := bisect_right(lines, finding.line)):
            entries.setdefault(lines[place - 1], []).append(finding)
    return entries


def _block(block: BlockAtWork, position: int, entries: dict[int, list[Finding]]) -> WorkspaceBlock:
    spec = block.spec
    return WorkspaceBlock(
        uuid=spec.uuid,
        name=spec.name,
        type=spec.type.value,
        language=spec.language.value,
        role=block.role,
        position=position,
        path=spec.path,
        inline=spec.content is not None,
        etag=block.digest,
        line=spec.line,
        upstream=list(spec.upstream),
        downstream=list(block.downstream),
        dynamic=spec.dynamic,
        expanded=block.expanded,
        reduce_output=spec.reduce_output,
        conditionals=list(block.conditionals),
        callbacks=list(block.callbacks),
        executor_type=spec.executor_type,
        configuration=values.encode(dict(spec.configuration)),
        freshness=FreshnessDocument(state=block.standing.freshness, reasons=list(block.standing.reasons)),
        latest=_outcome(block.latest),
        result=_outcome(block.result),
        now=_now(block.now),
        problems=entries.get(spec.line, []) if spec.line is not None else [],
    )


def _outcome(past: Past | None) -> BlockOutcome | None:
    if past is None:
        return None
    row = past.row
    table = next((output for output in row.outputs if output.rows is not None), None)
    failure = row.failure
    return BlockOutcome(
        run=past.run,
        block_run=row.name,
        state=row.state.value,
        reason=row.reason,
        finished=row.finished,
        seconds=row.seconds,
        rows=table.rows if table else None,
        columns=table.columns if table else None,
        outputs=[
            OutputName(
                name=output.name,
                type=output.type,
                rows=output.rows,
                columns=output.columns,
                bytes=output.bytes,
                in_memory=output.in_memory,
            )
            for output in row.outputs
        ],
        tests=TestCount(passed=row.tests.passed, failed=row.tests.failed),
        error=None
        if failure is None
        else ErrorBrief(
            type=failure.type,
            message=failure.message,
            file=failure.file,
            line=failure.line,
            hint=failure.hint,
            code=failure.code,
        ),
        reused=row.reused,
        source_run=row.source_run,
        children=None if row.items is None else int(row.items.get("count", 0)),
    )


def _now(past: Past | None) -> BlockNow | None:
    if past is None:
        return None
    row = past.row
    return BlockNow(
        run=past.run,
        block_run=row.name,
        state=row.state.value,
        reason=row.reason,
        attempt=row.attempt,
        started=row.started,
        due=row.due,
    )


def _unfinished(run: Run) -> UnfinishedRun:
    return UnfinishedRun(
        id=run.id,
        state=run.state.value,
        kind=run.kind.value,
        reason=run.reason,
        created=run.created,
        started=run.started,
        blocks_asked_for=list(run.selection.blocks),
        requested_by=run.requested_by,
    )
