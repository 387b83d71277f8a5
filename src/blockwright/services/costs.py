"""What runs cost: written into the ledger when they end, and read back in sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blockwright.core.blocks import BlockId
from blockwright.core.errors import BlockwrightError
from blockwright.core.ledger import AttemptCost, BlockCost, RunCost, block_costs, run_cost
from blockwright.core.runs.model import BlockRun, BlockRunName, Run, RunId
from blockwright.ports.runs import AttemptRecord
from blockwright.ports.workspace import Workspace
from blockwright.services import snapshots

MOST_AT_ONCE = 10_000
"""Runs that are added to the ledger before it is shown; more come the next time."""


def of_run(workspace: Workspace, run: Run) -> list[BlockCost]:
    """What each block run cost so far, all its attempts together."""
    rows = workspace.runs.block_runs(run.id)
    by_name = {row.name: row for row in rows}
    attempts = [
        _attempt_cost(workspace, record, by_name.get(record.block_run))
        for record in workspace.runs.attempts(run.id)
        if record.finished is not None
    ]
    return block_costs(rows, attempts, _upstream(workspace, run))


def record(workspace: Workspace, run_id: RunId) -> RunCost | None:
    """Write what the run cost into the ledger, if it has ended; None when it has not, or when that was written before.

    Whoever gets the cost is the only one who does, whatever runs beside it.
    """
    run = workspace.runs.get(run_id)
    if not run.state.final:
        return None
    cost = run_cost(
        of_run(workspace, run),
        run=run.id,
        project=run.project,
        pipeline=run.pipeline,
        round=run.round,
        started=run.started,
        ended=run.finished or workspace.clock.now(),
        state=run.state.value,
    )
    return cost if workspace.oversight.ledger.record(cost) else None


def catch_up(workspace: Workspace) -> list[RunCost]:
    """Write every ended run that is missing: those that no engine drove, or that ended while none followed."""
    written: list[RunCost] = []
    for run in workspace.oversight.ledger.unrecorded(workspace.project.name, limit=MOST_AT_ONCE):
        cost = record(workspace, run)
        if cost is not None:
            written.append(cost)
    return written


def _attempt_cost(workspace: Workspace, record: AttemptRecord, row: BlockRun | None) -> AttemptCost:
    """The last attempt's figures stand in its block run; those of an earlier one in its manifest, if it wrote one."""
    assert record.finished is not None
    lasted = (record.finished - record.started).total_seconds()
    if row is not None and row.attempt == record.number and row.seconds is not None and not row.reused:
        return AttemptCost(record.block_run, row.seconds, row.cpu_seconds, row.rss_peak)
    if record.manifest is not None:
        try:
            usage = workspace.artifacts.manifest(record.manifest).usage
            return AttemptCost(record.block_run, usage.wall_seconds, usage.cpu_seconds, usage.rss_peak)
        except BlockwrightError:
            pass  # retention has taken it: the time from start to end is what is left
    return AttemptCost(BlockRunName(record.block_run), lasted)


def _upstream(workspace: Workspace, run: Run) -> Mapping[BlockId, Sequence[BlockId]]:
    try:
        pipeline = snapshots.load(workspace.artifacts, run.snapshot).pipeline
    except BlockwrightError:
        return {}  # the snapshot is gone: what went in is not known any more
    return {block.uuid: block.upstream for block in pipeline.blocks}
