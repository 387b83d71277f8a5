"""Writes what runs cost into the ledger when they have ended, and tells telemetry of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.bus import Topic
from blockwright.ports.feed import Cursor
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services import costs, traces

ENDS = frozenset({"run.completed", "run.failed", "run.cancelled"})
LOOK_SECONDS = 30.0
PAGE = 500
"""Entries of the feed that are read in one go."""
RECENT = timedelta(hours=1)
"""What ended longer ago is written down, but no news any more."""

log = logging.getLogger(__name__)

Told = Callable[[Workspace, RunId], None]
"""Hears of each run that has ended, from one engine alone."""


class Accounting:
    """A ``Loop``. The ledger takes each round of a run once, so the feed may be read as often as one likes; what ended
    before this engine began is found in the records."""

    name = "accounting"
    topics = frozenset({Topic.FEED})

    def __init__(self, installation: Installation, told: Told = traces.tell) -> None:
        self._installation = installation
        self._told = told
        self._cursor: Cursor | None = None
        self._behind = False

    def turn(self) -> float:
        feed = self._installation.feed
        if self._cursor is None:
            self._cursor, self._behind = feed.newest(), True
        if self._behind:
            self._behind = self._catch_up()
            return 0.0
        try:
            entries = feed.after(self._cursor, limit=PAGE)
        except NotFound:
            self._cursor = None
            return 0.0
        for entry in entries:
            ended = any(event["kind"] in ENDS for event in entry.data.get("events", ()))
            if entry.topic == "run" and entry.run is not None and ended:
                self._record(entry.project, RunId(entry.run))
            self._cursor = entry.cursor
        return 0.0 if len(entries) >= PAGE else LOOK_SECONDS

    def _catch_up(self) -> bool:
        """Write what is missing; whether there may be more."""
        more = False
        for project in self._installation.projects():
            try:
                workspace = self._installation.workspace(project)
                written = costs.catch_up(workspace)
                more = more or len(written) >= costs.MOST_AT_ONCE
                for cost in written:
                    if self._installation.clock.now() - cost.ended < RECENT:
                        self._told(workspace, cost.run)
            except BlockwrightError as error:
                log.warning("ledger.not_written project=%s %s", project, error)
        return more

    def _record(self, project: str, run: RunId) -> None:
        try:
            workspace = self._installation.workspace(project)
            if costs.record(workspace, run) is not None:
                self._told(workspace, run)
        except BlockwrightError as error:
            log.warning("ledger.not_written project=%s run=%d %s", project, run, error)
