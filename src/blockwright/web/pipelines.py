"""Pipelines: listed with their last run, shown whole, made, checked; and their variables."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.blocks import BlockSpec
from blockwright.core.errors import NotFound
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.problems import ProjectInvalid
from blockwright.core.runs.model import Run
from blockwright.ports.workspace import Workspace
from blockwright.services import editing
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created
from blockwright.web.problems import Finding
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, PathPipeline, ProjectWorkspace, TheCaller
from blockwright.wire import values

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines",
    tags=["pipelines"],
    responses=problems.responses(401, 403, 404, 409, 422, 503),
)


class RunBrief(BaseModel):
    id: int
    state: str
    created: datetime
    started: datetime | None
    finished: datetime | None


class PipelineSummary(BaseModel):
    """``problem``: why its files cannot be read; then the rest is not known."""

    uuid: str
    name: str
    type: str = ""
    description: str | None = None
    tags: list[str] = Field(default_factory=list)
    blocks: int = 0
    last_run: RunBrief | None = None
    problem: str = ""


class BlockEntry(BaseModel):
    """One block of the pipeline. ``path`` is its file; ``role`` says in which list of the pipeline it stands."""

    uuid: str
    name: str
    type: str
    language: str
    role: str
    path: str | None
    upstream: list[str]
    downstream: list[str]
    dynamic: bool
    reduce_output: bool
    executor_type: str | None
    timeout: float | None
    retries: int | None
    cache: str
    trigger_rule: str
    configuration: dict[str, Any]
    line: int | None


class Edge(BaseModel):
    source: str
    target: str


class PipelineDetail(BaseModel):
    """``variables`` are encoded as JSON: what JSON lacks is tagged, such as ``{"$date": "2026-01-31"}``."""

    uuid: str
    name: str
    type: str
    description: str | None
    tags: list[str]
    path: str
    executor_type: str | None
    run_in_one_process: bool
    cache_in_memory: bool
    block_run_limit: int | None
    variables: dict[str, Any]
    blocks: list[BlockEntry]
    edges: list[Edge]
    last_run: RunBrief | None


class NewPipeline(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    type: str = Field(default="python", max_length=40)


class Created(BaseModel):
    """What was made, and the files that were written for it."""

    uuid: str
    files: list[str]


class PipelineCheck(BaseModel):
    valid: bool
    problems: list[Finding]


def run_brief(run: Run | None) -> RunBrief | None:
    if run is None:
        return None
    return RunBrief(id=run.id, state=run.state.value, created=run.created, started=run.started, finished=run.finished)


@routes.get("", summary="List pipelines with their last run")
@needs(Permission.VIEW, within=True)
def list_pipelines(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    search: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
    tag: Annotated[str | None, Query(max_length=200)] = None,
    type: Annotated[str | None, Query(max_length=40)] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[PipelineSummary]:
    project, after = workspace.project.name, paging.name(cursor)
    found: list[PipelineSummary] = []
    for uuid in workspace.files.pipelines():
        if (after is not None and uuid <= after) or not caller.actor.may(Permission.VIEW, project, uuid):
            continue
        if search.lower() not in uuid.lower():
            continue
        summary = _summary(workspace, uuid)
        if (tag is None or tag in summary.tags) and (type is None or type == summary.type):
            found.append(summary)
        if len(found) > limit:
            break

    def with_run(summary: PipelineSummary) -> PipelineSummary:
        return summary.model_copy(update={"last_run": run_brief(workspace.runs.latest(project, summary.uuid))})

    return paging.page(found, limit, lambda summary: summary.uuid, with_run)


@routes.post("", summary="Make an empty pipeline", status_code=201)
@needs(Permission.EDIT)
def create_pipeline(
    caller: TheCaller, workspace: ProjectWorkspace, wanted: NewPipeline, key: IdempotencyKey = None
) -> Created:
    asked = {"new_pipeline": wanted.model_dump()}
    return created(caller, workspace, key, asked, lambda: _create_pipeline(caller, workspace, wanted))


def _create_pipeline(caller: Caller, workspace: Workspace, wanted: NewPipeline) -> Created:
    files = list(workspace.files.new_pipeline(wanted.name, type=wanted.type))
    editing.created(workspace, files, f"create pipeline `{files[0].split('/')[1]}`", by=caller.actor.name)
    uuid = files[0].split("/")[1]
    caller.record("pipeline.create", workspace.project.name, uuid)
    caller.files_changed(workspace.project.name, *files)
    return Created(uuid=uuid, files=files)


@routes.get("/{pipeline}", summary="Show a pipeline: blocks, edges, variables")
@needs(Permission.VIEW)
def show_pipeline(workspace: ProjectWorkspace, pipeline: PathPipeline) -> PipelineDetail:
    return detail(workspace, pipeline)


def detail(workspace: Workspace, pipeline: str) -> PipelineDetail:
    spec = workspace.files.pipeline(pipeline)
    entries = block_entries(spec)
    return PipelineDetail(
        uuid=spec.uuid,
        name=spec.name,
        type=spec.type.value,
        description=spec.description,
        tags=list(spec.tags),
        path=spec.path,
        executor_type=spec.executor_type,
        run_in_one_process=spec.run_in_one_process,
        cache_in_memory=spec.cache_in_memory,
        block_run_limit=spec.concurrency.block_runs,
        variables=values.encode(dict(spec.variables)),
        blocks=entries,
        edges=[Edge(source=name, target=entry.uuid) for entry in entries for name in entry.upstream],
        last_run=run_brief(workspace.runs.latest(workspace.project.name, pipeline)),
    )


@routes.post("/{pipeline}/check", summary="Check the files of a pipeline")
@needs(Permission.VIEW)
def check_pipeline(workspace: ProjectWorkspace, pipeline: PathPipeline) -> PipelineCheck:
    """The findings in the pipeline's own folder and in the files of its blocks."""
    own = f"pipelines/{pipeline}/"
    try:
        files = {entry.path for entry in workspace.files.pipeline(pipeline).by_uuid.values() if entry.path}
    except ProjectInvalid as error:
        return PipelineCheck(valid=False, problems=[problems.finding(problem) for problem in error.problems])
    found = [problem for problem in workspace.files.check() if problem.file.startswith(own) or problem.file in files]
    return PipelineCheck(
        valid=not any(problem.severity == "error" for problem in found),
        problems=[problems.finding(problem) for problem in found],
    )


def block_entries(spec: PipelineSpec) -> list[BlockEntry]:
    below: dict[str, list[str]] = {}
    for block in (*spec.blocks, *spec.callbacks, *spec.conditionals):
        for name in block.upstream:
            below.setdefault(name, []).append(block.uuid)
    lists = (
        ("block", spec.blocks),
        ("callback", spec.callbacks),
        ("conditional", spec.conditionals),
        ("widget", spec.widgets),
    )
    return [_entry(block, role, below.get(block.uuid, [])) for role, blocks in lists for block in blocks]


def block_of(spec: PipelineSpec, uuid: str) -> BlockEntry:
    """Raises NotFound."""
    for entry in block_entries(spec):
        if entry.uuid == uuid:
            return entry
    raise NotFound(
        f"Pipeline `{spec.uuid}` has no block `{uuid}`.", hint="The pipeline lists its blocks.", code="block_not_found"
    )


def _entry(block: BlockSpec, role: str, downstream: list[str]) -> BlockEntry:
    return BlockEntry(
        uuid=block.uuid,
        name=block.name,
        type=block.type.value,
        language=block.language.value,
        role=role,
        path=block.path,
        upstream=list(block.upstream),
        downstream=downstream,
        dynamic=block.dynamic,
        reduce_output=block.reduce_output,
        executor_type=block.executor_type,
        timeout=block.timeout,
        retries=block.retry.retries if block.retry else None,
        cache=block.cache.mode,
        trigger_rule=block.trigger_rule.value,
        configuration=values.encode(dict(block.configuration)),
        line=block.line,
    )


def _summary(workspace: Workspace, uuid: str) -> PipelineSummary:
    try:
        spec = workspace.files.pipeline(uuid)
    except (ProjectInvalid, NotFound) as error:
        return PipelineSummary(uuid=uuid, name=uuid, problem=error.message)
    return PipelineSummary(
        uuid=uuid,
        name=spec.name,
        type=spec.type.value,
        description=spec.description,
        tags=list(spec.tags),
        blocks=len(spec.blocks),
    )
