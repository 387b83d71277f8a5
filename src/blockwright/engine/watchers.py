"""Watches the sources of events: each by one engine at a time, and every event counted once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.runs.model import RunId
from blockwright.core.triggers.model import EventSource, SourceType, Trigger, TriggerId, TriggerType
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.feed import Cursor, FeedEntry
from blockwright.ports.installation import Installation
from blockwright.ports.sources import Happening, Watcher
from blockwright.ports.workspace import Workspace
from blockwright.services.monitors import triggering
from blockwright.services.triggers.events import event_key, event_triggers, fire_for_event
from blockwright.services.triggers.requests import wake_engines

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
LOOK_SECONDS = 2.0
TRIGGERS_SECONDS = 5.0
"""How often the triggers themselves are looked at, if nobody says that they changed."""
COMPLETIONS = "feed of runs"
"""The source of all ends of runs: one for each project."""
NOTE_SECONDS = LEASE.total_seconds() / 3
"""How often it is noted how far the feed has been read. Each look would cost a write; whoever reads a part once more
fires nothing twice."""
_ENDS = {"run.completed": "completed", "run.failed": "failed", "run.cancelled": "cancelled"}
_AT_A_TIME = 500
_ELSEWHERE = frozenset({SourceType.WEBHOOK, SourceType.PIPELINE, SourceType.MONITOR})
"""Sources of which nothing is kept open: they come in by themselves, or stand in the records."""


@dataclass
class _Watched:
    """A source that this engine watches. ``known`` are the events that need not be looked at again, ``left`` those
    that could not be dealt with yet, ``looks_at`` (monotonic) when to look next, unless the ``bell`` rings before."""

    watcher: Watcher
    bell: Event
    known: set[str] = field(default_factory=set)
    left: list[Happening] = field(default_factory=list)
    looks_at: float = 0.0

    def due(self, now: float) -> bool:
        return self.looks_at <= now or bool(self.left) or self.bell.is_set()


@dataclass
class _Following:
    """The ends of a project's runs, as long as they are ours to follow. ``noted`` (monotonic): when the place was
    written down and the lease renewed."""

    cursor: Cursor
    noted: float


Key = tuple[str, int, EventSource]


class Watchers:
    """A ``Loop``."""

    name = "watchers"
    topics = frozenset({Topic.TRIGGERS, Topic.FEED})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._open: dict[Key, _Watched] = {}
        self._following: dict[str, _Following] = {}
        self._triggers: dict[str, Sequence[Trigger]] = {}
        self._read_at = float("-inf")

    def turn(self) -> float:
        now = self._installation.clock.monotonic()
        if now - self._read_at >= TRIGGERS_SECONDS:
            self._read_at = now
            self._read_triggers()
        for project, triggers in self._triggers.items():
            try:
                workspace = self._installation.workspace(project)
                self._follow_runs(workspace, triggers)
                self._follow_findings(workspace, triggers)
                for trigger in triggers:
                    self._look_at(workspace, trigger)
            except BlockwrightError as error:
                log.warning("watchers.project_failed project=%s code=%s %s", project, error.code, error)
        waits = [one.looks_at - self._installation.clock.monotonic() for one in self._open.values()]
        return max(0.05, min([*waits, LOOK_SECONDS if waits else TRIGGERS_SECONDS]))

    def close(self) -> None:
        """Stop watching."""
        for one in self._open.values():
            one.watcher.close()
        self._open.clear()
        for project, following in self._following.items():
            with suppress(BlockwrightError):  # then the next one reads a little again
                self._note(self._installation.workspace(project), following.cursor)
        self._following.clear()

    def _read_triggers(self) -> None:
        self._triggers = {}
        for project in self._installation.projects():
            self._triggers[project] = event_triggers(self._installation.workspace(project))
        wanted = {
            (project, trigger.id, source)
            for project, triggers in self._triggers.items()
            for trigger in triggers
            for source in trigger.spec.sources
        }
        for key in [key for key in self._open if key not in wanted]:
            self._open.pop(key).watcher.close()

    # Folders, object stores, channels ---------------------------------------------------------------------------------

    def _look_at(self, workspace: Workspace, trigger: Trigger) -> None:
        for index, source in enumerate(trigger.spec.sources):
            if source.type in _ELSEWHERE or trigger.problem:
                continue
            key = (trigger.project, int(trigger.id), source)
            opened = self._open.get(key)
            if opened is not None and not opened.due(self._installation.clock.monotonic()):
                continue
            if self._lease(workspace, f"{trigger.id}:{index}") is None:
                if opened is not None:
                    self._open.pop(key).watcher.close()
                continue
            try:
                self._look_into(workspace, trigger, source, key)
            except Exception as error:
                known = None if isinstance(error, BlockwrightError) else error
                log.warning("source.failed trigger=%d type=%s %s", trigger.id, source.type, error, exc_info=known)

    def _look_into(self, workspace: Workspace, trigger: Trigger, source: EventSource, key: Key) -> None:
        if key not in self._open:
            bell = Event()
            self._open[key] = _Watched(workspace.triggering.sources.watch(source, lambda: self._wake(bell)), bell)
        opened = self._open[key]
        opened.bell.clear()  # what happens from here on rings again
        opened.looks_at = self._installation.clock.monotonic() + min(opened.watcher.pause, LEASE.total_seconds() / 3)
        since = trigger.enabled or trigger.first_seen
        fresh = [one for one in opened.watcher.look(since) if one.id not in opened.known]
        opened.left += [one for one in self._unfired(workspace, trigger, fresh, opened) if one not in opened.left]
        while opened.left:
            happening = opened.left[0]
            self._offer(workspace, trigger, happening.body, happening.id)  # what cannot be dealt with now stays first
            opened.known.add(happening.id)
            opened.left.pop(0)

    def _unfired(
        self, workspace: Workspace, trigger: Trigger, fresh: Sequence[Happening], opened: _Watched
    ) -> list[Happening]:
        """Those that the trigger has not fired for, whoever watched before us."""
        found = []
        for start in range(0, len(fresh), _AT_A_TIME):
            part = fresh[start : start + _AT_A_TIME]
            fired = workspace.triggering.records.fired_keys(trigger.id, {event_key(one.id) for one in part})
            found += [one for one in part if event_key(one.id) not in fired]
            opened.known.update(one.id for one in part if event_key(one.id) in fired)
        return found

    # Ends of runs -----------------------------------------------------------------------------------------------------

    def _follow_runs(self, workspace: Workspace, triggers: Sequence[Trigger]) -> None:
        """Read the feed on from where any engine has read it to: at least once, while each run ends once."""
        feed, following = self._installation.feed, self._follows(workspace)
        if following is None:
            return
        full = True
        while full:
            try:
                entries = feed.after(following.cursor, projects=None, limit=_AT_A_TIME)
            except NotFound:
                log.warning("watchers.feed_gone project=%s", workspace.project.name)
                following.cursor = feed.newest()
                self._note(workspace, following.cursor)
                return
            for entry in entries:
                self._ended(workspace, triggers, entry)
                following.cursor = entry.cursor
            full = len(entries) >= _AT_A_TIME

    def _follows(self, workspace: Workspace) -> _Following | None:
        """Where to read on, if the ends of the project's runs are ours to follow."""
        project, now = workspace.project.name, self._installation.clock.monotonic()
        following = self._following.get(project)
        if following is not None and now - following.noted < NOTE_SECONDS:
            return following
        state = self._lease(workspace, COMPLETIONS)
        if state is None:
            self._following.pop(project, None)
            return None
        if following is None:
            known = "cursor" in state
            cursor = Cursor(str(state["cursor"])) if known else self._installation.feed.newest()
            following = self._following[project] = _Following(cursor, now)
            if known:
                return following
        following.noted = now
        self._note(workspace, following.cursor)
        return following

    def _note(self, workspace: Workspace, cursor: Cursor) -> None:
        workspace.triggering.records.seen(workspace.project.name, COMPLETIONS, {"cursor": cursor})

    def _ended(self, workspace: Workspace, triggers: Sequence[Trigger], entry: FeedEntry) -> None:
        if entry.topic != "run" or entry.run is None:
            return
        for event in entry.data.get("events", ()):
            state = _ENDS.get(event["kind"])
            if state is None:
                continue
            if entry.project == workspace.project.name:
                self._rearm(workspace, RunId(entry.run))
            body = {
                "source": "pipeline",
                "project": entry.project,
                "pipeline": entry.data.get("pipeline", ""),
                "run": entry.run,
                "state": state,
            }
            for trigger in triggers:
                if any(_waits_for(source, body, trigger.project) for source in trigger.spec.sources):
                    self._offer(workspace, trigger, body, f"run:{entry.run}:{event['number']}")

    def _rearm(self, workspace: Workspace, run: RunId) -> None:
        """A trigger that is always on is due as soon as its run has ended."""
        try:
            trigger = workspace.runs.get(run).trigger
            if trigger is None:
                return
            found = workspace.triggering.records.get(TriggerId(trigger))
        except NotFound:
            return
        if found.spec.type is TriggerType.TIME and found.spec.schedule == "@always_on":
            workspace.triggering.records.look_at(found.id, self._installation.clock.now())
            self._installation.bus.publish(Notice(Topic.TRIGGERS, workspace.project.name))

    # Findings of monitors ---------------------------------------------------------------------------------------------

    def _follow_findings(self, workspace: Workspace, triggers: Sequence[Trigger]) -> None:
        """What holds now is offered to whoever waits for it, each finding to each trigger once."""
        if not any(source.type is SourceType.MONITOR for trigger in triggers for source in trigger.spec.sources):
            return
        for finding in workspace.learning.monitors.findings(workspace.project.name, open_only=True, limit=_AT_A_TIME):
            body, event_id = triggering.event(finding), triggering.event_id(finding)
            for trigger in triggers:
                if not any(triggering.waits_for(source, finding) for source in trigger.spec.sources):
                    continue
                if not workspace.triggering.records.fired_keys(trigger.id, {event_key(event_id)}):
                    self._offer(workspace, trigger, body, event_id)

    # What all need ---------------------------------------------------------------------------------------------------

    def _offer(self, workspace: Workspace, trigger: Trigger, body: Mapping[str, Any], event_id: str) -> None:
        current = workspace.triggering.records.get(trigger.id)  # it may have been changed a moment ago
        run = fire_for_event(workspace, current, body, event_id)
        if run is not None:
            log.info("trigger.fired project=%s trigger=%d run=%d event=%s", run.project, trigger.id, run.id, event_id)
            wake_engines(self._installation.bus, run.project)

    def _lease(self, workspace: Workspace, source: str) -> Mapping[str, Any] | None:
        """What is known of the source, if it is ours to watch."""
        now = self._installation.clock.now()
        owner = workspace.owners.hold()
        state = workspace.triggering.records.watch(workspace.project.name, source, owner, until=now + LEASE, now=now)
        return None if state is None else state.state

    def _wake(self, bell: Event) -> None:
        bell.set()
        self._installation.bus.publish(Notice(Topic.TRIGGERS))


def _waits_for(source: EventSource, body: Mapping[str, Any], project: str) -> bool:
    return (
        source.type is SourceType.PIPELINE
        and source.pipeline == body["pipeline"]
        and (source.project or project) == body["project"]
        and body["state"] in source.states
    )
