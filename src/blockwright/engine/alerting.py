"""Raises alerts for what the feed tells and for what the clock says, and sees to it that they are delivered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.runs.model import RunId
from blockwright.engine.couriers import Couriers
from blockwright.ports.alerts import AlertStore
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.feed import Cursor, FeedEntry
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services import alerts
from blockwright.services.alerts.occasions import sla_of

CURSOR = "feed"
LOOK_SECONDS = 30.0
"""How often the clock's rules are looked at: what takes too long, and who is silent."""

BUSY_SHARE = 50
"""Looking takes at most one part in so many of the time, however many pipelines there are."""

PAGE = 500
"""Entries of the feed that are read in one go."""

NOTE_SECONDS = 5.0
"""How often it is noted how far the feed has been read. Each look would cost a write; what is read once more raises
nothing twice."""

log = logging.getLogger(__name__)


@dataclass
class Alerting:
    """A ``Loop``. Entries of the feed are read at least once, by every engine; alerts have keys, so that each is raised
    once. ``deadlines`` are the SLAs of runs that have not ended, ``lag`` how old what is read last was, in seconds."""

    installation: Installation
    couriers: Couriers = field(default_factory=Couriers)
    cursor: Cursor | None = None
    deadlines: dict[tuple[str, RunId], datetime] = field(default_factory=dict)
    looked: float | None = None
    noted: tuple[Cursor, float] | None = None
    lag: float = 0.0

    name = "alerts"
    topics = frozenset({Topic.FEED, Topic.ALERTS})

    def turn(self) -> float:
        if not self._workspaces():
            return LOOK_SECONDS
        more = self._follow()
        self._pass_deadlines()
        self._look()
        busy = self._send()
        return 0.0 if more else min(LOOK_SECONDS, self._until_next(), 1.0 if busy else LOOK_SECONDS)

    # The feed --------------------------------------------------------------------------------------------------------

    def _follow(self) -> bool:
        """Read on; whether there is more."""
        feed = self.installation.feed
        if self.cursor is None:
            self.cursor = self._begin()
        try:
            entries = feed.after(self.cursor, limit=PAGE)
        except NotFound:
            log.warning("alerts.feed_gone cursor=%s", self.cursor)
            self.cursor, entries = feed.newest(), ()
        for entry in entries:
            if entry.topic == "run" and entry.run is not None:
                self._read(entry)
            elif entry.topic == "trigger" and entry.data.get("outcome") == "failed":
                self._guarded(entry.project, partial(_not_started, entry))
        if entries:
            self.cursor = entries[-1].cursor
        self._note(self.cursor)
        self.lag = (self.installation.clock.now() - entries[-1].time).total_seconds() if entries else 0.0
        return len(entries) >= PAGE

    def _note(self, cursor: Cursor) -> None:
        now = self.installation.clock.monotonic()
        known, since = self.noted or (None, now - NOTE_SECONDS)
        if cursor != known and now - since >= NOTE_SECONDS:
            self.noted = (cursor, now)
            self._memory().remember("", CURSOR, cursor)

    def _begin(self) -> Cursor:
        """Where we were when an engine last read; on the first start of all, now. Deadlines live in memory only and
        are gathered from the records."""
        for project, workspace in self._workspaces():
            for run in workspace.oversight.watch.unfinished_with_sla(project):
                self._note_deadline(workspace, run)
        known = self._memory().recall("", CURSOR)
        if known is None:
            known = self.installation.feed.newest()
            self._memory().remember("", CURSOR, known)
        return Cursor(known)

    def _read(self, entry: FeedEntry) -> None:
        for event in entry.data.get("events", ()):
            if event["kind"] in ("run.failed", "run.completed", "run.cancelled", "run.queued", "block.failed"):
                self._guarded(entry.project, partial(self._told, entry, event))

    def _told(self, entry: FeedEntry, event: dict[str, Any], workspace: Workspace) -> list[int]:
        assert entry.run is not None
        run = RunId(entry.run)
        match event["kind"]:
            case "run.queued":
                self._note_deadline(workspace, run)
                return []
            case "block.failed":
                return alerts.told_of_block(workspace, run, event["block_run"])
            case _:
                self.deadlines.pop((entry.project, run), None)
                return alerts.told_of_end(workspace, run, event["number"])

    # The clock -------------------------------------------------------------------------------------------------------

    def _note_deadline(self, workspace: Workspace, run: RunId) -> None:
        due = sla_of(workspace.runs.get(run))
        if due is not None:
            self.deadlines[workspace.project.name, run] = due

    def _pass_deadlines(self) -> None:
        now = self.installation.clock.now()
        for (project, run), due in list(self.deadlines.items()):
            if due < now:
                self.deadlines.pop((project, run))
                self._guarded(project, partial(_late, run))

    def _look(self) -> None:
        clock = self.installation.clock
        begun = clock.monotonic()
        if self.looked is not None and begun < self.looked:
            return
        for project, _ in self._workspaces():
            self._guarded(project, alerts.look_for_stuck)
            self._guarded(project, alerts.look_for_silence)
            self._guarded(project, alerts.look_for_findings)
        ended = clock.monotonic()
        self.looked = ended + max(LOOK_SECONDS, BUSY_SHARE * (ended - begun))

    # The messages ----------------------------------------------------------------------------------------------------

    def _send(self) -> bool:
        """Hand out what is due; whether anything is under way."""
        now = self.installation.clock.now()
        for project, workspace in self._workspaces():
            for delivery in workspace.oversight.alerts.due(project, now=now):
                self.couriers.hand(workspace, delivery, done=partial(self._wake, project))
        return self.couriers.busy

    def _until_next(self) -> float:
        now = self.installation.clock.now()
        due = [*self.deadlines.values()]
        for project, workspace in self._workspaces():
            following = workspace.oversight.alerts.next_due(project)
            if following is not None:
                due.append(following)
        return max(0.05, min(((when - now).total_seconds() for when in due), default=LOOK_SECONDS))

    def _wake(self, project: str) -> None:
        self.installation.bus.publish(Notice(Topic.ALERTS, project))

    # What all of them need -------------------------------------------------------------------------------------------

    def _guarded(self, project: str, look: Callable[[Workspace], list[int]]) -> None:
        """One project or run that cannot be read does not keep the others from being looked at."""
        try:
            workspace = self.installation.workspace(project)
            raised = look(workspace)
        except BlockwrightError as error:
            log.warning("alerts.not_looked project=%s code=%s %s", project, error.code, error.message)
            return
        for alert in raised:
            self.installation.feed.add(project, "alert", {"alert": alert}, now=self.installation.clock.now())
            self._wake(project)

    def _workspaces(self) -> list[tuple[str, Workspace]]:
        found = []
        for project in self.installation.projects():
            try:
                found.append((project, self.installation.workspace(project)))
            except BlockwrightError as error:
                log.warning("alerts.no_project project=%s %s", project, error.message)
        return found

    def _memory(self) -> AlertStore:
        """The records are one database for all projects; any of them opens it."""
        return self._workspaces()[0][1].oversight.alerts


def _not_started(entry: FeedEntry, workspace: Workspace) -> list[int]:
    return alerts.told_of_fire(workspace, entry.data["trigger"], entry.data["fire"], entry.data["reason"])


def _late(run: RunId, workspace: Workspace) -> list[int]:
    return alerts.told_of_sla(workspace, run)
