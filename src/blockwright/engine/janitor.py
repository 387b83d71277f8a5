"""Takes away what nobody needs any more: runs and outputs by the policy, old entries of the feed, old keys."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from blockwright.core.errors import BlockwrightError
from blockwright.core.retention import Policy
from blockwright.ports.bus import Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services import retention

log = logging.getLogger(__name__)

HOUR = 3600.0
LOOK_SECONDS = 60.0
"""How often the disk is looked at, which may be too full long before the hour is over."""
OUR_SHARE = 0.05
"""Part of the volume that our data must take before it is thinned for the disk's sake: deleting the history of a small
project frees nothing on a disk that something else has filled."""
FEED_AGE = timedelta(days=7)
ANSWER_AGE = timedelta(days=2)


class Janitor:
    """A ``Loop``: everything once an hour, and at once when the disk's budget is passed."""

    name = "janitor"
    topics: frozenset[Topic] = frozenset()

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tidied = installation.clock.monotonic()
        self._full = False

    def turn(self) -> float:
        projects = list(self._installation.projects())
        if not projects:
            return LOOK_SECONDS
        was_full, self._full = self._full, self._too_full(projects[0])
        now = self._installation.clock.monotonic()
        if now - self._tidied >= HOUR or (self._full and not was_full):
            self._tidied = now
            for project in projects:
                self._collect(project)
            self._forget(projects[0])
        return LOOK_SECONDS

    def _too_full(self, project: str) -> bool:
        workspace = self._installation.workspace(project)
        free, total = workspace.artifacts.volume()
        try:
            share = retention.policy(workspace).disk_share
        except BlockwrightError:
            share = Policy().disk_share  # what is wrong with the file is said when it comes to collecting
        return total - free > share * total

    def _collect(self, project: str) -> None:
        workspace = self._installation.workspace(project)
        try:
            policy = retention.policy(workspace)
        except BlockwrightError as error:
            log.warning("retention.not_collected project=%s %s", project, error)
            return
        ours = self._is_ours(workspace)
        collected = retention.collect(workspace, policy if ours else replace(policy, disk_share=1.0), dry_run=False)
        for run, pipeline, reason in collected.runs:
            log.info("retention.run_deleted project=%s pipeline=%s run=%d reason=%r", project, pipeline, run, reason)
        if collected.runs or collected.blobs:
            log.info(
                "retention.collected project=%s runs=%d blobs=%d bytes=%d",
                project,
                len(collected.runs),
                collected.blobs,
                collected.run_bytes + collected.blob_bytes,
            )

    @staticmethod
    def _is_ours(workspace: Workspace) -> bool:
        """Whether our data takes a good part of a volume that has a bound."""
        if not workspace.artifacts.volume()[1]:
            return False
        usage = workspace.artifacts.usage()
        return usage["blobs"] + usage["runs"] >= OUR_SHARE * usage["total"]

    def _forget(self, project: str) -> None:
        now = self._installation.clock.now()
        entries = self._installation.feed.prune(now - FEED_AGE)
        # The keys of all projects lie in one table.
        keys = self._installation.workspace(project).idempotency.prune(now - ANSWER_AGE)
        log.info("records.pruned feed=%d keys=%d", entries, keys)
