"""What blocks gave: previews, pages of rows, column statistics, files."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid
from blockwright.core.runs.model import Run
from blockwright.ports.tables import ChartWish, ColumnProfile
from blockwright.ports.workspace import Workspace
from blockwright.services import outputs
from blockwright.services.outputs import FoundOutput
from blockwright.web import problems
from blockwright.web.chart_documents import ChartDocument, marks_document
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import BlockRunPath
from blockwright.web.site import MEBIBYTE, PathRun, ProjectTables, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}/runs/{run}",
    tags=["outputs"],
    responses=problems.responses(401, 403, 404, 422, 503),
)

OutputName = Annotated[str | None, Query(max_length=400, description="Which of the block's outputs; else the first.")]

# Never a type that a browser runs: what a block gave is somebody's data, not a page of ours.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "txt": "text/plain; charset=utf-8",
}
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures that can hold no script."""


class ColumnDocument(BaseModel):
    name: str
    type: str
    nulls: int | None = None


class OutputDocument(BaseModel):
    """``preview`` is what was kept to be shown: its ``kind`` says how (`table`, `json`, `value`, `text`, `bytes`,
    `array`, `model`, `image`, `plotly`, `html`, `object`). ``profile``: statistics over the first rows."""

    block_run: str
    names: list[str]
    name: str
    type: str
    codec: str
    rows: int | None
    columns: int | None
    bytes: int
    digest: str
    columns_described: list[ColumnDocument]
    preview: Any = None
    profile: Any = None


class TablePage(BaseModel):
    """``total`` counts all rows of the table, ``matching`` those that the condition lets through."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    offset: int
    total: int
    matching: int


class ColumnStatistics(BaseModel):
    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    min: Any = None
    max: Any = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: list[Any] = Field(default_factory=list)
    top: list[list[Any]] = Field(default_factory=list)
    histogram: list[list[float]] = Field(default_factory=list)


@routes.get("/outputs/{block:path}", summary="Show an output of a block run with its preview")
@needs(Permission.VIEW, within=True)
def show_output(
    workspace: ProjectWorkspace, run: PathRun, block: BlockRunPath, name: OutputName = None
) -> OutputDocument:
    found = _found(workspace, run, block, name)
    output = found.output
    return OutputDocument(
        block_run=found.row.name,
        names=[record.name for record in found.row.outputs],
        name=output.name,
        type=output.type,
        codec=output.codec,
        rows=output.rows,
        columns=output.columns,
        bytes=output.bytes,
        digest=output.digest,
        columns_described=[
            ColumnDocument(name=column.name, type=column.type, nulls=column.nulls) for column in output.schema
        ],
        preview=output.preview,
        profile=output.profile,
    )


@routes.get("/pages/{block:path}", summary="Rows of a table: a page, sorted and filtered")
@needs(Permission.VIEW, within=True)
def page_output(
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    run: PathRun,
    block: BlockRunPath,
    name: OutputName = None,
    offset: Annotated[int, Query(ge=0, le=10**12)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    sort: Annotated[list[str] | None, Query(max_length=20, description="Columns; `-` in front: descending.")] = None,
    where: Annotated[str | None, Query(max_length=10_000, description="A condition in SQL over the columns.")] = None,
) -> TablePage:
    found = _found(workspace, run, block, name)
    page = tables.page(found.output, offset=offset, limit=limit, sort=sort or (), where=where)
    return TablePage(
        columns=list(page.columns),
        types=list(page.types),
        rows=[list(row) for row in page.rows],
        offset=offset,
        total=page.total,
        matching=page.matching,
    )


@routes.get("/profiles/{block:path}", summary="Statistics of each column of a table")
@needs(Permission.VIEW, within=True)
def profile_output(
    workspace: ProjectWorkspace, tables: ProjectTables, run: PathRun, block: BlockRunPath, name: OutputName = None
) -> list[ColumnStatistics]:
    found = _found(workspace, run, block, name)
    return [_statistics(column) for column in outputs.profile(tables, found.output)]


@routes.get("/charts/{block:path}", summary="A table folded into what a chart draws")
@needs(Permission.VIEW, within=True)
def chart_output(
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    run: PathRun,
    block: BlockRunPath,
    x: Annotated[str, Query(max_length=1_000, description="A column.")],
    kind: Literal["bar", "line", "scatter", "histogram"] = "bar",
    y: Annotated[str | None, Query(max_length=1_000, description="A column of numbers; else rows are counted.")] = None,
    colour: Annotated[str | None, Query(max_length=1_000, description="A column: each value is a series.")] = None,
    aggregate: Literal["count", "sum", "mean", "median", "min", "max"] = "count",
    name: OutputName = None,
) -> ChartDocument:
    """Rows without x or y are left out. At most 40 bars, 200 steps of a line, 3,000 points, 8 colours."""
    found = _found(workspace, run, block, name)
    marks = tables.chart(found.output, ChartWish(kind, x, y, colour, aggregate))
    return marks_document(marks)


@routes.get(
    "/downloads/{block:path}",
    summary="An output as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
@needs(Permission.VIEW, within=True)
def download_output(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    run: PathRun,
    block: BlockRunPath,
    name: OutputName = None,
    format: Annotated[str, Query(pattern="^(csv|json|jsonl|parquet|txt)$")] = "csv",
) -> StreamingResponse:
    """A table as csv, parquet, json (one list) or jsonl; a JSON value as json, a text as txt."""
    found = _found(workspace, run, block, name)
    file = _exported(caller.site.installation.data, workspace, tables, found, format)
    size = os.fstat(file).st_size
    told = f"{run.pipeline}-{run.id}-{found.row.name}-{found.output.name}.{format}"
    headers = {"Content-Disposition": disposition(told), "Content-Length": str(size)}
    return StreamingResponse(_pieces(file), media_type=TYPES[format], headers=headers)


@routes.get(
    "/pictures/{block:path}",
    summary="An output that is a figure, as a picture",
    response_class=Response,
    responses={200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}},
)
@needs(Permission.VIEW, within=True)
def show_picture(workspace: ProjectWorkspace, run: PathRun, block: BlockRunPath, name: OutputName = None) -> Response:
    output = _found(workspace, run, block, name).output
    preview = output.preview if isinstance(output.preview, dict) else {}
    if preview.get("kind") != "image" or preview.get("mime") not in PICTURES:
        raise Invalid(f"Output `{output.name}` of block `{block}` is no picture.", code="no_picture")
    return Response(base64.b64decode(str(preview["data"])), media_type=preview["mime"])


def disposition(name: str) -> str:
    """Save it, do not show it: with a plain name for every browser, and the true one for those that can read it."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[-150:]
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"


def _found(workspace: Workspace, run: Run, block: str, name: str | None) -> FoundOutput:
    return outputs.find(workspace, run, block, name)


def _exported(data: Path, workspace: Workspace, tables: ProjectTables, found: FoundOutput, format: str) -> int:
    """A descriptor of a file without a name, so that nothing is left behind whatever becomes of the download."""
    folder = data / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="download-") as place:
        target = Path(place, f"output.{format}")
        outputs.export(workspace, tables, found.output, target)
        return os.open(target, os.O_RDONLY | os.O_CLOEXEC)


def _pieces(file: int) -> Iterator[bytes]:
    try:
        while piece := os.read(file, MEBIBYTE):
            yield piece
    finally:
        os.close(file)


def _statistics(column: ColumnProfile) -> ColumnStatistics:
    return ColumnStatistics(
        name=column.name,
        type=column.type,
        rows=column.rows,
        nulls=column.nulls,
        distinct=column.distinct,
        min=column.minimum,
        max=column.maximum,
        mean=column.mean,
        deviation=column.deviation,
        quantiles=list(column.quantiles),
        top=[[value, count] for value, count in column.top],
        histogram=[list(step) for step in column.histogram],
    )
