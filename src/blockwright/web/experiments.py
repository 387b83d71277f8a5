"""Experiments: what blocks recorded while they trained, found, filtered and side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid
from blockwright.core.experiments import comparing
from blockwright.core.experiments.filters import LONGEST
from blockwright.core.experiments.model import Experiment, TrackedRun
from blockwright.core.runs.model import RunId
from blockwright.services import experiments
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import visible_pipelines
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["experiments"], responses=problems.responses(401, 403, 404, 422, 503)
)

TrackedId = Annotated[str, Path(min_length=1, max_length=64, description="The id at the tracking server.")]
Where = Annotated[
    str,
    Query(max_length=LONGEST, description="A filter: `metrics.rmse < 0.4 and params.depth = 6 and pipeline = train`."),
]
FilePath = Annotated[str, Query(max_length=1_000, description="Within the files of the run.")]


class ExperimentDocument(BaseModel):
    """``waiting`` counts runs whose records could not be sent to the tracking server yet."""

    name: str
    runs: int
    running: int
    waiting: int
    first: datetime
    latest: datetime
    pipelines: list[str]


class TrackedRunDocument(BaseModel):
    """``id`` is that of the tracking server, ``run`` and ``block_run`` ours. ``missing``: the tracking server does not
    know it (yet, while ``waiting``). A metric that is no number is null."""

    id: str
    name: str
    experiment: str
    state: str
    waiting: bool
    missing: bool
    pipeline: str
    block: str
    run: int
    block_run: str
    attempt: int
    created: datetime
    ended: datetime | None
    params: dict[str, str]
    metrics: dict[str, float | None]
    tags: dict[str, str]


class TrackedRuns(paging.Page[TrackedRunDocument]):
    """``whole`` false: there are more runs than one question with a filter or an order looks at."""

    whole: bool = True


class ComparedRow(BaseModel):
    """``values`` stand in the order of the runs, null where a run has none."""

    name: str
    values: list[str | float | None]
    differs: bool


class ComparedRuns(BaseModel):
    """What differs comes first."""

    runs: list[TrackedRunDocument]
    params: list[ComparedRow]
    metrics: list[ComparedRow]


class MetricPoint(BaseModel):
    step: int
    time: datetime
    value: float | None


class ArtifactDocument(BaseModel):
    path: str
    folder: bool
    bytes: int | None


@routes.get("/experiments", summary="List experiments, the one with the latest run first")
@needs(Permission.VIEW, within=True)
def list_experiments(
    caller: TheCaller, workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[ExperimentDocument]:
    found = experiments.experiments(workspace, pipelines=_visible(caller, workspace.project.name))
    after = paging.number(cursor) or 0
    numbered = list(enumerate(found, start=1))[after : after + limit + 1]
    return paging.page(numbered, limit, lambda one: one[0], lambda one: _experiment(one[1]))


@routes.get("/tracked-runs", summary="List tracked runs: newest first, or by a metric or parameter")
@needs(Permission.VIEW, within=True)
def list_tracked_runs(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    experiment: Annotated[str | None, Query(max_length=1_000, description="Only those of this experiment.")] = None,
    where: Where = "",
    order: Annotated[str, Query(max_length=300, description="`metrics.NAME` or `params.NAME`.")] = "",
    descending: bool = False,
    run: Annotated[int | None, Query(ge=1, le=paging.LARGEST_NUMBER, description="Only those of this run.")] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> TrackedRuns:
    """With an order there is one page: the first of them all."""
    experiments.settle_quietly(workspace)
    found = experiments.runs(
        workspace,
        experiment,
        where=where,
        order=order,
        descending=descending,
        run=None if run is None else RunId(run),
        pipelines=_visible(caller, workspace.project.name),
        before=_place(cursor),
        limit=limit,
    )
    following = None if found.next is None else paging.encode(f"{found.next[0].isoformat()} {found.next[1]}")
    return TrackedRuns(items=[_run(one) for one in found.runs], next=following, whole=found.whole)


@routes.get("/tracked-runs/compare", summary="Compare tracked runs: parameters and metrics, what differs first")
@needs(Permission.VIEW, within=True)
def compare_tracked_runs(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tracked: Annotated[list[str], Query(min_length=2, max_length=comparing.MOST, description="Their ids.")],
) -> ComparedRuns:
    found = experiments.compare(workspace, tracked, pipelines=_visible(caller, workspace.project.name))
    return ComparedRuns(
        runs=[_run(one) for one in found.runs],
        params=[_row(row) for row in found.params],
        metrics=[_row(row) for row in found.metrics],
    )


@routes.get("/tracked-runs/{tracked}", summary="Show a tracked run")
@needs(Permission.VIEW, within=True)
def show_tracked_run(caller: TheCaller, workspace: ProjectWorkspace, tracked: TrackedId) -> TrackedRunDocument:
    return _run(experiments.tracked(workspace, tracked, pipelines=_visible(caller, workspace.project.name)))


@routes.get("/tracked-runs/{tracked}/metric", summary="The way of a metric of a tracked run, by step")
@needs(Permission.VIEW, within=True)
def show_metric(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tracked: TrackedId,
    metric: Annotated[str, Query(min_length=1, max_length=300)],
    points: Annotated[int, Query(ge=2, le=5_000, description="More are made fewer, evenly.")] = 1_000,
) -> list[MetricPoint]:
    visible = _visible(caller, workspace.project.name)
    found = experiments.history(workspace, tracked, metric, pipelines=visible, limit=points)
    return [MetricPoint(step=point.step, time=point.time, value=_number(point.value)) for point in found]


@routes.get("/tracked-runs/{tracked}/files", summary="List files that a tracked run kept")
@needs(Permission.VIEW, within=True)
def list_artifacts(
    caller: TheCaller, workspace: ProjectWorkspace, tracked: TrackedId, path: FilePath = ""
) -> list[ArtifactDocument]:
    found = experiments.artifacts(workspace, tracked, path, pipelines=_visible(caller, workspace.project.name))
    return [ArtifactDocument(path=one.path, folder=one.folder, bytes=one.bytes) for one in found]


@routes.get(
    "/tracked-runs/{tracked}/file",
    summary="A file that a tracked run kept",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
@needs(Permission.VIEW, within=True)
def download_artifact(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tracked: TrackedId,
    path: Annotated[str, Query(min_length=1, max_length=1_000)],
) -> StreamingResponse:
    """Always as a download: what a block wrote is no page of ours."""
    opened = ExitStack()
    pieces = opened.enter_context(
        experiments.artifact(workspace, tracked, path, pipelines=_visible(caller, workspace.project.name))
    )
    name = quote(path.rpartition("/")[2], safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(_closing(pieces, opened), media_type="application/octet-stream", headers=headers)


def _closing(pieces: Iterator[bytes], opened: ExitStack) -> Iterator[bytes]:
    with opened:
        yield from pieces


def _visible(caller: Caller, project: str) -> Sequence[str] | None:
    """None: all pipelines."""
    return visible_pipelines(caller.actor, project, None) or None


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    text = paging.name(cursor)
    if text is None:
        return None
    created, _, tracked = text.partition(" ")
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor")
    return moment, tracked


def _experiment(one: Experiment) -> ExperimentDocument:
    return ExperimentDocument(
        name=one.name,
        runs=one.runs,
        running=one.running,
        waiting=one.waiting,
        first=one.first,
        latest=one.latest,
        pipelines=list(one.pipelines),
    )


def _run(one: TrackedRun) -> TrackedRunDocument:
    link = one.link
    return TrackedRunDocument(
        id=link.tracked,
        name=link.name,
        experiment=link.experiment,
        state=link.state.value,
        waiting=link.waiting,
        missing=one.missing,
        pipeline=link.pipeline,
        block=link.block,
        run=link.run,
        block_run=link.block_run,
        attempt=link.attempt,
        created=link.created,
        ended=link.ended,
        params=dict(one.params),
        metrics={name: _number(value) for name, value in one.metrics.items()},
        tags={name: value for name, value in one.tags.items() if not name.startswith("mlflow.")},
    )


def _row(row: comparing.Row) -> ComparedRow:
    values = [_number(value) if isinstance(value, float) else value for value in row.values]
    return ComparedRow(name=row.name, values=values, differs=row.differs)


def _number(value: float) -> float | None:
    """JSON has no other numbers."""
    return value if math.isfinite(value) else None
