"""Fires the triggers whose data product is out of date."""

from __future__ import annotations

import logging

from blockwright.core.errors import BlockwrightError
from blockwright.ports.bus import Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import products
from blockwright.services.triggers.requests import wake_engines

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
"""How often products are looked at that are not known to become outdated sooner."""
SHORTEST = 1.0


class Freshener:
    """A ``Loop``. Any number of engines may look: each value that is out of date is replaced once."""

    name = "freshener"
    topics = frozenset({Topic.TRIGGERS})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def turn(self) -> float:
        wait = LOOK_SECONDS
        for project in self._installation.projects():
            try:
                wait = min(wait, self._turn(self._installation.workspace(project)))
            except BlockwrightError as error:
                log.warning("freshener.project_failed project=%s code=%s %s", project, error.code, error)
        return max(SHORTEST, wait)

    def _turn(self, workspace: Workspace) -> float:
        wait = LOOK_SECONDS
        for trigger in products.of_products(workspace):
            try:
                run, due = products.fire_if_outdated(workspace, trigger)
            except BlockwrightError as error:
                log.warning("trigger.failed trigger=%d %s", trigger.id, error)
                continue
            if run is not None:
                log.info("trigger.fired project=%s trigger=%d run=%d", run.project, trigger.id, run.id)
                wake_engines(self._installation.bus, run.project)
            elif due is not None:
                wait = min(wait, (due - self._installation.clock.now()).total_seconds())
        return wait
