"""Why a run is where it is: what it waits for, or why it ended so, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, Run, RunState
from blockwright.ports.workspace import Workspace
from blockwright.services import runs, snapshots


@dataclass(frozen=True, slots=True)
class Reason:
    """``subject`` is the run or a block run; ``next`` what a person can do about it."""

    subject: str
    state: str
    text: str
    next: str = ""


def why(workspace: Workspace, run: Run) -> list[Reason]:
    """The reasons, the run's own first, then those of its block runs that explain it."""
    rows = list(workspace.runs.block_runs(run.id))
    owner = runs.living_owner(workspace, run.id)
    reasons = [_run_reason(run, rows, owner), *_occasion(run)]
    if run.state.final:
        reasons += _ended(rows)
    else:
        reasons += _open(workspace, run, rows, driven=owner is not None)
    return reasons


def _run_reason(run: Run, rows: Sequence[BlockRun], owner: str | None) -> Reason:
    subject, state = f"run {run.id}", run.state.value
    if run.state is RunState.COMPLETED:
        reused = sum(row.reused for row in rows)
        kept = f"; {reused} of them kept an earlier result" if reused else ""
        return Reason(subject, state, f"Every block ended well ({len(rows)} block runs{kept}).")
    if run.state is RunState.FAILED:
        return Reason(subject, state, _ended_by(run.reason), f"Mend the cause, then `blockwright retry {run.id}`.")
    if run.state is RunState.CANCELLED:
        reason = run.reason or "cancelled by request"
        text = _ended_by(f"It was {reason}" if reason.startswith("cancelled") else f"It was cancelled: {reason}")
        return Reason(subject, state, text, f"`blockwright retry {run.id}` runs what is missing.")
    if owner is not None:
        process = owner.split(":")[1] if ":" in owner else owner
        word = "It ends what still runs" if run.state is RunState.CANCELLING else "It is being driven"
        return Reason(subject, state, f"{word} (process {process}).")
    if run.state is RunState.QUEUED:
        text = "It waits for an engine: nobody drives it yet."
        if run.reason.startswith("It waits for "):  # a limit without room
            return Reason(subject, state, run.reason, "It starts as soon as one of those has ended.")
        return Reason(subject, state, text, f"`blockwright retry {run.id}` drives it here and now.")
    text = "The process that drove it is gone; nothing of it runs any more."
    return Reason(subject, state, text, f"`blockwright retry {run.id}` goes on at the block where it was.")


def _occasion(run: Run) -> list[Reason]:
    """What a monitor found, where that is why there is a run at all."""
    event = run.system.get("event")
    if run.trigger is None or not isinstance(event, Mapping) or event.get("source") != "monitor":
        return []
    text = f"It was started because {event.get('text', '')}"
    hint = f"`blockwright monitors show {event.get('monitor', '')}` has the figures."
    return [Reason(f"trigger {run.trigger}", "fired", _ended_by(text), hint)]


def _ended_by(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _ended(rows: Sequence[BlockRun]) -> list[Reason]:
    reasons: list[Reason] = []
    for row in rows:
        if row.state is BlockState.FAILED and row.role is not Role.GROUP:
            failure = row.failure
            place = f" ({failure.file}:{failure.line})" if failure and failure.file else ""
            reasons.append(Reason(row.name, row.state.value, f"{row.reason}{place}", failure.hint if failure else ""))
    told = 0
    for row in rows:
        if row.state in (BlockState.UPSTREAM_FAILED, BlockState.SKIPPED) and told < 20:
            told += 1
            reasons.append(Reason(row.name, row.state.value, _ended_by(f"It did not run: {row.reason}")))
    return reasons


def _open(workspace: Workspace, run: Run, rows: Sequence[BlockRun], *, driven: bool) -> list[Reason]:
    snapshot = snapshots.load(workspace.artifacts, run.snapshot)
    shape = runs.run_shape(workspace, snapshot, run.selection, skip_sensors=run.skip_sensors)
    live = LiveRun.of(run, shape, rows)
    running = [row.name for row in rows if row.state.alive and row.role is not Role.GROUP]
    reasons: list[Reason] = []
    for row in rows:
        if row.state.final or len(reasons) >= 50:
            continue
        cut_off = row.state.alive and row.role is not Role.GROUP and not driven
        text = f"Attempt {row.attempt} was cut off." if cut_off else _open_text(live, row, running)
        reasons.append(Reason(row.name, row.state.value, text))
    return reasons


def _open_text(live: LiveRun, row: BlockRun, running: Sequence[str]) -> str:
    match row.state:
        case BlockState.WAITING:
            return _waiting_text(live, row)
        case BlockState.QUEUED:
            if row.reason.startswith("It waits for "):  # a pool or limit without room
                return row.reason
            busy = ", ".join(f"`{name}`" for name in running[:3]) or "nothing"
            why = f" ({row.reason})" if row.reason else ""
            return f"Ready; it waits for a free slot while {busy} runs{why}."
        case BlockState.RETRY_WAIT:
            when = row.due.astimezone().strftime("%H:%M:%S") if row.due else "later"
            return f"It waits until {when}: {row.reason}."
        case BlockState.CANCELLING:
            return "Its process was told to end and is not gone yet."
        case _:
            if row.role is Role.GROUP:
                done = sum(live.rows[name].state.final for name in live.children.get(row.name, ()))
                return f"{done} of its {len(live.children.get(row.name, ()))} children have ended."
            since = row.started.astimezone().strftime("%H:%M:%S") if row.started else "just now"
            return f"Attempt {row.attempt} runs since {since}."


def _waiting_text(live: LiveRun, row: BlockRun) -> str:
    sources = [link.source for link in live.links.get(row.name, ())]
    if not sources:
        node = live.shape.nodes[row.block]
        sources = [BlockRunName(name) for name in node.upstream]
    open_sources = [f"`{name}` ({live.rows[name].state})" for name in sources if not live.rows[name].state.final]
    return f"It waits for {', '.join(open_sources[:5])}." if open_sources else "It is about to become ready."
