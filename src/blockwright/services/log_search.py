"""Full-text search over the logs of runs: newest first, a page at a time, within a bounded time and number of bytes.
And how many of the lines that fit were written when.

The logs are read as they lie there, newest runs first, until the page is full: no index has to be kept, and what was
written a moment ago is found. Measured, a thousand runs of five attempts take less than half a second; a request
that would take longer ends with what it has and says how far it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.log_search import LEVELS, LineTest, Spread, level_of, line_time, spread
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.runs import AttemptRecord, RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import patterns
from blockwright.services.logs import parse_line

BYTES = 64_000_000
SECONDS = 2.0
"""What one request may read, and how long it may look."""

LONGEST_RUN = timedelta(days=7)
"""A run that was asked for longer than this before ``since`` is not looked at."""

MOST_COUNTED = 1_000_000
"""Lines that are counted at once."""

_RUNS = 200
_LOOK_EVERY = 1_000
"""Lines of an attempt after which the time is looked at."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """``text`` as in ``core.log_search``; ``pattern`` (RE2, of that case) must be found as well; ``level`` is the
    lowest; ``block`` with its dynamic children and callbacks; ``pipelines`` empty: of any; ``since`` and ``until``
    bound the time of the lines."""

    text: str = ""
    pattern: str = ""
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


@dataclass(frozen=True, slots=True)
class Counted:
    """``spread`` is None when there is no such line. ``lines`` were counted; ``counted_to``: when the oldest run of
    which lines were counted was asked for, if there may be more of runs before it; None: everything was counted."""

    spread: Spread | None
    lines: int
    counted_to: datetime | None


class _Spent(Exception):
    """The time or the bytes of this request are used up, or its page is full."""


Line = dict[str, Any]


def search(
    workspace: Workspace,
    query: LogQuery,
    *,
    limit: int,
    place: SearchPlace | None = None,
    most_bytes: int = BYTES,
    most_seconds: float = SECONDS,
) -> Found:
    """Raises Invalid for a level that there is not and for a pattern that is none (code ``search_pattern``), NotFound
    for a run that is not there."""
    lines: list[Line] = []

    def take(line: Line) -> bool:
        if len(lines) == limit:
            return False
        lines.append(line)
        return True

    look = _Search(workspace, query, take, most_bytes, most_seconds)
    complete = look.runs(place)
    return Found(tuple(lines), None if complete else look.place, look.searched_to)


def histogram(
    workspace: Workspace, query: LogQuery, *, most_bytes: int = BYTES, most_seconds: float = SECONDS
) -> Counted:
    """How the lines that fit are spread over the time that was asked for, as far as one request can count. Raises as
    ``search``."""
    times: list[tuple[float, str]] = []

    def take(line: Line) -> bool:
        if len(times) == MOST_COUNTED:
            return False
        moment = line_time(line.get("time"))
        if moment is not None:
            times.append((moment.timestamp(), level_of(line)))
        return True

    look = _Search(workspace, query, take, most_bytes, most_seconds)
    complete = look.runs(None)
    # Of an open end the present is the end: a quiet hour is to be seen as one.
    end = query.until or (workspace.clock.now() if query.since is not None else None)
    return Counted(spread(times, query.since, end), len(times), None if complete else look.searched_to)


def _test(query: LogQuery) -> LineTest:
    if query.level and query.level not in LEVELS:
        raise Invalid(f"`{query.level}` is no level of a log.", hint=f"There is {', '.join(LEVELS)}.")
    if not query.pattern:
        return LineTest(query.text, query.level, query.since, query.until)
    pattern = patterns.compiled(query.pattern, case=True)
    return LineTest(
        query.text,
        query.level,
        query.since,
        query.until,
        lambda text: pattern.search(text.encode("utf-8", "replace")) is not None,
    )


class _Search:
    """Hands every line that fits to ``take``, which says whether it took it. ``place`` is always behind what was looked
    at completely."""

    def __init__(
        self,
        workspace: Workspace,
        query: LogQuery,
        take: Callable[[Line], bool],
        most_bytes: int,
        most_seconds: float,
    ) -> None:
        self.place: SearchPlace | None = None
        self.searched_to: datetime | None = None
        self._workspace = workspace
        self._query = query
        self._test = _test(query)
        self._take = take
        self._bytes = most_bytes
        self._until = workspace.clock.monotonic() + most_seconds
        self._begun = False

    def runs(self, place: SearchPlace | None) -> bool:
        """Look at the runs from ``place`` on; whether that were all."""
        try:
            for run in _runs(self._workspace, self._query, place):
                self.check()
                self.run(run, place if place is not None and place.run == run.id else None)
        except _Spent:
            return False
        return True

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
        end, looked = len(data), 0
        while end > 0:
            looked += 1
            if looked % _LOOK_EVERY == 0 and self._workspace.clock.monotonic() > self._until:
                self.place = SearchPlace(run.id, number, end)
                raise _Spent
            begin = data.rfind(b"\n", 0, end - 1) + 1
            if self._test.may_fit(lowered[begin:end]):
                line = parse_line(data[begin:end])
                if line is not None and self._test.fits(line):
                    about = {"run": run.id, "pipeline": run.pipeline, "block_run": record.block_run}
                    if not self._take({**line, **about, "attempt": record.number}):
                        self.place = SearchPlace(run.id, number, end)
                        raise _Spent
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
