"""Full-text search over the logs of runs: newest first, a page at a time, within a bounded time and number of bytes.

The logs are read as they lie there, newest runs first, until the page is full: no index has to be kept, and what was
written a moment ago is found. Measured, a thousand runs of five attempts take less than half a second; a request
that would take longer ends with what it has and says how far it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.log_search import LEVELS, LineTest
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.runs import AttemptRecord, RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.logs import parse_line

BYTES = 64_000_000
SECONDS = 2.0
"""What one request may read, and how long it may look."""

LONGEST_RUN = timedelta(days=7)
"""A run that was asked for longer than this before ``since`` is not looked at."""

_RUNS = 200


@dataclass(frozen=True, slots=True)
class LogQuery:
    """``text`` as in ``core.log_search``; ``level`` is the lowest; ``block`` with its dynamic children and callbacks;
    ``pipelines`` empty: of any; ``since`` and ``until`` bound the time of the lines."""

    text: str = ""
    pipelines: tuple[str, ...] = ()
    block: str | None = None
    run: RunId | None = None
    level: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """Where the search goes on: in this run, before its ``attempt``-th attempt, of the attempt itself before the byte
    ``offset`` (None: from its end)."""

    run: RunId
    attempt: int
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """``lines`` are the objects of the logs with ``run``, ``pipeline``, ``block_run`` and ``attempt`` added: newest
    run first, within it the attempt that started last, within it the last line. ``place`` is where to go on, None when
    everything was searched; ``searched_to`` is when the last run looked at was asked for."""

    lines: tuple[dict[str, Any], ...]
    place: SearchPlace | None
    searched_to: datetime | None


class _Spent(Exception):
    """The time or the bytes of this request are used up."""


def search(
    workspace: Workspace,
    query: LogQuery,
    *,
    limit: int,
    place: SearchPlace | None = None,
    most_bytes: int = BYTES,
    most_seconds: float = SECONDS,
) -> Found:
    """Raises Invalid for a level that there is not, NotFound for a run that is not there."""
    if query.level and query.level not in LEVELS:
        raise Invalid(f"`{query.level}` is no level of a log.", hint=f"There is {', '.join(LEVELS)}.")
    look = _Search(workspace, query, limit, most_bytes, workspace.clock.monotonic() + most_seconds)
    try:
        for run in _runs(workspace, query, place):
            look.check()
            look.run(run, place if place is not None and place.run == run.id else None)
    except _Spent:
        return Found(tuple(look.lines), look.place, look.searched_to)
    return Found(tuple(look.lines), None, look.searched_to)


class _Search:
    """``place`` is always behind what was looked at completely."""

    def __init__(self, workspace: Workspace, query: LogQuery, limit: int, most_bytes: int, until: float) -> None:
        self.lines: list[dict[str, Any]] = []
        self.place: SearchPlace | None = None
        self.searched_to: datetime | None = None
        self._workspace = workspace
        self._query = query
        self._test = LineTest(query.text, query.level, query.since, query.until)
        self._limit = limit
        self._bytes = most_bytes
        self._until = until
        self._begun = False

    def check(self) -> None:
        """Raises _Spent when it is enough; something is looked at in any case, so that every request gets on."""
        if self._begun and (self._bytes <= 0 or self._workspace.clock.monotonic() > self._until):
            raise _Spent

    def run(self, run: Run, place: SearchPlace | None) -> None:
        since = self._query.since
        self.searched_to = run.created
        self.place = SearchPlace(run.id, 0)
        if since is not None and run.finished is not None and run.finished < since:
            return
        attempts = list(enumerate(self._workspace.runs.attempts(run.id)))
        names = self._names(run.id)
        for number, record in reversed(attempts if place is None else attempts[: place.attempt + 1]):
            offset = place.offset if place is not None and number == place.attempt else None
            if place is not None and number == place.attempt and place.offset is None:
                continue
            if names is None or record.block_run in names:
                self.place = SearchPlace(run.id, number + 1)
                self.check()
                self._attempt(run, record, number, offset)
            self.place = SearchPlace(run.id, number)

    def _names(self, run: RunId) -> frozenset[str] | None:
        block = self._query.block
        if block is None:
            return None
        rows = self._workspace.runs.block_runs(run)
        return frozenset(row.name for row in rows if block in (row.name, row.block))

    def _attempt(self, run: Run, record: AttemptRecord, number: int, before: int | None) -> None:
        self._begun = True
        path = self._workspace.artifacts.log_path(run.id, record.block_run, record.number)
        try:
            data = path.read_bytes()[:before]
        except (FileNotFoundError, NotADirectoryError):
            return
        self._bytes -= len(data)
        lowered = data.lower()
        if not self._test.may_fit(lowered):
            return
        end = len(data)
        while end > 0:
            begin = data.rfind(b"\n", 0, end - 1) + 1
            if self._test.may_fit(lowered[begin:end]):
                line = parse_line(data[begin:end])
                if line is not None and self._test.fits(line):
                    if len(self.lines) == self._limit:
                        self.place = SearchPlace(run.id, number, end)
                        raise _Spent
                    about = {"run": run.id, "pipeline": run.pipeline, "block_run": record.block_run}
                    self.lines.append({**line, **about, "attempt": record.number})
            end = begin


def _runs(workspace: Workspace, query: LogQuery, place: SearchPlace | None) -> Iterator[Run]:
    """The runs to look at, newest first, from ``place`` on."""
    project = workspace.project.name
    if query.run is not None:
        run = workspace.runs.get(query.run)
        if run.project == project:
            yield run
        return
    which = RunFilter(
        project,
        before=None if place is None else RunId(place.run + 1),
        since=None if query.since is None else query.since - LONGEST_RUN,
        until=query.until,
        pipelines=query.pipelines,
    )
    while True:
        page = workspace.runs.list(which, limit=_RUNS)
        yield from page
        if len(page) < _RUNS:
            return
        which = replace(which, before=page[-1].id)
