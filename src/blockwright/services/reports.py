"""Runs told as JSON documents: what ran, how it ended, where its outputs are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blockwright.core.blocks import BlockSpec
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import BlockRun, Role, Run, RunId, RunState
from blockwright.ports.runs import AttemptRecord, RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import snapshots
from blockwright.wire import documents

LINES_AROUND = 2
"""How many lines of the user's code are shown before and after the one that raised."""


def run_report(workspace: Workspace, run: Run) -> dict[str, Any]:
    """One run with all its block runs, in the order of the pipeline."""
    rows = in_order(workspace.runs.block_runs(run.id))
    return {**run_summary(run, workspace.clock.now()), "blocks": [block_report(row) for row in rows]}


def in_order(rows: Sequence[BlockRun]) -> list[BlockRun]:
    """Dynamic children behind their group by index, callbacks behind their parent; the rest as it stands."""
    below: dict[str | None, list[BlockRun]] = {}
    for row in rows:
        below.setdefault(row.parent, []).append(row)
    ordered: list[BlockRun] = []
    todo = list(reversed(below.get(None, [])))
    while todo:
        row = todo.pop()
        ordered.append(row)
        todo.extend(sorted(below.pop(row.name, []), key=lambda child: -(child.index or 0)))
    return ordered + [row for left in below.values() for row in left if row.parent is not None]


def run_summary(run: Run, now: datetime) -> dict[str, Any]:
    return {
        "run": run.id,
        "pipeline": run.pipeline,
        "project": run.project,
        "kind": run.kind.value,
        "state": run.state.value,
        "reason": run.reason,
        "created": run.created.isoformat(),
        "started": run.started.isoformat() if run.started else None,
        "finished": run.finished.isoformat() if run.finished else None,
        "seconds": seconds_of(run, now),
        "variables": dict(run.variables),
        "snapshot": run.snapshot,
        "git_commit": run.git_commit,
        "round": run.round,
        "replay_of": run.replay_of,
        "parent_run": run.parent_run,
    }


def seconds_of(run: Run, now: datetime) -> float | None:
    if run.started is None:
        return None
    return round(((run.finished or now) - run.started).total_seconds(), 3)


def block_report(row: BlockRun) -> dict[str, Any]:
    failure = row.failure
    report: dict[str, Any] = {
        "id": row.name,
        "block": row.block,
        "state": row.state.value,
        "reason": row.reason,
        "attempts": row.attempt,
        "reused": row.reused,
        "source_run": row.source_run,
        "seconds": round(row.seconds, 4) if row.seconds is not None else None,
        "cpu_seconds": round(row.cpu_seconds, 4) if row.cpu_seconds is not None else None,
        "rss_peak_mb": round(row.rss_peak / 1_000_000, 1) if row.rss_peak is not None else None,
        "outputs": [
            {
                "name": output.name,
                "type": output.type,
                "rows": output.rows,
                "columns": output.columns,
                "bytes": output.bytes,
                "digest": output.digest,
            }
            for output in row.outputs
        ],
        "tests": {"passed": row.tests.passed, "failed": row.tests.failed},
        "error": None
        if failure is None
        else {
            "type": failure.type,
            "message": failure.message,
            "file": failure.file,
            "line": failure.line,
            "hint": failure.hint,
            "code": failure.code,
        },
    }
    if row.role is not Role.BLOCK:
        report["role"] = row.role.value
    if row.role is Role.CHILD:
        report["index"] = row.index
    if row.role is Role.GROUP and row.items is not None:
        report["children"] = row.items.get("count", 0)
    if row.due is not None:
        report["due"] = row.due.isoformat()
    return report


def attempt_reports(records: Sequence[AttemptRecord]) -> list[dict[str, Any]]:
    return [
        {
            "block_run": record.block_run,
            "attempt": record.number,
            "round": record.round,
            "state": record.state,
            "outcome": record.outcome,
            "reason": record.reason,
            "started": record.started.isoformat(),
            "finished": record.finished.isoformat() if record.finished else None,
            "host": record.host,
            "pid": record.pid,
            "snapshot": record.snapshot,
        }
        for record in records
    ]


def error_report(workspace: Workspace, row: BlockRun) -> dict[str, Any] | None:
    """The failure with its traceback and failed tests, from the manifest when it is there."""
    if row.failure is None:
        return None
    report = dict(block_report(row)["error"])
    if row.manifest is not None:
        manifest = workspace.artifacts.manifest(row.manifest)
        report["tests"] = documents.dump(manifest.tests)
        if manifest.error is not None:
            report["traceback"] = documents.dump(manifest.error.traceback)
    return report


def add_code(workspace: Workspace, snapshot: str, error: dict[str, Any]) -> None:
    """Add the lines around each of the user's own frames, as they ran; nothing where they are not kept any more."""
    try:
        pinned = snapshots.load(workspace.artifacts, snapshot)
        for frame in error.get("traceback", ()):
            if not frame.get("own") or (text := pinned.text(frame["file"])) is None:
                continue
            first = max(1, frame["line"] - LINES_AROUND)
            frame["code"] = text.splitlines()[first - 1 : frame["line"] + LINES_AROUND]
            frame["code_from"] = first
    except NotFound:
        return


def pinned_blocks(workspace: Workspace, run: Run) -> Sequence[BlockSpec]:
    """The blocks of the pipeline as the run was pinned to it; empty when the snapshot is no longer kept."""
    try:
        return snapshots.load(workspace.artifacts, run.snapshot).pipeline.blocks
    except NotFound:
        return ()


def last_success(workspace: Workspace, run: Run) -> RunId | None:
    """The run of the pipeline that completed last before this one."""
    which = RunFilter(run.project, run.pipeline, (RunState.COMPLETED,), run.id)
    return next((found.id for found in workspace.runs.list(which, limit=1)), None)
