"""What can happen to a run (events, past) and what is to be done about it (commands, imperative)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRunName, Failure, RunId, TestCounts


@dataclass(frozen=True, slots=True)
class Measured:
    """What an attempt cost: seconds of wall and CPU time, bytes of memory at its peak."""

    seconds: float | None = None
    cpu_seconds: float | None = None
    rss_peak: int | None = None


@dataclass(frozen=True, slots=True)
class RunClaimed:
    """An owner took the run and begins to drive it, for the first time or after another one died."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened but time: what is due becomes ready."""


@dataclass(frozen=True, slots=True)
class CancelAsked:
    reason: str


@dataclass(frozen=True, slots=True)
class RetryAsked:
    """Run again what did not complete; with ``start`` also that block and everything behind it."""

    start: tuple[BlockId, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockReused:
    """An earlier result with the same key stands in for running the block."""

    name: BlockRunName
    attempt: int
    source_run: RunId
    outputs: tuple[OutputRecord, ...]
    reason: str
    items: Mapping[str, Any] | None = None
    manifest: str | None = None
    tests: TestCounts = TestCounts()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BlockCompleted:
    name: BlockRunName
    attempt: int
    outputs: tuple[OutputRecord, ...] = ()
    tests: TestCounts = TestCounts()
    items: Mapping[str, Any] | None = None
    measured: Measured = Measured()
    manifest: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BlockFailed:
    """The attempt ended without a result that counts: its code raised, a test failed, it crashed or was ended for
    its time or memory. ``retry`` False where another try could not help."""

    name: BlockRunName
    attempt: int
    failure: Failure
    outputs: tuple[OutputRecord, ...] = ()
    tests: TestCounts = TestCounts()
    measured: Measured = Measured()
    manifest: str | None = None
    retry: bool = True


@dataclass(frozen=True, slots=True)
class BlockSkipped:
    """A condition of the block was false."""

    name: BlockRunName
    attempt: int
    reason: str
    measured: Measured = Measured()
    manifest: str | None = None


@dataclass(frozen=True, slots=True)
class SensorLooked:
    """A sensor looked and must look again."""

    name: BlockRunName
    attempt: int
    measured: Measured = Measured()


@dataclass(frozen=True, slots=True)
class BlockLost:
    """The attempt's worker disappeared with nothing committed. ``blamed`` when the attempt may have caused it."""

    name: BlockRunName
    attempt: int
    reason: str
    blamed: bool


@dataclass(frozen=True, slots=True)
class BlockGone:
    """The process of an attempt that was told to end is confirmed gone. ``begun`` False: it never came to its turn."""

    name: BlockRunName
    attempt: int
    begun: bool = True


@dataclass(frozen=True, slots=True)
class BlockAwaits:
    """The block run needs what the run ``awaited`` makes; no attempt was started. It is looked at again when that run
    has ended, or at ``due`` in case nobody heard of it."""

    name: BlockRunName
    attempt: int
    awaited: RunId
    reason: str
    due: datetime


@dataclass(frozen=True, slots=True)
class AwaitedEnded:
    """What the block run awaits may be there."""

    name: BlockRunName


@dataclass(frozen=True, slots=True)
class BlockHeld:
    """The block run is ready, and a limit has no room for it; ``reason`` says which."""

    name: BlockRunName
    reason: str


Event = (
    RunClaimed
    | TimePassed
    | CancelAsked
    | RetryAsked
    | BlockReused
    | BlockCompleted
    | BlockFailed
    | BlockSkipped
    | SensorLooked
    | BlockLost
    | BlockGone
    | BlockHeld
    | BlockAwaits
    | AwaitedEnded
)


@dataclass(frozen=True, slots=True)
class StartBlock:
    """Start attempt ``attempt`` of the block run (or let an earlier result stand in). ``given``: its session has it
    already, and starts it by itself."""

    name: BlockRunName
    attempt: int
    given: bool = False


@dataclass(frozen=True, slots=True)
class EndBlock:
    """End the process of this attempt and confirm with BlockGone."""

    name: BlockRunName
    attempt: int
    why: str


Command = StartBlock | EndBlock
