"""The blocks of a pipeline: what each is, its source, and new ones."""

from __future__ import annotations

from blake3 import blake3
from fastapi import Request, Response
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import NotFound
from blockwright.ports.workspace import Workspace
from blockwright.services import editing
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created
from blockwright.web.pipelines import BlockEntry, block_entries, block_of
from blockwright.web.reading import require_readable
from blockwright.web.replies import etag, unchanged
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, PathPipeline, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}",
    tags=["blocks"],
    responses=problems.responses(401, 403, 404, 409, 422, 503),
)


class NewBlock(BaseModel):
    """``upstream``: the blocks that it reads. ``template`` names one of the project's or of ours. ``after``: the block
    behind which it stands in the pipeline's list, null: at its end."""

    name: str = Field(min_length=1, max_length=200)
    type: str = Field(max_length=40)
    language: str = Field(default="python", max_length=40)
    upstream: list[str] = Field(default_factory=list, max_length=500)
    template: str | None = Field(default=None, max_length=400)
    after: str | None = Field(default=None, max_length=400)


class CreatedBlock(BaseModel):
    """``change`` is what undoes it: `POST /changes/{change}/undo`."""

    uuid: str
    files: list[str]
    change: int | None


@routes.get("/blocks", summary="List the blocks of a pipeline in the order of its file")
@needs(Permission.VIEW)
def list_blocks(
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[BlockEntry]:
    first = paging.number(cursor) or 0
    numbered = list(enumerate(block_entries(workspace.files.pipeline(pipeline)), start=1))
    return paging.page(numbered[first : first + limit + 1], limit, lambda item: item[0], lambda item: item[1])


@routes.post("/blocks", summary="Add a block with a file from a template", status_code=201)
@needs(Permission.EDIT)
def create_block(
    caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, wanted: NewBlock, key: IdempotencyKey = None
) -> CreatedBlock:
    asked = {"new_block": pipeline, **wanted.model_dump()}
    return created(caller, workspace, key, asked, lambda: _create_block(caller, workspace, pipeline, wanted))


def _create_block(caller: Caller, workspace: Workspace, pipeline: str, wanted: NewBlock) -> CreatedBlock:
    draft = workspace.files.editor.add_block(
        pipeline,
        wanted.name,
        type=wanted.type,
        language=wanted.language,
        upstream=wanted.upstream,
        template=wanted.template,
        after=wanted.after,
    )
    change = editing.apply(workspace, draft, by=caller.actor.name)
    files = [file.path for file in draft.changes]
    caller.record("block.create", workspace.project.name, f"{pipeline}/{wanted.name}")
    caller.files_changed(workspace.project.name, *files)
    return CreatedBlock(uuid=draft.name, files=files, change=change.id if change else None)


# A block's uuid may contain `/`: it stands last in every address.


@routes.get("/sources/{block:path}", summary="The source of a block and its ETag", response_class=Response)
@needs(Permission.VIEW)
def read_block_source(
    request: Request, caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, block: str
) -> Response:
    """To change it, write the file (`path` of the block) with this ETag as `If-Match`."""
    spec = workspace.files.pipeline(pipeline)
    entry = spec.by_uuid[block_of(spec, block).uuid]  # type: ignore[index]  # the id was just found there
    if entry.path is None and entry.content is None:
        raise NotFound(f"Block `{block}` has no source.", hint="It shares the source of the block it replicates.")
    require_readable(caller, workspace.project.name, entry.path or "")
    data = entry.content.encode() if entry.content is not None else workspace.files.read_file(entry.path or "")
    digest = blake3(data).hexdigest()
    headers = {"ETag": etag(digest)}
    if unchanged(request, digest):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="text/plain; charset=utf-8", headers=headers)


@routes.get("/blocks/{block:path}", summary="Show a block")
@needs(Permission.VIEW)
def show_block(workspace: ProjectWorkspace, pipeline: PathPipeline, block: str) -> BlockEntry:
    return block_of(workspace.files.pipeline(pipeline), block)
