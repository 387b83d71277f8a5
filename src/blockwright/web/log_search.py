"""Full-text search over the logs of a project."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid
from blockwright.core.runs.model import RunId
from blockwright.services.log_search import LogQuery, SearchPlace, histogram, search
from blockwright.web import paging, problems
from blockwright.web.logs import LogLine, log_line
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["logs"], responses=problems.responses(401, 403, 404, 422, 503)
)


class FoundLine(LogLine):
    run: int
    pipeline: str


class FoundPage(paging.Page[FoundLine]):
    """``searched_to`` is when the last run that was looked at was asked for: with a ``next`` there may be more before,
    even when the page is not full, since a request looks for two seconds at most."""

    searched_to: datetime | None = None


class LogBar(BaseModel):
    """Lines written in one bar, by level; levels without any are left out."""

    start: datetime
    counts: dict[str, int]


class LogSpread(BaseModel):
    """From ``start`` to ``end`` in bars of ``seconds``; bars without lines are left out."""

    start: datetime
    end: datetime
    seconds: float
    bars: list[LogBar]


class LogHistogram(BaseModel):
    """``lines`` were counted, ``spread`` is null when there are none and no time was asked for. ``counted_to``: a
    request counts for two seconds at most, and of runs asked for before that time not everything was; null: all was."""

    spread: LogSpread | None
    lines: int
    counted_to: datetime | None


def asked(
    search_for: Annotated[
        str, Query(alias="text", max_length=1_000, description='All these words, or a "phrase".')
    ] = "",
    pattern: Annotated[
        str, Query(max_length=1_000, description="A regular expression (RE2) that is found in the line besides.")
    ] = "",
    pipeline: Annotated[list[str] | None, Query(max_length=50)] = None,
    block: Annotated[str | None, Query(max_length=1_000, description="With its dynamic children.")] = None,
    run: Annotated[int | None, Query(ge=1, le=paging.LARGEST_NUMBER)] = None,
    level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"] | None, Query(description="At least.")
    ] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> LogQuery:
    """Which lines are asked for."""
    return LogQuery(
        text=search_for,
        pattern=pattern,
        pipelines=tuple(pipeline or ()),
        block=block,
        run=None if run is None else RunId(run),
        level=level or "",
        since=since,
        until=until,
    )


Asked = Annotated[LogQuery, Depends(asked)]


@routes.get("/logs", summary="Search the logs of all runs in full text, newest first")
@needs(Permission.VIEW)
def search_logs(
    workspace: ProjectWorkspace, query: Asked, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> FoundPage:
    found = search(workspace, query, limit=limit, place=_place(cursor))
    lines = [
        FoundLine(**log_line(line).model_dump(), run=line["run"], pipeline=line["pipeline"]) for line in found.lines
    ]
    return FoundPage(items=lines, next=_cursor(found.place), searched_to=found.searched_to)


@routes.get("/logs/histogram", summary="Count the lines of logs over time, by level")
@needs(Permission.VIEW)
def count_logs(workspace: ProjectWorkspace, query: Asked) -> LogHistogram:
    return LogHistogram.model_validate(histogram(workspace, query), from_attributes=True)


def _cursor(place: SearchPlace | None) -> str | None:
    if place is None:
        return None
    parts = [place.run, place.attempt, place.offset]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _place(cursor: str | None) -> SearchPlace | None:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        run, attempt, offset = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        numbers = (run, attempt, 0 if offset is None else offset)
        if all(type(number) is int and 0 <= number < 2**62 for number in numbers):
            return SearchPlace(RunId(run), attempt, offset)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor")
