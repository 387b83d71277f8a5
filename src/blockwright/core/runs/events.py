"""What can happen to a run (events, past) and what is to be done about it (commands, imperative)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """The process of an attempt that was told to end is confirmed gone."""

    name: BlockRunName
    attempt: int


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
)


@dataclass(frozen=True, slots=True)
class StartBlock:
    """Start attempt ``attempt`` of the block run (or let an earlier result stand in)."""

    name: BlockRunName
    attempt: int


@dataclass(frozen=True, slots=True)
class EndBlock:
    """End the process of this attempt and confirm with BlockGone."""

    name: BlockRunName
    attempt: int
    why: str


Command = StartBlock | EndBlock
