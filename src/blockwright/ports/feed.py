"""What changed, in the order in which it was committed: for browsers, alerts, metrics and everyone who follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType, Protocol

Cursor = NewType("Cursor", str)
"""A place in the feed: everything up to it has been read. Opaque, and for ever in order; fits a URL and a header."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """``topic`` is ``run``, ``trigger``, ``backfill``, ``alert``, ``access``, ``catalog``, ``files``. For ``run``,
    ``data`` has ``events``: the run's events of one change, each with ``number``, ``kind``, ``block_run``, ``data``.
    """

    cursor: Cursor
    time: datetime
    project: str
    topic: str
    run: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Feed(Protocol):
    """Entries about runs are written by the run store in the transaction of the change; ``add`` is for the rest."""

    def newest(self) -> Cursor:
        """The place behind everything that is committed now."""
        ...

    def after(
        self, cursor: Cursor, *, projects: Collection[str] | None = None, limit: int = 500
    ) -> Sequence[FeedEntry]:
        """The next entries, of these projects (None: of all). Raises NotFound (code ``feed_gone``) when entries after
        the cursor have been pruned: the reader must load everything anew."""
        ...

    def add(self, project: str, topic: str, data: Mapping[str, Any], *, now: datetime) -> None: ...

    def prune(self, before: datetime) -> int:
        """Forget what is older; returns how many entries."""
        ...
