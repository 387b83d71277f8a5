"""What declared checks found, over the runs of a pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.services import checks
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.run_documents import CheckDocument
from blockwright.web.site import PathPipeline, ProjectWorkspace

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}/checks",
    tags=["checks"],
    responses=problems.responses(401, 403, 404, 422, 503),
)


class CheckedBlock(BaseModel):
    """What the checks of one block run found. ``source_run``: the run whose result stands in, if not its own."""

    run: int
    block: str
    block_run: str
    state: Literal["passed", "warned", "failed"]
    finished: datetime
    source_run: int | None
    checks: list[CheckDocument]


@routes.get("", summary="List what the checks of a pipeline's blocks found, newest run first")
@needs(Permission.VIEW)
def list_check_results(
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    block: Annotated[str | None, Query(max_length=1_000)] = None,
    runs: Annotated[int, Query(ge=1, le=100, description="How many runs at most.")] = 20,
    cursor: paging.Cursor = None,
) -> paging.Page[CheckedBlock]:
    """``next`` leads to the runs before."""
    found = checks.history(workspace, pipeline, block, before=paging.number(cursor), limit=runs)
    items = [CheckedBlock.model_validate(one.document()) for one in found]
    more = len({one.run for one in items}) == runs
    return paging.Page[CheckedBlock](items=items, next=paging.encode(items[-1].run) if more else None)
