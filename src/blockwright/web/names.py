"""Every name of a project at once: files, pipelines, blocks, to be matched where somebody types."""

from __future__ import annotations

from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.services import names
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(prefix="/api/v1/projects/{project}", tags=["files"], responses=problems.responses(401, 403, 404, 503))


class BlockName(BaseModel):
    pipeline: str
    block: str
    type: str


class NamesDocument(BaseModel):
    """``more``: there are more than are listed."""

    pipelines: list[str]
    blocks: list[BlockName]
    files: list[str]
    more: bool


@routes.get("/names", summary="The names of all files, pipelines and blocks")
@needs(Permission.VIEW, within=True)
def list_names(caller: TheCaller, workspace: ProjectWorkspace) -> NamesDocument:
    """At most 20,000 files and 10,000 blocks. Files only for those who may see the whole project."""
    found = names.names(workspace, caller.actor)
    return NamesDocument(
        pipelines=list(found.pipelines),
        blocks=[BlockName(pipeline=pipeline, block=block, type=type) for pipeline, block, type in found.blocks],
        files=list(found.files),
        more=found.more,
    )
