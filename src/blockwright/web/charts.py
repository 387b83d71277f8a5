"""Charts beside the blocks of a pipeline: what they draw, and changes to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.services import charts
from blockwright.web import problems
from blockwright.web.chart_documents import ChartEntry, DrawingDocument, drawing_document, entry_document
from blockwright.web.editing import TheEdit
from blockwright.web.editing_documents import Edited
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import queued
from blockwright.web.site import PathPipeline, ProjectTables, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}",
    tags=["charts"],
    responses=problems.responses(401, 403, 404, 409, 412, 422, 503),
)

Settings = Annotated[dict[str, Any], Field(default_factory=dict, max_length=100)]


class NewChart(BaseModel):
    """``configuration`` has the format's keys: `chart_type`, `group_by`, `metrics` … ``code`` null: a file that says
    nothing yet, or for `custom` one that draws something."""

    name: str = Field(min_length=1, max_length=200)
    upstream: list[str] = Field(default_factory=list, max_length=20)
    configuration: Settings
    code: str | None = Field(default=None, max_length=200_000)


class ChangedChart(BaseModel):
    """``configuration`` is set key by key; null takes a key out. ``name`` and ``upstream`` null: as they are."""

    name: str | None = Field(default=None, max_length=200)
    upstream: list[str] | None = Field(default=None, max_length=20)
    configuration: Settings


class ChartPreview(BaseModel):
    block: str = Field(min_length=1, max_length=400)
    configuration: Settings


class Drawn(BaseModel):
    """``run`` draws the chart; null: what it shows is what it would draw."""

    run: int | None


@routes.get("/charts", summary="List the charts beside a pipeline's blocks")
@needs(Permission.VIEW)
def list_charts(workspace: ProjectWorkspace, pipeline: PathPipeline) -> list[ChartEntry]:
    return [entry_document(one) for one in charts.stored(workspace, pipeline)]


@routes.post("/charts", summary="Add a chart", status_code=201)
@needs(Permission.EDIT)
def create_chart(edit: TheEdit, pipeline: PathPipeline, wanted: NewChart) -> Edited:
    draft = edit.editor.add_chart(
        pipeline,
        wanted.name,
        configuration=wanted.configuration,
        upstream=wanted.upstream,
        code=wanted.code,
    )
    return edit.done(draft, pipeline)


@routes.post("/chart-previews", summary="What settings would draw of a block's newest result")
@needs(Permission.VIEW)
def preview_chart(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    pipeline: PathPipeline,
    wanted: ChartPreview,
) -> DrawingDocument:
    """Nothing is run and nothing is kept."""
    caller.only_asks()
    return drawing_document(charts.preview(workspace, tables, pipeline, wanted.block, wanted.configuration))


# A chart's uuid may contain `/`: it stands last in every address.


@routes.get("/charts/{chart:path}", summary="What a chart draws now")
@needs(Permission.VIEW)
def show_chart(
    workspace: ProjectWorkspace, tables: ProjectTables, pipeline: PathPipeline, chart: str
) -> DrawingDocument:
    """Nothing is run for it: a chart that is drawn by code shows what that gave last, and whether it is due."""
    return drawing_document(charts.show(workspace, tables, pipeline, chart))


@routes.put("/charts/{chart:path}", summary="Change a chart")
@needs(Permission.EDIT)
def change_chart(edit: TheEdit, pipeline: PathPipeline, chart: str, wanted: ChangedChart) -> Edited:
    draft = edit.editor.set_chart(
        pipeline, chart, name=wanted.name, configuration=wanted.configuration, upstream=wanted.upstream
    )
    return edit.done(draft, pipeline)


@routes.delete("/charts/{chart:path}", summary="Remove a chart")
@needs(Permission.EDIT)
def remove_chart(
    edit: TheEdit,
    pipeline: PathPipeline,
    chart: str,
    delete_file: Annotated[bool, Query(description="Its file as well, if no other pipeline uses it.")] = True,
) -> Edited:
    charts.find(edit.workspace, pipeline, chart)
    return edit.done(edit.editor.remove_block(pipeline, chart, delete_file=delete_file), pipeline)


@routes.post("/chart-drawings/{chart:path}", summary="Run the code of a chart", status_code=202)
@needs(Permission.RUN)
def draw_chart(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    chart: str,
    anew: Annotated[bool, Query(description="Also when nothing has changed.")] = False,
) -> Drawn:
    """A run of kind `chart`, which is listed apart. Of several callers at once one starts it."""
    going = charts.drawing_now(workspace, pipeline, chart)
    run = going or charts.draw(workspace, pipeline, chart, env=caller.site.env, by=caller.actor.name, anew=anew)
    if going is None and run is not None:
        caller.record("chart.draw", workspace.project.name, f"{pipeline}/{chart}", run=int(run.id))
        queued(caller, run)
    return Drawn(run=None if run is None else int(run.id))
