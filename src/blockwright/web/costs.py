"""What runs cost, in sums and block by block."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.services import costs
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import PathRun, ProjectWorkspace

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["costs"], responses=problems.responses(401, 403, 404, 422, 503)
)


class CostDocument(BaseModel):
    """Sums over the runs that ended on ``day`` (UTC; empty: since the day asked for). ``seconds`` is from start to end
    of the runs, ``block_seconds`` what their attempts took together, ``rss_peak`` the largest of one attempt, bytes."""

    day: str
    pipeline: str
    runs: int
    block_runs: int
    attempts: int
    seconds: float
    block_seconds: float
    cpu_seconds: float
    rss_peak: int
    bytes_in: int
    bytes_out: int


class BlockCostDocument(BaseModel):
    block_run: str
    block: str
    attempts: int
    seconds: float
    cpu_seconds: float
    rss_peak: int
    bytes_in: int
    bytes_out: int


@routes.get("/costs", summary="What the runs that have ended cost, by pipeline or day")
@needs(Permission.VIEW)
def list_costs(
    workspace: ProjectWorkspace,
    by: Literal["pipeline", "day"] = "pipeline",
    pipeline: Annotated[str | None, Query(max_length=1_000)] = None,
    since: date | None = None,
) -> list[CostDocument]:
    """Sums stay when runs are deleted. An engine writes them within seconds after a run's end."""
    ledger = workspace.oversight.ledger
    look = ledger.days if by == "day" else ledger.pipelines
    found = look(workspace.project.name, pipeline=pipeline, since=since.isoformat() if since else None)
    return [CostDocument(**{name: getattr(one, name) for name in CostDocument.model_fields}) for one in found[:5_000]]


@routes.get("/runs/{run}/costs", summary="What each block of a run cost")
@needs(Permission.VIEW, within=True)
def show_costs(workspace: ProjectWorkspace, run: PathRun) -> list[BlockCostDocument]:
    return [BlockCostDocument(**asdict(block)) for block in costs.of_run(workspace, run)]
