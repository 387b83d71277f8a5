"""A backfill as it is asked for, and as the records know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from blockwright.core.runs.model import RunId

BackfillId = NewType("BackfillId", int)


class Interval(StrEnum):
    """The words of the format for what lies between two dates."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    CUSTOM = "custom"  # the units are seconds


@dataclass(frozen=True, slots=True)
class Dates:
    """From ``start`` to ``end`` (UTC, both included), each ``units`` of the ``interval`` after the last. Days and
    longer are steps on the calendar of the time zone ``timezone``."""

    start: datetime
    end: datetime
    interval: Interval = Interval.DAY
    units: int = 1
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Definition:
    """What to run: one slice for each date of ``dates``, or for each of the variable sets ``each``; ``variables`` go
    into every slice, those of its own before them."""

    dates: Dates | None = None
    each: tuple[Mapping[str, Any], ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSlice:
    """A slice that is still to be recorded, counted from 0. ``date`` is its execution date; None: when it starts."""

    position: int
    name: str
    date: datetime | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


class BackfillState(StrEnum):
    QUEUED = "queued"  # no slice has begun
    RUNNING = "running"  # slices are started as there is room
    PAUSED = "paused"  # no further slice is started; what runs goes on
    CANCELLING = "cancelling"  # its runs are told to end, not all have
    COMPLETED = "completed"  # every slice did
    FAILED = "failed"  # every slice has ended, at least one not completed
    CANCELLED = "cancelled"  # by request

    @property
    def final(self) -> bool:
        return self in (BackfillState.COMPLETED, BackfillState.FAILED, BackfillState.CANCELLED)


class SliceState(StrEnum):
    WAITING = "waiting"  # not started
    RUNNING = "running"  # its run was made, and has not ended as far as is known
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice in the records. ``run`` is its latest run, ``tries`` how many it has had, ``reason`` why it has none
    or none that completed."""

    backfill: BackfillId
    position: int
    name: str
    state: SliceState
    date: datetime | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    run: RunId | None = None
    tries: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Backfill:
    """A backfill in the records. At most ``parallel`` of its slices run at once; ``reuse`` is handed to its runs."""

    id: BackfillId
    project: str
    pipeline: str
    name: str
    state: BackfillState
    definition: Definition
    parallel: int
    created: datetime
    reuse: bool | None = None
    reason: str = ""
    requested_by: str = ""
    started: datetime | None = None
    finished: datetime | None = None
