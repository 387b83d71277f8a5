"""What a block may read, with columns: for completion in editors."""

from __future__ import annotations

from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.services import frames
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import PathPipeline, ProjectWorkspace
from blockwright.wire.outputs import Column

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}",
    tags=["blocks"],
    responses=problems.responses(401, 403, 404, 422, 503),
)


class FrameColumn(BaseModel):
    name: str
    type: str


class FrameDocument(BaseModel):
    """``name`` is what SQL calls it: `df_1` for the first upstream block. ``output`` null: it never ran, and no column
    is known."""

    name: str
    block: str
    output: str | None
    type: str
    rows: int | None
    columns: list[FrameColumn]
    run: int | None


class WrittenTableDocument(BaseModel):
    name: str
    pipeline: str
    block: str
    columns: list[FrameColumn]


class ReadableDocument(BaseModel):
    """``tables``: what SQL blocks with the same profile say that they write. No database was asked."""

    frames: list[FrameDocument]
    tables: list[WrittenTableDocument]


@routes.get("/frames/{block:path}", summary="List what a block may read: frames and tables with their columns")
@needs(Permission.VIEW)
def list_readable(workspace: ProjectWorkspace, pipeline: PathPipeline, block: str) -> ReadableDocument:
    found = frames.readable(workspace, pipeline, block)
    return ReadableDocument(
        frames=[
            FrameDocument(
                name=frame.name,
                block=frame.block,
                output=frame.output,
                type=frame.type,
                rows=frame.rows,
                columns=_columns(frame.columns),
                run=frame.run,
            )
            for frame in found.frames
        ],
        tables=[
            WrittenTableDocument(
                name=table.name, pipeline=table.pipeline, block=table.block, columns=_columns(table.columns)
            )
            for table in found.tables
        ],
    )


def _columns(columns: tuple[Column, ...]) -> list[FrameColumn]:
    return [FrameColumn(name=column.name, type=column.type) for column in columns]
