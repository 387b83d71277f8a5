"""Evaluates monitors when they are due, and puts the batches of the log of predictions together."""

from __future__ import annotations

import logging
from datetime import timedelta

from blockwright.core.errors import BlockwrightError
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services.monitors.evaluating import due, evaluate
from blockwright.services.retention import policy

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
COMPACT_SECONDS = 300.0
LEASE = timedelta(minutes=15)
"""Longer than an evaluation may take."""
BY = "schedule"


class Monitoring:
    """A ``Loop``. Each monitor is evaluated by one engine at a time."""

    name = "monitoring"
    topics = frozenset({Topic.MODELS})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._compacts_at = float("-inf")

    def turn(self) -> float:
        wait = LOOK_SECONDS
        compacts = self._installation.clock.monotonic() >= self._compacts_at
        for project in self._installation.projects():
            try:
                workspace = self._installation.workspace(project)
                if compacts:
                    self._compact(workspace)
                wait = min(wait, self._evaluate(workspace))
            except BlockwrightError as error:
                log.warning("monitoring.project_failed project=%s code=%s %s", project, error.code, error)
        if compacts:
            self._compacts_at = self._installation.clock.monotonic() + COMPACT_SECONDS
        return max(1.0, wait)

    def _compact(self, workspace: Workspace) -> None:
        try:
            keep = policy(workspace).predictions
            done = workspace.learning.predictions.compact(now=workspace.clock.now(), keep=keep)
        except BlockwrightError as error:
            log.warning("predictions.not_put_together project=%s %s", workspace.project.name, error)
            return
        if done.batches or done.damaged or done.days:
            log.info(
                "predictions.put_together project=%s batches=%d files=%d damaged=%d days_deleted=%d",
                *(workspace.project.name, done.batches, done.files, done.damaged, done.days),
            )

    def _evaluate(self, workspace: Workspace) -> float:
        """Evaluate what is due; after how many seconds the next is."""
        project, wait = workspace.project.name, LOOK_SECONDS
        monitors = workspace.files.monitors.all()
        latest = workspace.learning.monitors.latest(project) if monitors else {}
        for name, monitor in monitors.items():
            when = due(workspace, monitor, latest.get(name))
            if when is None:
                continue
            left = (when - workspace.clock.now()).total_seconds()
            if left > 0:
                wait = min(wait, left)
            elif self._is_ours(workspace, name):
                # Another engine may have been at it until just now.
                newest = next(iter(workspace.learning.monitors.results(project, name, limit=1)), None)
                if newest is not None and latest.get(name) != newest:
                    continue
                done = evaluate(workspace, monitor, by=BY)
                state = done.result.state.value
                log.info("monitor.evaluated project=%s monitor=%s state=%s", project, name, state)
                self._installation.bus.publish(Notice(Topic.TRIGGERS, project))
        return wait

    def _is_ours(self, workspace: Workspace, name: str) -> bool:
        now, owner = workspace.clock.now(), workspace.owners.hold()
        records, source = workspace.triggering.records, f"monitor {name}"
        return records.watch(workspace.project.name, source, owner, until=now + LEASE, now=now) is not None
