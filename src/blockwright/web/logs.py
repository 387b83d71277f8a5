"""What a run's blocks printed, logged and showed, page by page; ``web.live`` follows it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid
from blockwright.core.runs.model import BlockRunName
from blockwright.services import logs
from blockwright.services.logs import LogPlace
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import BlockRunPath
from blockwright.web.site import PathRun, ProjectWorkspace

routes = Routes(
    prefix="/api/v1/projects/{project}/runs/{run}", tags=["logs"], responses=problems.responses(401, 403, 404, 422, 503)
)


class LogLine(BaseModel):
    """``stream`` is `stdout`, `stderr` or `runner`; lines of the block's logger have ``tags`` instead."""

    time: str = ""
    level: str = "info"
    message: str = ""
    block_run: str
    attempt: int
    stream: str = ""
    tags: dict[str, Any] = Field(default_factory=dict)


class Frame(BaseModel):
    """``preview`` is as that of an output."""

    time: str = ""
    kind: str = ""
    preview: Any = None


def log_line(line: dict[str, Any]) -> LogLine:
    """A line as it was stored; what block code put in its place is shown as text."""
    tags = line.get("tags")
    return LogLine(
        time=str(line.get("time", "")),
        level=str(line.get("level", "info")),
        message=str(line.get("message", "")),
        block_run=str(line["block_run"]),
        attempt=int(line["attempt"]),
        stream=str(line.get("stream", "")),
        tags=tags if isinstance(tags, dict) else {},
    )


@routes.get("/logs", summary="The log of a run, attempt by attempt")
@needs(Permission.VIEW, within=True)
def list_log(
    workspace: ProjectWorkspace,
    run: PathRun,
    block: Annotated[str | None, Query(max_length=1_000, description="A block, or one block run.")] = None,
    level: Annotated[list[str] | None, Query(max_length=10, description="Only lines of these levels.")] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[LogLine]:
    """A page may have fewer lines than asked for and still not be the last."""
    lines, place = logs.page(workspace, run.id, block, level or (), _place(cursor), limit)
    return paging.Page(items=[log_line(line) for line in lines], next=_cursor(place))


@routes.get("/frames/{name:path}", summary="What an attempt showed besides text: figures, displayed values")
@needs(Permission.VIEW, within=True)
def list_frames(
    workspace: ProjectWorkspace,
    run: PathRun,
    name: BlockRunPath,
    attempt: Annotated[int | None, Query(ge=1, le=10**6, description="Which attempt; else the last.")] = None,
) -> list[Frame]:
    row = workspace.runs.block_run(run.id, BlockRunName(name))
    found = logs.frames(workspace, run.id, row.name, attempt or max(1, row.attempt))
    return [
        Frame(time=str(frame.get("time", "")), kind=str(frame.get("kind", "")), preview=frame.get("preview"))
        for frame in found
    ]


def _cursor(place: LogPlace | None) -> str | None:
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([place.attempt, place.offset]).encode()).decode().rstrip("=")


def _place(cursor: str | None) -> LogPlace:
    if cursor is None:
        return LogPlace()
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        attempt, offset = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if all(type(number) is int and 0 <= number < 2**62 for number in (attempt, offset)):
            return LogPlace(attempt, offset)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor")
