"""Works off backfills: starts their slices as there is room, and takes over how those end."""

from __future__ import annotations

import logging

from blockwright.core.backfills.model import Backfill
from blockwright.core.errors import BlockwrightError
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services.backfills import driving

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often backfills that are under way are looked at when nothing was heard."""
IDLE_SECONDS = 15.0


class Backfiller:
    """A ``Loop``. Any number of engines may work off the same backfill: each slice is started by one of them."""

    name = "backfiller"
    # The end of a run makes room in the queue, and that is told.
    topics = frozenset({Topic.BACKFILLS, Topic.QUEUE})

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def turn(self) -> float:
        wait = IDLE_SECONDS
        for project in self._installation.projects():
            try:
                workspace = self._installation.workspace(project)
                for backfill in driving.unfinished(workspace):
                    wait = LOOK_SECONDS
                    self._advance(workspace, backfill)
            except BlockwrightError as error:
                log.warning("backfiller.project_failed project=%s code=%s %s", project, error.code, error)
        return wait

    def _advance(self, workspace: Workspace, backfill: Backfill) -> None:
        """One backfill that cannot be worked off never stops the others."""
        try:
            started = driving.advance(workspace, backfill)
        except Exception as error:
            known = error if not isinstance(error, BlockwrightError) else None
            log.warning("backfill.trouble backfill=%d %s", backfill.id, error, exc_info=known)
            return
        bus, project = self._installation.bus, backfill.project
        for run in started:
            log.info("backfill.slice_started project=%s backfill=%d run=%d", project, backfill.id, run.id)
        if started:
            bus.publish(Notice(Topic.QUEUE, project))
        after = workspace.triggering.backfills.get(backfill.id)
        if after.state is not backfill.state:
            log.info("backfill.%s project=%s backfill=%d %s", after.state.value, project, backfill.id, after.reason)
        if started or after.state is not backfill.state:
            bus.publish(Notice(Topic.FEED, project))
