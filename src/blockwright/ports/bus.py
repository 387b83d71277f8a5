"""Wake-ups: that something may have changed. The database is the only truth; a notice that is lost costs a second."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Topic(StrEnum):
    QUEUE = "queue"  # a run waits for an engine, or a limit or pool has room again
    INBOX = "inbox"  # a wish lies in the inbox of a run: `run`
    FEED = "feed"  # something was written to the feed
    TRIGGERS = "triggers"  # triggers were added, changed, or an event for them came in
    BACKFILLS = "backfills"
    ALERTS = "alerts"
    ACCESS = "access"  # rights or tokens were taken away: `user`
    PRESENCE = "presence"  # somebody opened, edits or left something: `pipeline`, `person`, `block`
    PROGRESS = "progress"  # a frame of a running attempt: `attempt`, `frame`
    MODELS = "models"  # another version of a model is to be served


@dataclass(frozen=True, slots=True)
class Notice:
    """``project`` is its name, empty for the whole installation. ``data`` is small JSON, a few kB at most."""

    topic: Topic
    project: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Listener(Protocol):
    """Hears the notices of its topics published from when it was made, from any process, its own too."""

    def wait(self, timeout: float | None) -> Sequence[Notice]:
        """Those that came in, at least one unless the time is over or ``wake`` was called."""
        ...

    def wake(self) -> None:
        """Make ``wait`` return; safe from any thread and from a signal handler."""
        ...

    def close(self) -> None: ...


class EventBus(Protocol):
    """Safe to use from every thread. ``publish`` neither waits nor raises: what cannot be delivered is dropped."""

    def publish(self, notice: Notice) -> None: ...

    def listen(self, topics: Collection[Topic]) -> Listener: ...

    def close(self) -> None: ...
