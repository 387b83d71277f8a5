"""Dashboards: which there are, what their charts show, and changes to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.dashboards import Dashboard, PageVariable, Place, Tile, VariableKind
from blockwright.core.errors import Forbidden, Invalid, NotFound
from blockwright.ports.editing import Draft
from blockwright.ports.workspace import Workspace
from blockwright.services import dashboards, editing
from blockwright.web import paging, problems
from blockwright.web.chart_documents import DrawingDocument, drawing_document
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, ProjectTables, ProjectWorkspace, TheCaller
from blockwright.wire import values

routes = Routes(
    prefix="/api/v1/projects/{project}/dashboards",
    tags=["dashboards"],
    responses=problems.responses(401, 403, 404, 409, 412, 422, 503),
)

DashboardId = Annotated[str, Path(max_length=200)]
Short = Annotated[str, Field(max_length=400)]


class DashboardSummary(BaseModel):
    """``pipeline`` is the one that it belongs to; empty: the project's own. ``charts`` counts them."""

    id: str
    name: str
    description: str
    pipeline: str
    path: str
    charts: int
    problems: list[str]


class TileDocument(BaseModel):
    """A chart: of ``block``'s newest result, drawn as ``configuration`` says, or ``chart``, one of the pipeline's own.
    ``problem`` says why it cannot be shown."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    pipeline: Short = ""
    block: Short = ""
    chart: Short = ""
    configuration: Annotated[dict[str, Any], Field(max_length=100)] = {}
    problem: Short = ""


class PlaceDocument(BaseModel):
    """On a grid of twelve columns."""

    tile: Short
    x: Annotated[int, Field(ge=0, le=11)]
    y: Annotated[int, Field(ge=0, le=10_000)]
    width: Annotated[int, Field(ge=1, le=12)]
    height: Annotated[int, Field(ge=1, le=40)]


class VariableDocument(BaseModel):
    """``type``: `choice` (of ``values``, empty: those of the data), `text` (a part of it), `number` and `date` (from
    and to). ``default`` holds where nothing is chosen."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    column: Annotated[str, Field(min_length=1, max_length=400)]
    type: Literal["choice", "text", "number", "date"] = "choice"
    values: Annotated[list[Short], Field(max_length=1_000)] = []
    default: Annotated[list[Short], Field(max_length=1_000)] = []


class DashboardDocument(DashboardSummary):
    """``etag`` names the version of its file; ``choices`` are the values among which one chooses, by variable.
    ``may_edit``: you may change it."""

    etag: str
    variables: list[VariableDocument]
    tiles: list[TileDocument]
    layout: list[PlaceDocument]
    choices: dict[str, list[str]]
    may_edit: bool


class NewDashboard(BaseModel):
    """``pipeline`` empty: the project's own."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    pipeline: Annotated[str, Field(max_length=200)] = ""


class ChangedDashboard(BaseModel):
    """The whole of it. ``etag`` is that of what was read: 409 when somebody has changed it since."""

    etag: str = Field(max_length=100)
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    pipeline: Annotated[str, Field(max_length=200)] = ""
    variables: Annotated[list[VariableDocument], Field(max_length=20)] = []
    tiles: Annotated[list[TileDocument], Field(max_length=100)] = []
    layout: Annotated[list[PlaceDocument], Field(max_length=100)] = []


class DashboardChange(BaseModel):
    """``change`` is what undoes it: `POST /changes/{change}/undo`; null when nothing was to be changed."""

    id: str
    change: int | None


@routes.get("", summary="List dashboards")
@needs(Permission.VIEW, within=True)
def list_dashboards(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: Annotated[str | None, Query(max_length=200, description="Only those of this pipeline.")] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[DashboardSummary]:
    """Those of the project, and of pipelines that you may see."""
    found = {
        one.id: one
        for one in workspace.files.dashboards.all()
        if _may(caller, workspace, Permission.VIEW, one.pipeline) and pipeline in (None, one.pipeline)
    }
    return paging.page_of_names(sorted(found), limit, cursor, lambda id: DashboardSummary(**_summary(found[id])))


@routes.post("", summary="Make a dashboard", status_code=201)
@needs(Permission.EDIT, within=True)
def create_dashboard(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewDashboard) -> DashboardChange:
    _require_pipeline(workspace, wanted.pipeline)
    _require_edit(caller, workspace, wanted.pipeline)
    draft = workspace.files.dashboards.new(wanted.name, pipeline=wanted.pipeline, description=wanted.description)
    return _done(caller, workspace, draft, "dashboard.create")


@routes.get("/{dashboard}", summary="Show a dashboard")
@needs(Permission.VIEW, within=True)
def show_dashboard(
    caller: TheCaller, workspace: ProjectWorkspace, tables: ProjectTables, dashboard: DashboardId
) -> DashboardDocument:
    found = _seen(caller, workspace, dashboard)
    visible = [name for name in workspace.files.pipelines() if _may(caller, workspace, Permission.VIEW, name)]
    return DashboardDocument(
        **_summary(found),
        etag=found.digest,
        variables=[
            VariableDocument(
                name=one.name,
                column=one.column,
                type=one.kind.value,
                values=list(one.values),
                default=list(one.default),
            )
            for one in found.variables
        ],
        tiles=[_tile(one) for one in found.tiles],
        layout=[
            PlaceDocument(tile=one.tile, x=one.x, y=one.y, width=one.width, height=one.height) for one in found.layout
        ],
        choices=dashboards.choices(workspace, tables, found, visible),
        may_edit=_may(caller, workspace, Permission.EDIT, found.pipeline),
    )


@routes.put("/{dashboard}", summary="Change a dashboard")
@needs(Permission.EDIT, within=True)
def change_dashboard(
    caller: TheCaller, workspace: ProjectWorkspace, dashboard: DashboardId, wanted: ChangedDashboard
) -> DashboardChange:
    """Comments, order and unknown keys of its file stay."""
    before = _seen(caller, workspace, dashboard)
    _require_edit(caller, workspace, before.pipeline)
    if wanted.pipeline != before.pipeline:
        _require_pipeline(workspace, wanted.pipeline)
        _require_edit(caller, workspace, wanted.pipeline)
    after = Dashboard(
        id=before.id,
        path=before.path,
        name=wanted.name,
        description=wanted.description,
        pipeline=wanted.pipeline,
        variables=tuple(
            PageVariable(one.name, one.column, VariableKind(one.type), tuple(one.values), tuple(one.default))
            for one in wanted.variables
        ),
        tiles=tuple(
            Tile(one.name, one.title, one.pipeline, one.block, one.chart, values.decode(one.configuration), one.problem)
            for one in wanted.tiles
        ),
        layout=tuple(Place(one.tile, one.x, one.y, one.width, one.height) for one in wanted.layout),
        digest=wanted.etag,
    )
    return _done(caller, workspace, workspace.files.dashboards.set(after), "dashboard.change")


@routes.delete("/{dashboard}", summary="Delete a dashboard")
@needs(Permission.EDIT, within=True)
def delete_dashboard(caller: TheCaller, workspace: ProjectWorkspace, dashboard: DashboardId) -> DashboardChange:
    before = _seen(caller, workspace, dashboard)
    _require_edit(caller, workspace, before.pipeline)
    return _done(caller, workspace, workspace.files.dashboards.remove(before.id), "dashboard.delete")


@routes.get("/{dashboard}/charts/{chart:path}", summary="What a chart of a dashboard shows now")
@needs(Permission.VIEW, within=True)
def show_dashboard_chart(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    dashboard: DashboardId,
    chart: str,
    variable: Annotated[
        list[str] | None,
        Query(max_length=200, description="`name=value`; a variable without any is as its file has it, `name=`: open."),
    ] = None,
) -> DrawingDocument:
    """Of the rows that the variables let through. A variable may be given several values."""
    found = _seen(caller, workspace, dashboard)
    tile = dashboards.tile_of(found, chart)
    if tile.pipeline and not _may(caller, workspace, Permission.VIEW, tile.pipeline):
        raise Forbidden(f"You may not see the data of chart `{chart}`.", hint="Ask an admin of the project.")
    return drawing_document(dashboards.show(workspace, tables, found, chart, dashboards.chosen_of(variable or ())))


def _seen(caller: Caller, workspace: Workspace, id: str) -> Dashboard:
    """The dashboard; one of a pipeline that the caller may not see does not exist."""
    found = workspace.files.dashboards.get(id)
    if not _may(caller, workspace, Permission.VIEW, found.pipeline):
        raise NotFound(f"There is no dashboard `{id}`.", code="dashboard_not_found")
    return found


def _may(caller: Caller, workspace: Workspace, permission: Permission, pipeline: str) -> bool:
    """One that is of no pipeline is seen by whoever sees anything of the project: its charts are judged each."""
    project = workspace.project.name
    if permission is Permission.VIEW and not pipeline:
        return caller.actor.may_within(permission, project)
    return caller.actor.may(permission, project, pipeline)


def _require_edit(caller: Caller, workspace: Workspace, pipeline: str) -> None:
    if not _may(caller, workspace, Permission.EDIT, pipeline):
        what = f"pipeline `{pipeline}`" if pipeline else "the whole project"
        raise Forbidden(f"This takes the right to edit {what}.", hint="Ask an admin of the project.")


def _require_pipeline(workspace: Workspace, pipeline: str) -> None:
    if pipeline and pipeline not in workspace.files.pipelines():
        raise Invalid(f"There is no pipeline `{pipeline}`.", hint="Leave it out for a dashboard of the project.")


def _done(caller: Caller, workspace: Workspace, draft: Draft, action: str) -> DashboardChange:
    change = editing.apply(workspace, draft, by=caller.actor.name)
    project = workspace.project.name
    if change is not None:
        caller.record(action, project, draft.name, change=change.id)
        caller.files_changed(project, *(file.path for file in change.files))
    return DashboardChange(id=draft.name, change=None if change is None else change.id)


def _summary(found: Dashboard) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "pipeline": found.pipeline,
        "path": found.path,
        "charts": len(found.tiles),
        "problems": list(found.problems),
    }


def _tile(tile: Tile) -> TileDocument:
    return TileDocument(
        name=tile.name,
        title=tile.title,
        pipeline=tile.pipeline,
        block=tile.block,
        chart=tile.chart,
        configuration=values.encode(dict(tile.configuration)),
        problem=tile.problem[:400],
    )
