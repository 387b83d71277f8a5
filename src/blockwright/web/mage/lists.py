"""What old callers look up: pipelines, schedules, runs, and whether the server is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Query

from blockwright.core.access import Permission
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.problems import ProjectInvalid
from blockwright.core.runs.model import Run, RunId
from blockwright.core.triggers.model import Trigger, TriggerId
from blockwright.ports.runs import RunFilter
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.web import paging
from blockwright.web.mage.errors import OldRoute
from blockwright.web.mage.words import (
    block_run_document,
    pipeline_document,
    run_document,
    schedule_document,
    states_of,
)
from blockwright.web.metrics import ALIVE_SECONDS
from blockwright.web.routing import Routes, declared_open, signed_in
from blockwright.web.runs import visible_pipelines
from blockwright.web.site import Caller, Site, TheCaller, TheSite, require_run

routes = Routes(prefix="/api", tags=["mage"], route_class=OldRoute)

MOST_BLOCK_RUNS = 2_000

Limit = Annotated[int, Query(alias="_limit", ge=0, le=500)]
Offset = Annotated[int, Query(alias="_offset", ge=0, le=10_000)]
Document = dict[str, Any]


@routes.get("/status", summary="Whether the server is there (as Mage's)", operation_id="mage_status")
@routes.get("/statuses", summary="Whether the server is there (as Mage's)", operation_id="mage_statuses")
@declared_open
def mage_status(site: TheSite) -> Document:
    """Without what strangers need not know: paths and processes."""
    status = {
        "is_instance_manager": False,
        "instance_type": "server_and_scheduler",
        "scheduler_status": "running" if _engine_lives(site) else "stopped",
        "require_user_authentication": site.sign_in,
        "require_user_permissions": site.sign_in,
        "project_type": "standalone",
    }
    return {"statuses": [status], "metadata": {}}


@routes.get("/pipelines", summary="Pipelines (as Mage's)")
@signed_in
def mage_pipelines(caller: TheCaller, search: str = "", limit: Limit = 40, offset: Offset = 0) -> Document:
    found = [
        (workspace, uuid)
        for workspace in workspaces(caller)
        for uuid in workspace.files.pipelines()
        if search.lower() in uuid.lower() and caller.actor.may(Permission.VIEW, workspace.project.name, uuid)
    ]
    shown = [_pipeline(workspace, uuid) for workspace, uuid in found[offset : offset + limit]]
    metadata = {"count": len(found), "results": len(shown), "next": len(found) > offset + limit}
    return {"pipelines": shown, "metadata": metadata}


@routes.get("/pipelines/{uuid}", summary="One pipeline (as Mage's)")
@signed_in
def mage_pipeline(caller: TheCaller, uuid: str) -> Document:
    workspace = require_pipeline(caller, uuid)
    return {"pipeline": pipeline_document(workspace.files.pipeline(uuid)), "metadata": None}


@routes.get("/pipelines/{uuid}/pipeline_schedules", summary="The schedules of a pipeline (as Mage's)")
@signed_in
def mage_pipeline_schedules(caller: TheCaller, uuid: str, limit: Limit = 40, offset: Offset = 0) -> Document:
    return _schedules(caller, [require_pipeline(caller, uuid)], uuid, limit, offset)


@routes.get("/pipeline_schedules", summary="Schedules (as Mage's)")
@signed_in
def mage_schedules(caller: TheCaller, limit: Limit = 40, offset: Offset = 0) -> Document:
    return _schedules(caller, list(workspaces(caller)), None, limit, offset)


@routes.get("/pipeline_runs", summary="Runs, newest first (as Mage's)")
@signed_in
def mage_runs(
    caller: TheCaller,
    pipeline_uuid: Annotated[str | None, Query(max_length=200)] = None,
    status: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 40,
    offset: Offset = 0,
) -> Document:
    """``metadata.count`` counts what was looked at, not all runs there are."""
    states = states_of(status.split(",")) if status else ()
    found: list[Run] = []
    for workspace in workspaces(caller):
        project = workspace.project.name
        pipelines = visible_pipelines(caller.actor, project, pipeline_uuid)
        which = RunFilter(project, pipeline_uuid, states, pipelines=pipelines)
        if not status or states:
            found += workspace.runs.list(which, limit=offset + limit + 1)
    found.sort(key=lambda run: -run.id)
    now = caller.site.installation.clock.now()
    shown = found[offset : offset + limit]
    metadata = {"count": len(found), "next": len(found) > offset + limit}
    return {"pipeline_runs": [run_document(run, now) for run in shown], "metadata": metadata}


@routes.get("/pipeline_runs/{number}", summary="One run with its block runs (as Mage's)")
@signed_in
def mage_run(caller: TheCaller, number: Annotated[int, paging.AnyNumber]) -> Document:
    workspace, run = _require_run(caller, number)
    rows = workspace.runs.block_run_page(run.id, limit=MOST_BLOCK_RUNS)
    block_runs = [block_run_document(run, row) for _, row in rows]
    document = run_document(run, caller.site.installation.clock.now())
    return {"pipeline_run": {**document, "block_runs": block_runs}, "metadata": None}


def require_pipeline(caller: Caller, uuid: str) -> Workspace:
    """The first project that has the pipeline and where the caller may see it; raises NotFound."""
    for workspace in workspaces(caller):
        may = caller.actor.may(Permission.VIEW, workspace.project.name, uuid)
        if may and uuid in workspace.files.pipelines():
            return workspace
    raise NotFound(f"There is no pipeline `{uuid}`.", hint="`GET /api/pipelines` lists them.")


def require_schedule(caller: Caller, number: int, permission: Permission) -> tuple[Workspace, Trigger]:
    """A trigger with whose pipeline the caller may do what ``permission`` says; raises NotFound."""
    for workspace in workspaces(caller):
        try:
            trigger = workspace.triggering.records.get(TriggerId(number))
        except NotFound:
            break  # the numbers of all projects are one row: what is missing and what is hidden answer alike
        there = trigger.project == workspace.project.name and trigger.gone is None
        if there and caller.actor.may(permission, trigger.project, trigger.pipeline):
            return workspace, trigger
    raise NotFound(
        f"There is no schedule {number}.", hint="`GET /api/pipeline_schedules` lists them.", code="trigger_not_found"
    )


def workspaces(caller: Caller) -> Iterator[Workspace]:
    """Those of the projects that the caller may see."""
    installation = caller.site.installation
    for name in sorted(caller.actor.visible(installation.projects())):
        yield installation.workspace(name)


def _engine_lives(site: Site) -> bool:
    """Whether any engine has told its figures of late; one database has them for all projects."""
    installation = site.installation
    for name in installation.projects():
        try:
            figures = installation.workspace(name).oversight.figures
            return any(what == "started" for _, what, _ in figures.all(within_seconds=ALIVE_SECONDS))
        except BlockwrightError:
            continue  # a project that cannot be read; another one tells as well
    return False


def _pipeline(workspace: Workspace, uuid: str) -> Document:
    try:
        return pipeline_document(workspace.files.pipeline(uuid))
    except (ProjectInvalid, NotFound) as error:
        return {"uuid": uuid, "name": uuid, "error": error.message}


def _schedules(caller: Caller, workspaces: list[Workspace], pipeline: str | None, limit: int, offset: int) -> Document:
    found: list[tuple[Workspace, Trigger]] = []
    for workspace in workspaces:
        which = TriggerFilter(workspace.project.name, pipeline)
        listed = workspace.triggering.records.list(which, limit=offset + limit + 1)
        found += [
            (workspace, trigger)
            for trigger in listed
            if caller.actor.may(Permission.VIEW, trigger.project, trigger.pipeline)
        ]
    shown = [
        schedule_document(trigger, _token(caller, workspace, trigger), workspace.project.root)
        for workspace, trigger in found[offset : offset + limit]
    ]
    return {"pipeline_schedules": shown, "metadata": {"count": len(found), "next": len(found) > offset + limit}}


def _token(caller: Caller, workspace: Workspace, trigger: Trigger) -> str | None:
    """Who may run the pipeline anyway may know with which token others do."""
    if not caller.actor.may(Permission.RUN, trigger.project, trigger.pipeline):
        return None
    return workspace.triggering.records.token(trigger.id) or None


def _require_run(caller: Caller, number: int) -> tuple[Workspace, Run]:
    for workspace in workspaces(caller):
        try:
            return workspace, require_run(caller, workspace, RunId(number), Permission.VIEW)
        except BlockwrightError as error:
            if not isinstance(error, NotFound):
                raise
    raise NotFound(f"There is no run {number}.", hint="`GET /api/pipeline_runs` lists them.", code="run_not_found")
