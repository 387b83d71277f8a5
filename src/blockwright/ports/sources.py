"""Sources of events that somebody has to watch: folders, object stores, channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from blockwright.core.triggers.model import EventSource

Wake = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: ``id`` is the same whenever and wherever the same event is seen, ``body`` what block code gets."""

    id: str
    body: Mapping[str, Any]


class Watcher(Protocol):
    """Watches one source. Close it when done: that ends its thread and connection."""

    @property
    def pause(self) -> float:
        """Seconds until it makes sense to look again, if it does not wake us before."""
        ...

    def look(self, since: datetime) -> Sequence[Happening]:
        """What has happened: of what stays (files, objects) all that arrived at ``since`` or later, each time anew; of
        what passes (messages) what came in since the last look. Raises Unavailable when it cannot be told."""
        ...

    def close(self) -> None: ...


class Sources(Protocol):
    def watch(self, source: EventSource, wake: Wake) -> Watcher:
        """Begin to watch; ``wake`` is called from any thread when there is something to look at. Raises Invalid or
        Unavailable for a source that cannot be watched."""
        ...
