"""What changes, told as it happens: server-sent events of a project, and the log of a run while it grows.

The one asynchronous place of this door, with ``following`` behind it.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from blockwright.core.access import Actor, Permission
from blockwright.ports.feed import Cursor
from blockwright.web import problems
from blockwright.web.following import Live
from blockwright.web.routing import Routes, needs
from blockwright.web.site import PathRun, ProjectWorkspace, TheCaller
from blockwright.web.streams import LogStream, ProjectStream, Stream

_EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["live"], responses=problems.responses(401, 403, 404, 422, 503)
)


@routes.get(
    "/events",
    summary="Follow a project as server-sent events",
    response_class=StreamingResponse,
    responses=_EVENT_STREAM,
)
@needs(Permission.VIEW, within=True)
async def follow_project(
    request: Request,
    project: str,
    caller: TheCaller,
    after: Annotated[str | None, Query(max_length=40, description="As `Last-Event-ID`, to begin.")] = None,
    last: Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)] = None,
) -> StreamingResponse:
    """Each event is named by its topic (`run`, `trigger`, `files`, …) and its `id` is where to go on. `ready` comes
    first; `resync` says that something was missed: load everything anew."""
    live: Live = request.app.state.live
    stream = ProjectStream(project, *_who(caller.actor, request), start=_place(last or after))
    return _answer(live, stream)


@routes.get(
    "/runs/{run}/logs/follow",
    summary="Follow the log of a run as server-sent events",
    response_class=StreamingResponse,
    responses=_EVENT_STREAM,
)
@needs(Permission.VIEW, within=True)
async def follow_log(
    request: Request,
    project: str,
    caller: TheCaller,
    workspace: ProjectWorkspace,
    run: PathRun,
    block: Annotated[str | None, Query(max_length=1_000)] = None,
    last: Annotated[int | None, Query(ge=0, le=10**9, description="Of what is there, only so many bytes.")] = None,
) -> StreamingResponse:
    """`lines` events, each a list, from the beginning of the log and as it is written; `end` when the run has ended.
    With `last` it begins near the end, and `begin` says first how many bytes were `left_out`."""
    live: Live = request.app.state.live
    stream = LogStream(project, *_who(caller.actor, request), workspace=workspace, run=run, block=block, last=last)
    return _answer(live, stream)


def _place(text: str | None) -> Cursor | None:
    return Cursor(text) if text else None


def _who(actor: Actor, request: Request) -> tuple[Actor, str]:
    return actor, str(request.scope["state"].get("session", ""))


def _answer(live: Live, stream: Stream) -> StreamingResponse:
    live.add(stream)
    return StreamingResponse(live.messages(stream), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
