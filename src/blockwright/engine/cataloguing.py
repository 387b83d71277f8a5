"""Writes into the catalogue what blocks gave, some of it while their run goes on, and lets those who look know."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from blockwright.core.catalog.model import AssetKey
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.feed import Cursor, FeedEntry
from blockwright.ports.installation import Installation
from blockwright.services.catalog import recording

ENDS = frozenset({"run.completed", "run.failed", "run.cancelled"})
LOOK_SECONDS = 30.0
PAUSE_SECONDS = 0.5
"""What happens in this time is written together, so that many small blocks cost few transactions."""
AGAIN_SECONDS = 30.0
"""After how long it is tried again to write what could not be written."""
MOST_TOLD = 100
"""Assets named in one entry of the feed; whoever looks at more loads the list anew."""

log = logging.getLogger(__name__)


class Cataloguing:
    """A ``Loop``. Each result is written once, so the feed may be read as often as one likes; what was made while
    nobody followed is found in the records."""

    name = "cataloguing"
    topics = frozenset({Topic.FEED})

    def __init__(self, installation: Installation, pause: float = PAUSE_SECONDS) -> None:
        self._installation = installation
        self._pause = pause
        self._cursor: Cursor | None = None
        self._missing: float | None = None
        """When to look for what is missing in the records."""
        self._written = installation.clock.monotonic() - pause

    def turn(self) -> float:
        feed, now = self._installation.feed, self._installation.clock.monotonic()
        if self._cursor is None:
            self._cursor, self._missing = feed.newest(), now
        if self._missing is not None and now >= self._missing:
            more, failed = self._catch_up()
            self._missing = now + (AGAIN_SECONDS if failed else 0.0) if more or failed else None
            return 0.0
        if now - self._written < self._pause:
            return self._pause - (now - self._written)
        try:
            entries = feed.after(self._cursor)
        except NotFound:
            self._cursor = None
            return 0.0
        if not entries:
            return LOOK_SECONDS if self._missing is None else min(LOOK_SECONDS, self._missing - now)
        self._write(entries)
        self._cursor = entries[-1].cursor
        self._written = self._installation.clock.monotonic()
        return self._pause

    def _write(self, entries: Iterable[FeedEntry]) -> None:
        completed: dict[tuple[str, int], set[str]] = {}
        ended: set[tuple[str, int]] = set()
        for entry in entries:
            if entry.topic != "run" or entry.run is None:
                continue
            which = (entry.project, entry.run)
            for event in entry.data.get("events", ()):
                if event["kind"] in ENDS:
                    ended.add(which)
                elif event["kind"] == "block.completed" and not event["data"].get("reused"):
                    completed.setdefault(which, set()).add(event["block_run"])
        got: dict[str, list[AssetKey]] = {}
        for which in dict.fromkeys((*completed, *ended)):
            project, run = which
            written = self._record(project, RunId(run), None if which in ended else completed[which])
            got.setdefault(project, []).extend(written)
        for project, assets in got.items():
            self._tell(project, assets)

    def _record(self, project: str, run: RunId, block_runs: set[str] | None) -> Sequence[AssetKey]:
        try:
            return recording.record(self._installation.workspace(project), run, block_runs)
        except BlockwrightError as error:
            log.warning("catalog.not_written project=%s run=%d %s", project, run, error)
            self._missing = self._installation.clock.monotonic() + AGAIN_SECONDS
            return ()

    def _catch_up(self) -> tuple[bool, bool]:
        """Write what is missing; whether there may be more, and whether some of it could not be written."""
        more = failed = False
        for project in self._installation.projects():
            try:
                got, full = recording.catch_up(self._installation.workspace(project))
            except BlockwrightError as error:
                log.warning("catalog.not_written project=%s %s", project, error)
                failed = True
                continue
            self._tell(project, got)
            more = more or full
        return more, failed

    def _tell(self, project: str, got: Sequence[AssetKey]) -> None:
        """One entry for each pipeline, since not everybody sees all of them."""
        by_pipeline: dict[str, list[str]] = {}
        for asset in dict.fromkeys(got):
            by_pipeline.setdefault(asset.pipeline, []).append(str(asset))
        now = self._installation.clock.now()
        for pipeline, names in by_pipeline.items():
            told = {"pipeline": pipeline, "outputs": names[:MOST_TOLD], "count": len(names)}
            self._installation.feed.add(project, "catalog", told, now=now)
        if by_pipeline:
            self._installation.bus.publish(Notice(Topic.FEED, project))
