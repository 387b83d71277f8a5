"""Takes away old logs, as the project says, and what nobody will look up any more: alerts, due times, results of
monitors."""

from __future__ import annotations

import logging
from datetime import timedelta

from blockwright.core.errors import BlockwrightError
from blockwright.ports.bus import Topic
from blockwright.ports.installation import Installation
from blockwright.services import log_retention

HOUR = 3600.0
ALERT_AGE = timedelta(days=90)
FIRE_AGE = timedelta(days=90)
RESULT_AGE = timedelta(days=400)
"""Of monitors: a year and what is before it can be laid side by side."""

log = logging.getLogger(__name__)


class Forgetting:
    """A ``Loop``, once an hour."""

    name = "forgetting"
    topics: frozenset[Topic] = frozenset()

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def turn(self) -> float:
        for project in self._installation.projects():
            try:
                workspace = self._installation.workspace(project)
                gone = log_retention.delete_old_logs(workspace)
                alerts = workspace.oversight.alerts.prune(workspace.clock.now() - ALERT_AGE)
                fires = workspace.triggering.records.prune(project, workspace.clock.now() - FIRE_AGE)
                results = workspace.learning.monitors.prune(project, workspace.clock.now() - RESULT_AGE)
                workspace.queues.tidy()
            except BlockwrightError as error:
                log.warning("logs.not_deleted project=%s %s", project, error)
                continue
            if gone or alerts or fires or results:
                counts = (gone, alerts, fires, results)
                log.info("logs.deleted project=%s runs=%d alerts=%d fires=%d results=%d", project, *counts)
        return HOUR
