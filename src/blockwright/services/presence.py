"""Who has which pipeline and block open: kept in memory, told to everybody who looks, forgotten after a moment.

Nothing depends on it. That somebody edits a block is a courtesy to others, who may take over; what keeps two people
from undoing each other's work is the version that every write names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from blockwright.core.errors import Unavailable

EXPIRES = timedelta(seconds=45)
"""How long somebody counts as there after the last word; a browser says it again every 15 seconds."""
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Present:
    """``client`` is one browser tab of ``person``. ``block`` is the one that has the focus, None for none; ``since`` it
    does; ``editing``: the person writes in it."""

    project: str
    pipeline: str
    client: str
    person: str
    block: str | None
    editing: bool
    since: datetime
    expires: datetime


class Board:
    """Safe to use from every thread. ``now`` is the time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._present: dict[tuple[str, str, str, str], Present] = {}

    def come(
        self,
        project: str,
        pipeline: str,
        client: str,
        person: str,
        *,
        block: str | None,
        editing: bool,
        take_over: bool,
    ) -> Present:
        """Somebody is there (still); ``take_over``: whoever else edits the block does so no longer. Raises Unavailable
        when there are too many."""
        now = self._now()
        with self._lock:
            self._forget(now)
            key = (project, pipeline, person, client)
            before = self._present.get(key)
            if before is None and len(self._present) >= MOST:
                raise Unavailable("Too many people are here to tell who does what.", code="too_many_present")
            stays = before is not None and (before.block, before.editing) == (block, editing)
            since = before.since if before is not None and stays else now
            found = Present(project, pipeline, client, person, block, editing, since, now + EXPIRES)
            self._present[key] = found
            if take_over:
                self._take_over(found)
        return found

    def go(self, project: str, pipeline: str, client: str, person: str) -> None:
        with self._lock:
            self._present.pop((project, pipeline, person, client), None)

    def hear(self, project: str, data: Mapping[str, Any]) -> None:
        """What another server was told; nonsense is left out."""
        try:
            pipeline, client, person = (str(data[name]) for name in ("pipeline", "client", "person"))
            if data["gone"]:
                self.go(project, pipeline, client, person)
                return
            since, expires = (datetime.fromisoformat(data[name]) for name in ("since", "expires"))
            block = None if data["block"] is None else str(data["block"])
            found = Present(project, pipeline, client, person, block, bool(data["editing"]), since, expires)
        except (KeyError, ValueError, TypeError):
            return
        with self._lock:
            if len(self._present) < MOST:
                self._present[project, found.pipeline, found.person, found.client] = found
            if data.get("take_over"):
                self._take_over(found)

    def who(self, project: str, pipeline: str | None = None) -> Sequence[Present]:
        """Everybody who is there, the first to come first."""
        with self._lock:
            self._forget(self._now())
            there = [one for one in self._present.values() if one.project == project]
        found = [one for one in there if pipeline is None or one.pipeline == pipeline]
        return sorted(found, key=lambda one: (one.since, one.person, one.client))

    def _take_over(self, by: Present) -> None:
        for key, other in self._present.items():
            same = (other.project, other.pipeline, other.block) == (by.project, by.pipeline, by.block)
            if same and other.editing and (other.person, other.client) != (by.person, by.client):
                self._present[key] = replace(other, editing=False)

    def _forget(self, now: datetime) -> None:
        for key in [key for key, one in self._present.items() if one.expires <= now]:
            del self._present[key]


def holder(present: Sequence[Present], block: str) -> Present | None:
    """Who edits a block, of several the one who began first."""
    return next((one for one in present if one.block == block and one.editing), None)
