"""Keeps the records of triggers as the files have them, and fires what is due."""

from __future__ import annotations

import logging
from datetime import timedelta

from blockwright.core.errors import BlockwrightError, Unavailable
from blockwright.core.triggers.due import GRACE
from blockwright.core.triggers.model import Trigger
from blockwright.ports.bus import Topic
from blockwright.ports.installation import Installation
from blockwright.ports.runs import Settling
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import firing, syncing
from blockwright.services.triggers.requests import wake_engines

log = logging.getLogger(__name__)

FILES_SECONDS = 3.0
"""How often the files are looked at; only those that changed are read."""
FILES_SHARE = 20
"""Looking takes at most one part in so many of the time, however many files there are."""
READING_SECONDS = 1.0
"""For how long files are read before what is due is fired."""
MOST_LEFT_OUT = 20_000
"""Pipelines that a query can leave out; no database takes any number."""
SHORTEST = 0.005
AFTER_A_DEFECT = timedelta(minutes=1)
"""After how long a trigger is tried again that made us fail in a way nobody thought of."""


class Scheduler:
    """A ``Loop``. Any number of engines may schedule the same projects: each due time is fired by one of them."""

    name = "scheduler"
    topics = frozenset({Topic.TRIGGERS})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._known: set[str] = set()
        self._files_at: dict[str, float] = {}
        self._unread: dict[str, list[str]] = {}
        self._ahead = self._ahead_of_monotonic()

    def turn(self) -> float:
        wait = FILES_SECONDS
        ahead = self._ahead_of_monotonic()
        went_back, self._ahead = ahead < self._ahead - GRACE.total_seconds(), ahead
        for project in self._installation.projects():
            try:
                wait = min(wait, self._turn(self._installation.workspace(project), went_back=went_back))
            except BlockwrightError as error:
                log.warning("scheduler.project_failed project=%s code=%s %s", project, error.code, error)
        return max(SHORTEST, wait)

    def _ahead_of_monotonic(self) -> float:
        """It changes only when somebody sets the clock."""
        clock = self._installation.clock
        return clock.now().timestamp() - clock.monotonic()

    def _turn(self, workspace: Workspace, *, went_back: bool) -> float:
        project = workspace.project.name
        if project not in self._known:
            workspace.triggering.records.unpark(project)
        if went_back or project not in self._known:  # it may have been set while nobody looked
            for trigger in firing.follow_clock_back(workspace):
                log.warning("trigger.clock_set_back project=%s trigger=%d was=%s", project, trigger.id, trigger.settled)
        self._known.add(project)
        self._read_files(workspace)
        unread = self._unread[project]
        fired = self._fire(workspace, unread)
        if unread or fired:
            return 0.0
        clock = self._installation.clock
        wait = self._files_at[project] - clock.monotonic()
        following = workspace.triggering.records.next_due(project)
        return wait if following is None else min(wait, (following - clock.now()).total_seconds())

    def _read_files(self, workspace: Workspace) -> None:
        """Read files that changed, for a while. The triggers of those that are left do not fire before."""
        clock, project = self._installation.clock, workspace.project.name
        begun = clock.monotonic()
        if begun < self._files_at.get(project, begun) and not self._unread[project]:
            return
        changed = list(syncing.changed_files(workspace))
        self._files_at[project] = begun + max(FILES_SECONDS, FILES_SHARE * (clock.monotonic() - begun))
        self._unread[project] = changed
        until = begun + READING_SECONDS
        while changed and clock.monotonic() < until:
            pipeline = changed.pop()
            try:
                triggers = syncing.sync_file(workspace, pipeline)
            except Exception as error:
                if not isinstance(error, BlockwrightError):
                    log.warning("triggers.not_read pipeline=%s %s", pipeline, error, exc_info=error)
                    continue
                raise
            if triggers:
                log.info("triggers.read project=%s pipeline=%s changed=%d", project, pipeline, len(triggers))

    def _fire(self, workspace: Workspace, without: list[str]) -> bool:
        """Look at what is due; whether a run was started, after which there may be more."""
        started = 0
        for trigger in firing.due_now(workspace, without=without[:MOST_LEFT_OUT]):
            started += self._look_at(workspace, trigger)
        if started:
            wake_engines(self._installation.bus, workspace.project.name)
        return started > 0

    def _look_at(self, workspace: Workspace, trigger: Trigger) -> int:
        """One trigger that cannot be looked at never stops the others."""
        try:
            runs = firing.look_at(workspace, trigger)
        except Exception as error:
            known = error if not isinstance(error, BlockwrightError) else None
            log.warning("trigger.failed trigger=%d %s", trigger.id, error, exc_info=known)
            if not isinstance(error, Unavailable) and trigger.settled is not None:
                now = self._installation.clock.now()
                later = Settling(trigger.settled, trigger.settled, now + AFTER_A_DEFECT)
                workspace.triggering.records.settle(trigger.id, later, now=now)
            return 0
        for run in runs:
            log.info("trigger.fired project=%s trigger=%d run=%d due=%s", run.project, trigger.id, run.id, run.due)
        return len(runs)
