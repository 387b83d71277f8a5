"""What waits for an engine, and the limits that it waits for. Counted in the database, so that a limit holds over
every process and host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blockwright.core.limits import Full, SlotLimit
from blockwright.core.runs.model import BlockRunName, Queue, RunId, RunLimit, RunState


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that waits for an engine; ``reason`` is what its record says that it waits for."""

    run: RunId
    pipeline: str
    limits: tuple[RunLimit, ...]
    skip_at_limit: bool
    reason: str


@dataclass(frozen=True, slots=True)
class HeldRun:
    """An unfinished run that somebody drives or drove: ``owner`` until ``until``; None: it was given back."""

    run: RunId
    state: RunState
    queue: Queue
    created: datetime
    owner: str | None
    until: datetime | None


class Queues(Protocol):
    """Each method is one transaction."""

    def waiting(self, project: str, *, limit: int) -> Sequence[WaitingRun]:
        """Runs for engines that nobody has taken: highest priority first, then oldest."""
        ...

    def held(self, project: str, *, older_than: datetime) -> Sequence[HeldRun]:
        """Runs that have begun, and those that the process that made them has not taken since ``older_than``."""
        ...

    def admit(self, run: RunId, project: str, limits: Sequence[RunLimit]) -> Full | None:
        """Let a run through all its limits at once, or through none: then the first that is full. From then on it
        counts until it has ended; asked again it counts once."""
        ...

    def lend(self, run: RunId) -> None:
        """The run waits for another one and counts no longer; ``admit`` lets it in again."""
        ...

    def count(self, run: RunId, project: str, limits: Sequence[RunLimit]) -> None:
        """The run counts, whether there is room or not: it has begun."""
        ...

    def forget(self, run: RunId) -> None:
        """The run counts no longer, nor do its block runs."""
        ...

    def reserve(
        self, run: RunId, block_run: BlockRunName, project: str, slots: Sequence[SlotLimit], *, now: datetime
    ) -> Full | None:
        """Take slots of all these pools, or of none: then the first that is full. Slots of a run whose lease is over
        are free."""
        ...

    def release(self, run: RunId, block_runs: Sequence[BlockRunName]) -> None:
        """Give back the slots of these block runs."""
        ...

    def note(self, run: RunId, reason: str) -> None:
        """Say in the record of a run that nobody drives yet what it waits for."""
        ...

    def tidy(self) -> None:
        """Forget what was kept of limits and pools that nobody counts any more; their names may come from values."""
        ...
