"""Monitors of models: what is looked at, what was found over time, and what was really the case."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from blockwright.core.access import Permission
from blockwright.core.errors import NotFound
from blockwright.core.monitors.definitions import FindingKind
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.workspace import Workspace
from blockwright.services.monitors import listing, reports, telling
from blockwright.services.monitors.evaluating import evaluate
from blockwright.web import paging, problems
from blockwright.web.monitor_documents import (
    MonitorDocument,
    MonitorFinding,
    MonitorResult,
    MonitorResultBrief,
    MonitorShown,
    Told,
    TruthsDocument,
)
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["monitors"], responses=problems.responses(401, 403, 404, 422, 503)
)

MonitorName = Annotated[str, Path(max_length=100)]
ResultId = Annotated[int, paging.AnyNumber]


@routes.get("/monitors", summary="List monitors with their newest result and what they find now")
@needs(Permission.VIEW)
def list_monitors(workspace: ProjectWorkspace) -> list[MonitorDocument]:
    return [MonitorDocument.model_validate(one) for one in listing.all_of(workspace)]


@routes.get("/monitors/{monitor}", summary="Show a monitor with all figures of its newest result")
@needs(Permission.VIEW)
def show_monitor(workspace: ProjectWorkspace, monitor: MonitorName) -> MonitorShown:
    found = workspace.files.monitors.get(monitor)
    return MonitorShown.model_validate(listing.one_of(workspace, found))


@routes.get("/monitors/{monitor}/results", summary="List the results of a monitor, newest first")
@needs(Permission.VIEW)
def list_monitor_results(
    workspace: ProjectWorkspace, monitor: MonitorName, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[MonitorResultBrief]:
    """Also of a monitor that is no longer there."""
    found = workspace.learning.monitors.results(
        workspace.project.name, monitor, before=paging.number(cursor), limit=limit + 1
    )
    return paging.page(
        found, limit, lambda one: one.id, lambda one: MonitorResultBrief.model_validate(reports.brief(one))
    )


@routes.get("/monitors/{monitor}/results/{result}", summary="Show one result with all its figures")
@needs(Permission.VIEW)
def show_monitor_result(workspace: ProjectWorkspace, monitor: MonitorName, result: ResultId) -> MonitorResult:
    found = workspace.learning.monitors.results(workspace.project.name, monitor, before=result + 1, limit=1)
    if not found or found[0].id != result:
        raise NotFound(
            f"Monitor `{monitor}` has no result {result}.",
            hint="Old ones are forgotten; list those that there are.",
            code="monitor_result_not_found",
        )
    return MonitorResult.model_validate(reports.whole(found[0]))


@routes.post("/monitors/{monitor}/run", summary="Evaluate a monitor now")
@needs(Permission.RUN)
def run_monitor(caller: TheCaller, workspace: ProjectWorkspace, monitor: MonitorName) -> MonitorResult:
    """The log is read in a process of its own; the answer comes when it is done."""
    done = evaluate(workspace, workspace.files.monitors.get(monitor), by=caller.actor.name)
    caller.record("monitor.run", workspace.project.name, monitor, state=done.result.state.value)
    _wake(caller, workspace)
    return MonitorResult.model_validate(reports.whole(done.result))


@routes.get("/findings", summary="List what monitors found, newest first")
@needs(Permission.VIEW)
def list_findings(
    workspace: ProjectWorkspace,
    monitor: Annotated[str, Query(max_length=100)] = "",
    kind: FindingKind | None = None,
    holding: Annotated[bool, Query(description="Only those that still hold.")] = False,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[MonitorFinding]:
    found = workspace.learning.monitors.findings(
        *(workspace.project.name, monitor),
        kind=kind,
        open_only=holding,
        before=paging.number(cursor),
        limit=limit + 1,
    )
    return paging.page(
        found, limit, lambda one: one.id, lambda one: MonitorFinding.model_validate(reports.finding(one))
    )


@routes.post("/models/{model}/truth", summary="Tell what was really the case")
@needs(Permission.RUN)
def tell_truth(
    caller: TheCaller, workspace: ProjectWorkspace, model: Annotated[str, Path(max_length=100)], body: TruthsDocument
) -> Told:
    """By `request_id` (and `row`) of the answer, or by the `key` that the request came with. All of it is kept, or
    nothing. Of several truths about the same prediction the last one holds."""
    rows = [one.model_dump() for one in body.truths]
    count = telling.tell(workspace, model, rows)
    caller.record("model.truth", workspace.project.name, model, rows=count)
    return Told(kept=count)


def _wake(caller: TheCaller, workspace: Workspace) -> None:
    """Triggers on what was found need not wait for their time."""
    caller.site.installation.bus.publish(Notice(Topic.TRIGGERS, workspace.project.name))
