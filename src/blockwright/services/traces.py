"""A run that has ended, as spans: itself, and each attempt of a block within it."""

from __future__ import annotations

from blockwright.core.errors import NotFound
from blockwright.core.runs.model import BlockRun, Run, RunId, RunState
from blockwright.ports.runs import AttemptRecord
from blockwright.ports.telemetry import SpanRecord
from blockwright.ports.workspace import Workspace

ROOT = "run"


def tell(workspace: Workspace, run_id: RunId) -> None:
    """Record the run's spans, if anybody listens."""
    telemetry = workspace.oversight.telemetry
    if telemetry.on:
        telemetry.record(spans_of(workspace, workspace.runs.get(run_id)))


def spans_of(workspace: Workspace, run: Run) -> list[SpanRecord]:
    """The run's span first. A retry tells of the run again, in a trace of its own that follows the first."""
    rows = {row.name: row for row in workspace.runs.block_runs(run.id)}
    records = [record for record in workspace.runs.attempts(run.id) if record.round == run.round or not run.round]
    return [_run_span(workspace, run), *(_attempt_span(run, record, rows.get(record.block_run)) for record in records)]


def _run_span(workspace: Workspace, run: Run) -> SpanRecord:
    about: dict[str, str | int | float | bool] = {
        "blockwright.project": run.project,
        "blockwright.pipeline": run.pipeline,
        "blockwright.run": int(run.id),
        "blockwright.kind": run.kind.value,
        "blockwright.state": run.state.value,
    }
    return SpanRecord(
        kind="run",
        name=f"run {run.pipeline}",
        trace=_trace(run, run.round),
        key=ROOT,
        start=run.started or run.created,
        end=run.finished or workspace.clock.now(),
        attributes=about,
        measured=("blockwright.project", "blockwright.pipeline", "blockwright.state"),
        error=(run.reason or "failed") if run.state is RunState.FAILED else "",
        follows=_follows(workspace, run),
    )


def _attempt_span(run: Run, record: AttemptRecord, row: BlockRun | None) -> SpanRecord:
    failed = record.outcome in ("failed", "lost", "retry_wait")
    return SpanRecord(
        kind="attempt",
        name=f"block {row.block if row else record.block_run}",
        trace=_trace(run, run.round),
        key=f"{record.block_run}/{record.number}",
        parent=ROOT,
        start=record.started,
        end=record.finished or record.started,
        attributes={
            "blockwright.project": run.project,
            "blockwright.pipeline": run.pipeline,
            "blockwright.run": int(run.id),
            "blockwright.block": str(row.block if row else record.block_run),
            "blockwright.block_run": str(record.block_run),
            "blockwright.attempt": record.number,
            "blockwright.outcome": record.outcome or record.state,
        },
        measured=("blockwright.project", "blockwright.pipeline", "blockwright.block", "blockwright.outcome"),
        error=(record.reason or "failed") if failed else "",
    )


def _follows(workspace: Workspace, run: Run) -> tuple[str, str] | None:
    """What led to the run: its first round, or the run whose block started it, or the one that it replays."""
    if run.round:
        return _trace(run, 0), ROOT
    before = run.parent_run or run.replay_of
    if before is None:
        return None
    try:
        return _trace(workspace.runs.get(before), 0), ROOT
    except NotFound:
        return None


def _trace(run: Run, round: int) -> str:
    """With the time of its creation: other installations have a run of this number, too."""
    return f"{run.project}/{run.id}/{run.created.isoformat()}/{round}"
