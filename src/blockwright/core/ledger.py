"""What a run cost, from what is recorded of its attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, BlockRunName, Role, RunId


@dataclass(frozen=True, slots=True)
class AttemptCost:
    """Seconds and bytes of one attempt; None where nothing was measured (it was killed)."""

    block_run: BlockRunName
    seconds: float
    cpu_seconds: float | None = None
    rss_peak: int | None = None


@dataclass(frozen=True, slots=True)
class BlockCost:
    """All attempts of one block run. ``bytes_in`` is what its upstreams gave it, counted once for each attempt; a
    dynamic child counts its even share of what it was given an item of."""

    block_run: BlockRunName
    block: BlockId
    attempts: int
    seconds: float
    cpu_seconds: float
    rss_peak: int
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class RunCost:
    """``seconds`` is from start to end; ``block_seconds`` the sum over the attempts, which run side by side;
    ``rss_peak`` the largest of one attempt."""

    run: RunId
    project: str
    pipeline: str
    round: int
    ended: datetime
    state: str
    seconds: float
    block_runs: int
    attempts: int
    block_seconds: float
    cpu_seconds: float
    rss_peak: int
    bytes_in: int
    bytes_out: int

    @property
    def day(self) -> str:
        """In UTC."""
        return self.ended.strftime("%Y-%m-%d")


def block_costs(
    rows: Sequence[BlockRun], attempts: Sequence[AttemptCost], upstream: Mapping[BlockId, Sequence[BlockId]]
) -> list[BlockCost]:
    """One entry for each block run that an attempt of this run worked for: what was reused or skipped cost nothing."""
    given = _given(rows)
    children: dict[BlockId, int] = {}
    for row in rows:
        if row.role is Role.CHILD:
            children[row.block] = children.get(row.block, 0) + 1
    by_name: dict[BlockRunName, list[AttemptCost]] = {}
    for attempt in attempts:
        by_name.setdefault(attempt.block_run, []).append(attempt)
    return [
        BlockCost(
            block_run=row.name,
            block=row.block,
            attempts=len(mine),
            seconds=sum(one.seconds for one in mine),
            cpu_seconds=sum(one.cpu_seconds or 0.0 for one in mine),
            rss_peak=max(one.rss_peak or 0 for one in mine),
            bytes_in=len(mine) * _input_bytes(row, upstream.get(row.block, ()), given, children),
            bytes_out=0 if row.reused else sum(output.bytes for output in row.outputs),
        )
        for row in rows
        if (mine := by_name.get(row.name))
    ]


def run_cost(
    blocks: Sequence[BlockCost],
    *,
    run: RunId,
    project: str,
    pipeline: str,
    round: int,
    started: datetime | None,
    ended: datetime,
    state: str,
) -> RunCost:
    return RunCost(
        run=run,
        project=project,
        pipeline=pipeline,
        round=round,
        ended=ended,
        state=state,
        seconds=max(0.0, (ended - started).total_seconds()) if started else 0.0,
        block_runs=len(blocks),
        attempts=sum(block.attempts for block in blocks),
        block_seconds=sum(block.seconds for block in blocks),
        cpu_seconds=sum(block.cpu_seconds for block in blocks),
        rss_peak=max((block.rss_peak for block in blocks), default=0),
        bytes_in=sum(block.bytes_in for block in blocks),
        bytes_out=sum(block.bytes_out for block in blocks),
    )


def _given(rows: Sequence[BlockRun]) -> dict[BlockId, int]:
    """What each block gives to those after it; a group's rows are its children's, not counted twice."""
    given: dict[BlockId, int] = {}
    for row in rows:
        if row.role in (Role.BLOCK, Role.CHILD):
            given[row.block] = given.get(row.block, 0) + sum(output.bytes for output in row.outputs)
    return given


def _input_bytes(
    row: BlockRun, upstream: Sequence[BlockId], given: Mapping[BlockId, int], children: Mapping[BlockId, int]
) -> int:
    if row.role is Role.CALLBACK:
        return 0
    share = max(1, children.get(row.block, 1)) if row.role is Role.CHILD else 1
    return sum(given.get(name, 0) for name in upstream) // share
