"""The records of backfills and their slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blockwright.core.backfills.model import (
    Backfill,
    BackfillId,
    BackfillState,
    Definition,
    NewSlice,
    Slice,
    SliceState,
)
from blockwright.core.backfills.states import Tally, Wish
from blockwright.core.runs.model import RunId


@dataclass(frozen=True, slots=True)
class BackfillFilter:
    """``before``: only those with a smaller id (a cursor). ``states`` empty: in any."""

    project: str
    pipeline: str | None = None
    states: tuple[BackfillState, ...] = ()
    before: BackfillId | None = None


@dataclass(frozen=True, slots=True)
class NewBackfill:
    """What is asked for; see ``core.backfills.model.Backfill``. ``paused``: it waits for somebody to resume it."""

    project: str
    pipeline: str
    name: str
    definition: Definition
    parallel: int
    reuse: bool | None = None
    requested_by: str = ""
    paused: bool = False

    def recorded(self, number: BackfillId, now: datetime) -> Backfill:
        """The backfill that this becomes."""
        return Backfill(
            id=number,
            project=self.project,
            pipeline=self.pipeline,
            name=self.name,
            state=BackfillState.PAUSED if self.paused else BackfillState.QUEUED,
            definition=self.definition,
            parallel=self.parallel,
            created=now,
            reuse=self.reuse,
            requested_by=self.requested_by,
        )


class BackfillStore(Protocol):
    """Each method is one transaction. Safe with any number of engines at once. A slice is taken by the run that is made
    for it: ``RunStore.create`` with ``RunRequest.slice``."""

    def create(
        self, wanted: NewBackfill, slices: Sequence[NewSlice], *, done: Mapping[int, RunId], now: datetime
    ) -> Backfill:
        """A backfill in state ``queued`` or ``paused``. ``done``: by position, slices that need no run, as this one did
        them."""
        ...

    def get(self, backfill: BackfillId) -> Backfill:
        """Raises NotFound (code ``backfill_not_found``)."""
        ...

    def list(self, which: BackfillFilter, *, limit: int) -> Sequence[Backfill]:
        """Newest first."""
        ...

    def slices(
        self, backfill: BackfillId, *, state: SliceState | None = None, after: int = -1, limit: int
    ) -> Sequence[Slice]:
        """By position, those behind ``after``."""
        ...

    def tally(self, backfill: BackfillId) -> Tally:
        """How many slices are in which state."""
        ...

    def done_before(self, project: str, pipeline: str, slices: Sequence[NewSlice]) -> Mapping[int, RunId]:
        """By position: the newest completed run of an earlier backfill or trigger for the same date, or of an earlier
        backfill for the same variables."""
        ...

    def wish(self, backfill: BackfillId, wish: Wish, *, now: datetime) -> Backfill:
        """Do it, with what it means for the slices. Raises NotFound, Conflict (code ``backfill_state``)."""
        ...

    def set_parallel(self, backfill: BackfillId, parallel: int, *, now: datetime) -> Backfill:
        """How many of its slices run at once from now on; those that run go on. Raises NotFound, Conflict (code
        ``backfill_state``) when it has ended."""
        ...

    def hold(self, backfill: BackfillId, reason: str, *, now: datetime) -> None:
        """Pause one that is queued or running, since its slices cannot be started."""
        ...

    def settle(self, backfill: BackfillId, *, now: datetime) -> Backfill:
        """Take over how the runs of its slices ended, and what follows for its own state."""
        ...
