"""Closes tracked runs whose block has gone without doing so, sends records that had to wait, and keeps MLflow's aliases
of models in step."""

from __future__ import annotations

import logging

from blockwright.core.errors import BlockwrightError, Unavailable
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services import experiments
from blockwright.services.models import mirroring

LOOK_SECONDS = 20.0
LONGEST_SECONDS = 600.0
"""Between two looks while the tracking server does not answer; it is asked less and less often."""

log = logging.getLogger(__name__)


class Tracker:
    """A ``Loop``. Any number of engines may look: closing a run twice changes nothing, and a folder of records is
    locked by the one that sends it. Nothing is asked of the tracking server when there is nothing to tell."""

    name = "tracker"
    topics = frozenset({Topic.MODELS})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._pause = LOOK_SECONDS

    def turn(self) -> float:
        answered = True
        for place, project in enumerate(self._installation.projects()):
            try:
                workspace = self._installation.workspace(project)
                sent = experiments.send_waiting(workspace) if place == 0 else 0  # one folder for all projects
                closed = experiments.settle(workspace)
                self._mirror(workspace)
            except BlockwrightError as error:
                answered = answered and not isinstance(error, Unavailable)
                log.warning("tracking.not_settled project=%s code=%s %s", project, error.code, error)
                continue
            if sent or closed:
                log.info("tracking.settled project=%s sent=%d closed=%d", project, sent, closed)
        self._pause = LOOK_SECONDS if answered else min(LONGEST_SECONDS, self._pause * 2)
        return self._pause

    def _mirror(self, workspace: Workspace) -> None:
        wishes = mirroring.follow(workspace)
        if wishes:
            project = workspace.project.name
            log.info("models.moved_elsewhere project=%s wishes=%d", project, wishes)
            now = self._installation.clock.now()
            self._installation.feed.add(project, "models", {"wishes": wishes}, now=now)
            self._installation.bus.publish(Notice(Topic.FEED, project))
