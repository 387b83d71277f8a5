"""Ending a run that nobody can drive: its code is gone, or each try to drive it fails."""

from __future__ import annotations

from dataclasses import replace

from blockwright.core.runs.model import BlockState, Run, RunId, RunState
from blockwright.ports.runs import Changes, InboxMessage, NewEvent
from blockwright.ports.workspace import Workspace

_SECONDS = 30.0


def give_up(workspace: Workspace, run_id: RunId, reason: str) -> Run:
    """The run has failed, with this reason; what of it had not ended is cancelled. Raises Conflict (code ``owned``)
    when somebody drives it after all."""
    now = workspace.clock.now()
    own = workspace.owners.hold()
    lease = workspace.runs.claim(run_id, own, seconds=_SECONDS, now=now, dead=[own])
    run = workspace.runs.get(run_id)
    if not run.state.final:
        run = replace(run, state=RunState.FAILED, reason=reason, finished=now)
        open_rows = [row for row in workspace.runs.block_runs(run_id) if not row.state.final]
        rows = tuple(replace(row, state=BlockState.CANCELLED, reason=reason, finished=now) for row in open_rows)
        events = tuple(NewEvent("block.cancelled", row.name, {"reason": reason}) for row in rows)
        ended = NewEvent(f"run.{run.state.value}", None, {"reason": reason})
        workspace.runs.save(lease, Changes(run=run, block_runs=rows, events=(*events, ended)), now=now)
    workspace.runs.release(lease)
    workspace.queues.forget(run_id)
    return run


def refuse_retry(workspace: Workspace, wish: InboxMessage, reason: str) -> Run:
    """The wish to run an ended run again cannot be met, and never will: it is taken away, and the run says why."""
    now = workspace.clock.now()
    own = workspace.owners.hold()
    lease = workspace.runs.claim(wish.run, own, seconds=_SECONDS, now=now, dead=[own])
    run = workspace.runs.get(wish.run)
    told = f"It was not run again: {reason}"
    if told not in run.reason:
        run = replace(run, reason=f"{run.reason.rstrip('.')}. {told}".lstrip(". "))
    event = NewEvent("run.retry_refused", None, {"reason": reason})
    workspace.runs.save(lease, Changes(run=run, events=(event,), taken=(wish.id,)), now=now)
    workspace.runs.release(lease)
    workspace.queues.forget(wish.run)
    return run
