"""Records to try the stores with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, Run, RunId, RunRequest
from blockwright.ports.runs import AttemptRecord, Changes, Lease, RunStore

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def block_run(name: str, **fields: Any) -> BlockRun:
    return BlockRun(BlockRunName(name), BlockId(fields.pop("block", name.partition(":")[0])), **fields)


def output(digest: str, **fields: Any) -> OutputRecord:
    return OutputRecord("output_0", digest, "json", "dict", 12, **fields)


def done(name: str, key: str = "k1", *, at: datetime = NOON, **fields: Any) -> BlockRun:
    return block_run(name, state=BlockState.COMPLETED, key=key, finished=at, **fields)


def group(name: str, *, at: datetime = NOON) -> BlockRun:
    return block_run(name, role=Role.GROUP, state=BlockState.COMPLETED, finished=at)


def child(name: str, index: int, **fields: Any) -> BlockRun:
    return done(f"{name}:{index}", f"key of {index}", role=Role.CHILD, index=index, parent=name, **fields)


def attempt(run: RunId, name: str, number: int = 1, **fields: Any) -> AttemptRecord:
    fields = {"round": 0, "state": "running", "started": NOON, "fencing": 1, **fields}
    return AttemptRecord(run, BlockRunName(name), number, **fields)


def create(
    runs: RunStore,
    block_runs: Iterable[BlockRun] = (),
    *,
    project: str = "shop",
    pipeline: str = "sales",
    snapshot: str = "",
    now: datetime = NOON,
) -> Run:
    return runs.create(
        RunRequest(project, pipeline),
        variables={},
        system={},
        snapshot=snapshot,
        git_commit=None,
        block_runs=tuple(block_runs),
        now=now,
    )


def claim(runs: RunStore, run: Run, owner: str = "host:1:a", *, now: datetime = NOON) -> Lease:
    return runs.claim(run.id, owner, seconds=30, now=now)


def record(runs: RunStore, *block_runs: BlockRun, now: datetime = NOON, **where: Any) -> Run:
    """A new run in which these block runs stand as given, saved by an owner who has left again."""
    run = create(runs, **where)
    lease = claim(runs, run, now=now)
    runs.save(lease, Changes(block_runs=block_runs), now=now)
    runs.release(lease)
    return run
