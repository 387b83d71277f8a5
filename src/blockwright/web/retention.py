"""What is kept: the policy, what is used, what would go, and letting it go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.ports.bus import Topic
from blockwright.services import retention
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["retention"], responses=problems.responses(401, 403, 404, 422, 503)
)


class Chosen(BaseModel):
    """A value of the policy. ``source`` is the key of the project's file that says so, or `default`."""

    value: Any
    source: str


class PolicyDocument(BaseModel):
    """``interactive``, ``scheduled``: how long runs are kept. ``results``: of interactive runs of a pipeline, how many.
    ``disk_share``: which part of the volume may be in use. ``predictions``: for how long what served models were asked
    and answered is kept."""

    interactive: Chosen
    results: Chosen
    scheduled: Chosen
    disk_share: Chosen
    predictions: Chosen


class PipelineUsageDocument(BaseModel):
    """``bytes`` of the different values that the catalogue knows of the pipeline; ``kept`` counts versions that are
    pinned, aliased or restored."""

    pipeline: str
    runs: int
    versions: int
    kept: int
    bytes: int
    oldest: datetime | None


class RetentionDocument(BaseModel):
    """``values`` and ``runs``: bytes of the whole data folder in stored values and in logs and documents. ``free`` and
    ``total`` are of the volume, 0 where there is no bound."""

    policy: PolicyDocument
    values: int
    runs: int
    free: int
    total: int
    pipelines: list[PipelineUsageDocument]


class GoingRun(BaseModel):
    run: int
    pipeline: str
    reason: str


class CollectionDocument(BaseModel):
    """What goes, or would go (``dry_run``). ``run_count`` counts all runs, ``runs`` names the first thousand;
    ``blobs`` are stored values that nothing names then."""

    dry_run: bool
    run_count: int
    runs: list[GoingRun]
    run_bytes: int
    blobs: int
    blob_bytes: int
    versions: int = Field(description="Versions that the catalogue forgets; 0 in a preview.")


@routes.get("/retention", summary="The retention policy, and what is used by which pipeline")
@needs(Permission.VIEW)
def show_retention(workspace: ProjectWorkspace) -> RetentionDocument:
    """It measures every stored value, so it is not for every second."""
    policy = retention.policy_report(retention.policy(workspace))
    used = retention.usage(workspace)
    return RetentionDocument(
        policy=PolicyDocument(**{name: Chosen(value=one["value"], source=one["from"]) for name, one in policy.items()}),
        values=used.values,
        runs=used.runs,
        free=used.free,
        total=used.total,
        pipelines=[PipelineUsageDocument.model_validate(one, from_attributes=True) for one in used.pipelines],
    )


@routes.get("/retention/preview", summary="What the policy would delete now, and why")
@needs(Permission.ADMIN)
def preview_retention(workspace: ProjectWorkspace) -> CollectionDocument:
    """Nothing is deleted. It looks at every run and every stored value, so it is not for every minute."""
    found = retention.collect(workspace, retention.policy(workspace), dry_run=True)
    return CollectionDocument.model_validate(retention.report(found))


@routes.post("/retention/collect", summary="Delete now what the policy no longer keeps")
@needs(Permission.ADMIN)
def collect_retention(caller: TheCaller, workspace: ProjectWorkspace) -> CollectionDocument:
    """As the server does by itself every hour."""
    found = retention.collect(workspace, retention.policy(workspace), dry_run=False)
    project, size = workspace.project.name, found.run_bytes + found.blob_bytes
    caller.record("retention.collect", project, runs=len(found.runs), blobs=found.blobs, bytes=size)
    if found.runs:
        installation = caller.site.installation
        told = {"deleted_runs": len(found.runs), "bytes": size}
        installation.feed.add(project, "catalog", told, now=installation.clock.now())
        caller.tell(Topic.FEED, project)
    return CollectionDocument.model_validate(retention.report(found))
