"""What the templates of messages may say about a run."""

from __future__ import annotations

from datetime import datetime

from blockwright.core.errors import BlockwrightError
from blockwright.core.runs.model import BlockRun, BlockState, Role, Run, RunState
from blockwright.ports.workspace import Workspace
from blockwright.services import reports
from blockwright.wire import values

_LONGEST_TRACE = 6_000


def execution_date(run: Run) -> datetime:
    """The time that the run is for; when it was created, if it is for none."""
    date = values.decode(run.system.get("execution_date"))
    if isinstance(date, datetime) and date.tzinfo is not None:
        return date
    return run.due or run.created


def run_values(workspace: Workspace, run: Run) -> dict[str, str]:
    """The variables of ``core.alerts.wording`` for this run."""
    failed = _failed_block(workspace, run) if run.state is RunState.FAILED else None
    name, description = _trigger(workspace, run)
    return {
        "project": run.project,
        "pipeline_uuid": run.pipeline,
        "run_id": str(run.id),
        "execution_time": execution_date(run).isoformat(timespec="seconds"),
        "pipeline_run_url": f"{workspace.oversight.public_url}/runs/{run.id}",
        "pipeline_schedule_id": "" if run.trigger is None else str(run.trigger),
        "pipeline_schedule_name": name,
        "pipeline_schedule_description": description,
        "reason": run.reason,
        "error": run.reason if failed is None else _error(failed),
        "block_uuid": "" if failed is None else failed.block,
        "stacktrace": "" if failed is None else _stacktrace(workspace, failed),
    }


def block_values(workspace: Workspace, run: Run, row: BlockRun) -> dict[str, str]:
    """The same, where the failure is that of one block run."""
    about = {"block_uuid": row.block, "error": _error(row), "stacktrace": _stacktrace(workspace, row)}
    return {**run_values(workspace, run), **about}


def _failed_block(workspace: Workspace, run: Run) -> BlockRun | None:
    """The one that failed first: the others may have failed because of it."""
    rows = [
        row
        for row in workspace.runs.block_runs(run.id)
        if row.state is BlockState.FAILED and row.role is not Role.GROUP and row.failure is not None
    ]
    return min(rows, key=lambda row: row.finished or run.created, default=None)


def _error(row: BlockRun) -> str:
    told = row.failure.sentence if row.failure is not None else row.reason
    return f"block {row.name}: {told}"


def _stacktrace(workspace: Workspace, row: BlockRun) -> str:
    try:
        error = reports.error_report(workspace, row) or {}
    except BlockwrightError:
        return ""  # its manifest is gone: the sentence has to do
    lines = [
        f"{one['file']}:{one['line']} in {one['function']}\n    {one['text']}" for one in error.get("traceback", ())
    ]
    failures = (error.get("tests") or {}).get("failures", ())
    lines += [f"test {one['name']}: {one['message']}" for one in failures]
    return "\n".join(lines)[-_LONGEST_TRACE:]


def _trigger(workspace: Workspace, run: Run) -> tuple[str, str]:
    if run.trigger is None:
        return "", ""
    return workspace.oversight.watch.trigger(run.trigger) or ("", "")
