"""The one place where runs and block runs change state.

``step`` is given the live run, one event and the time, and says what to do: commands, and the rows that changed. It
does no I/O and never waits. Delivery is at least once, so an event about an attempt that is not the row's present one,
or about a row that has ended, is ignored. Whatever else has no entry in the table below is a bug and raises.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.graph import closure
from blockwright.core.runs.events import (
    AwaitedEnded,
    BlockAwaits,
    BlockCompleted,
    BlockFailed,
    BlockGone,
    BlockHeld,
    BlockLost,
    BlockReused,
    BlockSkipped,
    CancelAsked,
    Command,
    EndBlock,
    Event,
    Measured,
    RetryAsked,
    RunClaimed,
    SensorLooked,
    StartBlock,
    TimePassed,
)
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Failure, Role, Run, RunState
from blockwright.core.runs.rules import Verdict, judge

LOST_ALLOWANCE = 2
"""How often an attempt that may itself have ended its worker is tried again beyond its retries."""

BlockEvent = (
    BlockReused | BlockCompleted | BlockFailed | BlockSkipped | SensorLooked | BlockLost | BlockGone | BlockAwaits
)


class ImpossibleTransition(Exception):
    """An event that cannot happen in this state; carries both for the report."""


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` is None unless the run's own row changed."""

    commands: tuple[Command, ...]
    block_runs: tuple[BlockRun, ...]
    run: Run | None


def step(live: LiveRun, event: Event, now: datetime, allowance: int) -> Step:
    """Let ``event`` happen. ``allowance``: how many more attempts may be started now, over all runs of the owner."""
    live.changed.clear()
    live.run_changed = False
    commands: list[Command] = []
    match event:
        case RunClaimed():
            _claimed(live, now)
        case TimePassed():
            commands += _time_passed(live, now)
        case CancelAsked():
            commands += _cancel(live, event, now)
        case RetryAsked():
            _retry(live, event, now)
        case BlockHeld():
            _held(live, event)
        case AwaitedEnded():
            if live.rows[event.name].state is BlockState.RETRY_WAIT:
                live.set(event.name, state=BlockState.QUEUED, due=None, reason="")
        case _:
            _block_event(live, event, now)
    _settle(live, now)
    commands += _end_at_first_failure(live, now)
    _finish(live, now)
    commands += _start_ready(live, now, allowance)
    return Step(
        commands=tuple(commands),
        block_runs=tuple(live.rows[name] for name in live.changed),
        run=live.run if live.run_changed else None,
    )


# Events about the run --------------------------------------------------------------------------------------------


def _claimed(live: LiveRun, now: datetime) -> None:
    if live.run.state is RunState.QUEUED:
        live.put_run(replace(live.run, state=RunState.RUNNING, reason="", started=live.run.started or now))
    # When a later round began is not recorded: its time is counted from when this owner took it.
    _set_deadline(live, live.run.started if live.run.round == 0 else now)
    for name in list(live.rows):
        _consider(live, name, now)


def _set_deadline(live: LiveRun, since: datetime | None) -> None:
    seconds = live.run.settings.timeout
    live.deadline = since + timedelta(seconds=seconds) if seconds and since is not None else None


def _time_passed(live: LiveRun, now: datetime) -> list[Command]:
    if live.deadline is not None and live.deadline <= now and live.run.state is RunState.RUNNING:
        return _stop(live, _overdue(live.run), now, "timeout")
    while (when := live.next_row_due()) is not None and when <= now:
        name = live.due[0][1]
        live.set(name, state=BlockState.QUEUED, due=None, reason="")
    return []


def _overdue(run: Run) -> str:
    """The reason of a run that took longer than it may. It is also how such a run is told from one that a person
    cancelled, when another owner goes on with ending it."""
    return f"ran longer than its time of {run.settings.timeout or 0:g} s"


def _held(live: LiveRun, event: BlockHeld) -> None:
    row = live.rows[event.name]
    if row.state is BlockState.QUEUED and row.reason != event.reason:
        live.set(event.name, reason=event.reason)
        live.ready = [entry for entry in live.ready if entry[-1] != event.name]
        heapq.heapify(live.ready)
        live.held[event.name] = None


def _end_at_first_failure(live: LiveRun, now: datetime) -> list[Command]:
    """Where no block may fail, the first that does for good ends the run; callbacks about it still run."""
    if live.run.settings.allow_blocks_to_fail or live.run.state is not RunState.RUNNING:
        return []
    failed = [name for name in live.changed if _failed_for_good(live.rows[name])]
    if not failed:
        return []
    commands = _stop(live, f"`{failed[0]}` failed, and no block of this run may fail", now, "cancelled")
    _settle(live, now)
    return commands


def _failed_for_good(row: BlockRun) -> bool:
    return row.state is BlockState.FAILED and row.role is not Role.CALLBACK


def _cancel(live: LiveRun, event: CancelAsked, now: datetime) -> list[Command]:
    if live.run.state.final:
        return []
    commands = _stop(live, event.reason, now, "cancelled")
    for name, row in list(live.rows.items()):
        if row.role is Role.CALLBACK and row.state is BlockState.QUEUED:
            _end(live, name, now, BlockState.CANCELLED, reason=event.reason, due=None)
    return commands


def _stop(live: LiveRun, reason: str, now: datetime, why: str) -> list[Command]:
    """End what runs and let nothing else start but callbacks."""
    live.put_run(replace(live.run, state=RunState.CANCELLING, reason=reason))
    commands: list[Command] = []
    for name, row in list(live.rows.items()):
        if row.state is BlockState.RUNNING and row.role is not Role.GROUP:
            live.set(name, state=BlockState.CANCELLING, reason=reason)
            commands.append(EndBlock(name, row.attempt, why))
        elif name in live.ahead and not row.state.final:  # it may have begun by now
            live.set(name, state=BlockState.CANCELLING, reason=reason, attempt=live.ahead[name], due=None)
            commands.append(EndBlock(name, live.ahead[name], why))
        elif row.state in _NOT_STARTED and row.role is not Role.CALLBACK:
            _end(live, name, now, BlockState.CANCELLED, reason=reason, due=None)
    live.ahead.clear()
    return commands


_NOT_STARTED = (BlockState.WAITING, BlockState.QUEUED, BlockState.RETRY_WAIT)


def _retry(live: LiveRun, event: RetryAsked, now: datetime) -> None:
    """What did not finish runs again; with ``start`` also those blocks and all behind them. The rest stays."""
    again = closure(live.shape.following, event.start)
    for row in list(live.rows.values()):
        node = live.shape.nodes.get(row.block)
        if row.role is Role.CALLBACK or node is None or (node.bound and not node.left_out):
            continue
        if row.role is Role.CHILD and _loses_its_group(live, row, again):
            live.put(replace(_fresh(row), state=BlockState.SKIPPED, reason="belongs to an earlier round"))
        elif row.block in again:
            live.put(_fresh(row))
        elif row.role is Role.GROUP and row.items is not None and _unfinished(row):
            live.put(replace(row, state=BlockState.RUNNING, reason="", finished=None))  # some children run again
        elif _unfinished(row):
            live.put(_fresh(row))
    live.put_run(replace(live.run, state=RunState.RUNNING, reason="", finished=None, round=live.run.round + 1))
    _set_deadline(live, now)
    live.rebuild()
    for name in list(live.rows):
        _consider(live, name, now)


def _loses_its_group(live: LiveRun, row: BlockRun, again: set[BlockId]) -> bool:
    """Whether the group of a child is multiplied anew, so that the child may no longer be among its items."""
    group = live.rows[BlockRunName(row.block)]
    return row.block in again or group.items is None


def _fresh(row: BlockRun) -> BlockRun:
    """The row for another round: waiting, with nothing of the last one but the count of attempts."""
    return BlockRun(
        name=row.name,
        block=row.block,
        role=row.role,
        parent=row.parent,
        index=row.index,
        attempt=row.attempt,
        round=row.round + 1,
    )


def _unfinished(row: BlockRun) -> bool:
    return row.state not in (BlockState.COMPLETED, BlockState.SKIPPED)


# Events about one block run --------------------------------------------------------------------------------------


def _block_event(live: LiveRun, event: BlockEvent, now: datetime) -> None:
    row = live.rows.get(event.name)
    if row is not None and live.ahead.get(event.name) == event.attempt:
        row = _begin(live, event.name, now)  # the session was quicker than its turn came here
    if row is None or row.attempt != event.attempt or not row.state.alive:
        return  # heard before, or overtaken
    transition = _TRANSITIONS.get((row.state, type(event)))
    if transition is None:
        raise ImpossibleTransition(f"{row.name}: {type(event).__name__} in state {row.state}")
    transition(live, row, event, now)


def _reused(live: LiveRun, row: BlockRun, event: BlockReused, now: datetime) -> None:
    _end(
        live,
        row.name,
        now,
        BlockState.COMPLETED,
        reason=event.reason,
        reused=True,
        source_run=event.source_run,
        outputs=event.outputs,
        items=event.items,
        manifest=event.manifest,
        tests=event.tests,
        key=event.key,
        attempt=event.attempt - 1,  # none was started
        seconds=0.0,
    )


def _completed(live: LiveRun, row: BlockRun, event: BlockCompleted, now: datetime) -> None:
    _end(
        live,
        row.name,
        now,
        BlockState.COMPLETED,
        reason="",
        outputs=event.outputs,
        items=event.items,
        tests=event.tests,
        manifest=event.manifest,
        key=event.key or row.key,
        failure=None,
        **_cost(event.measured),
    )
    _call_back(live, row, "success")


def _skipped(live: LiveRun, row: BlockRun, event: BlockSkipped, now: datetime) -> None:
    _end(
        live,
        row.name,
        now,
        BlockState.SKIPPED,
        reason=event.reason,
        manifest=event.manifest,
        **_cost(event.measured),
    )


def _failed(live: LiveRun, row: BlockRun, event: BlockFailed, now: datetime) -> None:
    found = {
        "failure": event.failure,
        "outputs": event.outputs,
        "tests": event.tests,
        "manifest": event.manifest,
        **_cost(event.measured),
    }
    if event.retry and _wait_for_retry(live, row, now, found):
        return
    _end(live, row.name, now, BlockState.FAILED, reason=event.failure.sentence, **found)
    _call_back(live, row, "failure")


def _lost(live: LiveRun, row: BlockRun, event: BlockLost, now: datetime) -> None:
    """The worker is gone and nothing is committed: run the block again, at once.

    An attempt that may have brought its worker down itself gets only a few more chances.
    """
    tries = row.tries + (1 if event.blamed else 0)
    node = live.shape.nodes.get(row.block)
    retries = node.retry.retries if node else 0
    if tries > retries + LOST_ALLOWANCE:
        failure = Failure(
            type="WorkerLost",
            message=f"Block `{row.block}` lost its worker {tries} times: {event.reason}",
            hint="The block probably ends the process that runs it. Its log shows how far it came.",
            code="worker_lost",
        )
        _end(live, row.name, now, BlockState.FAILED, reason=failure.message, failure=failure, tries=tries)
        _call_back(live, row, "failure")
        return
    live.set(row.name, state=BlockState.QUEUED, tries=tries, reason=f"runs again: {event.reason}")


def _looked(live: LiveRun, row: BlockRun, event: SensorLooked, now: datetime) -> None:
    node = live.shape.nodes[row.block]
    started = row.started or now
    if node.timeout is not None and (now - started).total_seconds() >= node.timeout:
        failure = Failure(
            type="Timeout",
            message=f"Sensor `{row.block}` waited {node.timeout:g} s and what it waits for did not come.",
            hint="Raise the block's `timeout`, or look why the event is missing.",
            code="timeout",
        )
        _end(live, row.name, now, BlockState.FAILED, reason=failure.message, failure=failure)
        _call_back(live, row, "failure")
        return
    live.set(
        row.name,
        state=BlockState.RETRY_WAIT,
        due=now + timedelta(seconds=node.poll_interval),
        reason="the sensor has not seen it yet; looks again",
        # The next look is the same attempt: a sensor may look for days, and attempts are for people to count.
        attempt=row.attempt - 1,
        **_cost(event.measured),
    )


def _awaits(live: LiveRun, row: BlockRun, event: BlockAwaits, now: datetime) -> None:
    live.set(
        row.name, state=BlockState.RETRY_WAIT, due=event.due, reason=event.reason, attempt=row.attempt - 1, seconds=0.0
    )


def _cancelled(live: LiveRun, row: BlockRun, event: BlockEvent, now: datetime) -> None:
    if isinstance(event, BlockGone) and not event.begun:
        reason = live.run.reason or "cancelled"
        _end(live, row.name, now, BlockState.CANCELLED, reason=reason, attempt=row.attempt - 1)
        return
    _end(live, row.name, now, BlockState.CANCELLED, reason=live.run.reason or "cancelled")
    _call_back(live, row, "cancelled")


def _wait_for_retry(live: LiveRun, row: BlockRun, now: datetime, found: dict[str, Any]) -> bool:
    node = live.shape.nodes.get(row.block)
    if node is None or row.tries >= node.retry.retries or row.waited >= node.retry.max_delay > 0:
        return False
    policy = node.retry
    delay = policy.delay * (2**row.tries if policy.exponential_backoff else 1)
    delay = min(delay, max(policy.max_delay - row.waited, 0.0)) if policy.max_delay > 0 else delay
    found.pop("outputs")
    live.set(
        row.name,
        state=BlockState.RETRY_WAIT,
        tries=row.tries + 1,
        waited=row.waited + delay,
        due=now + timedelta(seconds=delay),
        reason=f"try {row.tries + 1} of {policy.retries + 1} failed: {found['failure'].sentence}",
        **found,
    )
    return True


def _cost(measured: Measured) -> dict[str, Any]:
    return {
        "seconds": measured.seconds,
        "cpu_seconds": measured.cpu_seconds,
        "rss_peak": measured.rss_peak,
    }


Transition = Callable[[LiveRun, BlockRun, Any, datetime], None]
_TRANSITIONS: dict[tuple[BlockState, type[Any]], Transition] = {
    (BlockState.RUNNING, BlockReused): _reused,
    (BlockState.RUNNING, BlockCompleted): _completed,
    (BlockState.RUNNING, BlockSkipped): _skipped,
    (BlockState.RUNNING, BlockFailed): _failed,
    (BlockState.RUNNING, SensorLooked): _looked,
    (BlockState.RUNNING, BlockLost): _lost,
    (BlockState.RUNNING, BlockAwaits): _awaits,
    # Finished means committed: a result that was in place before the end reached it counts.
    (BlockState.CANCELLING, BlockReused): _reused,
    (BlockState.CANCELLING, BlockCompleted): _completed,
    (BlockState.CANCELLING, BlockSkipped): _skipped,
    (BlockState.CANCELLING, BlockFailed): _cancelled,
    (BlockState.CANCELLING, SensorLooked): _cancelled,
    (BlockState.CANCELLING, BlockAwaits): _cancelled,
    (BlockState.CANCELLING, BlockLost): _cancelled,
    (BlockState.CANCELLING, BlockGone): _cancelled,
}


# What follows ----------------------------------------------------------------------------------------------------


def _end(live: LiveRun, name: BlockRunName, now: datetime, state: BlockState, **fields: Any) -> None:
    live.set(name, state=state, finished=now, **fields)
    live.settled.append(name)


def _call_back(live: LiveRun, row: BlockRun, status: str) -> None:
    node = live.shape.nodes.get(row.block)
    for callback in node.callbacks if node else ():
        if status not in callback.statuses:
            continue
        name = BlockRunName(f"{callback.block}@{row.name}")
        before = live.rows.get(name)
        fresh = BlockRun(
            name=name,
            block=callback.block,
            role=Role.CALLBACK,
            parent=row.name,
            state=BlockState.QUEUED,
            reason=status,
            attempt=before.attempt if before else 0,
            round=before.round + 1 if before else 0,
        )
        live.put(fresh)


def _settle(live: LiveRun, now: datetime) -> None:
    """Tell everyone who waits for a row that it ended, and whoever ends of that, until all is quiet."""
    while live.settled:
        name = live.settled.popleft()
        row = live.rows[name]
        for follower in live.followers.pop(name, ()):
            live.tallies[follower].count(row.state)
            _consider(live, follower, now)
        _tell_expanders(live, name, now)
        if row.role is Role.CHILD and row.parent is not None and row.parent in live.open_children:
            live.open_children[row.parent] -= 1
            _end_group_when_done(live, row.parent, now)


def _consider(live: LiveRun, name: BlockRunName, now: datetime) -> None:
    row = live.rows[name]
    if row.role is Role.GROUP:
        if row.state is BlockState.WAITING and live.missing.get(name) == 0:
            _multiply(live, name, now)
        elif row.state is BlockState.RUNNING:
            _end_group_when_done(live, name, now)
        return
    if row.state is not BlockState.WAITING:
        return
    node = live.shape.nodes[row.block]
    match judge(node.rule, live.tallies[name]):
        case Verdict.START if node.left_out:
            _end(live, name, now, BlockState.COMPLETED, reason="left out of this run: what waits for it goes on")
        case Verdict.START:
            live.set(name, state=BlockState.QUEUED)
        case Verdict.SKIP:
            _end(live, name, now, BlockState.SKIPPED, reason=_because(live, name, BlockState.SKIPPED))
        case Verdict.FAIL:
            _end(live, name, now, BlockState.UPSTREAM_FAILED, reason=_because(live, name, BlockState.FAILED))
        case Verdict.WAIT:
            pass


def _because(live: LiveRun, name: BlockRunName, state: BlockState) -> str:
    rows = [live.rows[link.source] for link in live.links.get(name, ())]
    if state is BlockState.SKIPPED:
        skipped = [row.name for row in rows if row.state is BlockState.SKIPPED]
        return f"{_names(skipped)} was skipped" if skipped else "its trigger rule cannot hold"
    failed = [row.name for row in rows if row.state in (BlockState.FAILED, BlockState.UPSTREAM_FAILED)]
    return f"{_names(failed)} failed" if failed else "its trigger rule cannot hold"


def _names(names: list[BlockRunName]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _tell_expanders(live: LiveRun, name: BlockRunName, now: datetime) -> None:
    for group in live.expanders.pop(name, ()):
        live.missing[group] -= 1
        _consider(live, group, now)


def _multiply(live: LiveRun, group: BlockRunName, now: datetime) -> None:
    row = live.rows[group]
    node = live.shape.nodes[row.block]
    giving = [live.rows[BlockRunName(up)] for up in node.upstream if live.shape.nodes[up].multiplies]
    without = [giver.state for giver in giving if not _gave_items(live, giver)]
    if without:
        failed = any(state is not BlockState.SKIPPED for state in without)
        state = BlockState.UPSTREAM_FAILED if failed else BlockState.SKIPPED
        word = "failed" if failed else "was skipped"
        _end(live, group, now, state, reason=f"the block that gives its items {word}")
        return
    plans = live.plan_children(group)
    for plan in plans:
        before = live.rows.get(plan.name)
        live.put(
            BlockRun(
                name=plan.name,
                block=row.block,
                role=Role.CHILD,
                parent=group,
                index=plan.index,
                attempt=before.attempt if before else 0,
                round=max(row.round, before.round + 1 if before else 0),
            )
        )
    live.set(group, state=BlockState.RUNNING, items={"count": len(plans)}, started=now, reason="")
    live.adopt_children(group, plans)
    for plan in plans:
        _consider(live, plan.name, now)
    if not node.dynamic:
        _tell_expanders(live, group, now)  # groups behind this one need its children, not their items
    _end_group_when_done(live, group, now)


def _gave_items(live: LiveRun, giver: BlockRun) -> bool:
    if live.shape.nodes[giver.block].dynamic:
        return giver.state is BlockState.COMPLETED
    return giver.items is not None


def _end_group_when_done(live: LiveRun, group: BlockRunName, now: datetime) -> None:
    if live.open_children.get(group) != 0 or live.rows[group].state.final:
        return
    states = [live.rows[name].state for name in live.children[group]]
    failed = sum(state in (BlockState.FAILED, BlockState.UPSTREAM_FAILED) for state in states)
    if failed:
        _end(live, group, now, BlockState.FAILED, reason=f"{failed} of its {len(states)} children failed")
    elif BlockState.CANCELLED in states:
        _end(live, group, now, BlockState.CANCELLED, reason=live.run.reason)
    elif states and all(state is BlockState.SKIPPED for state in states):
        _end(live, group, now, BlockState.SKIPPED, reason="all its children were skipped")
    else:
        _end(live, group, now, BlockState.COMPLETED, reason="")


def _start_ready(live: LiveRun, now: datetime, allowance: int) -> list[Command]:
    commands: list[Command] = []
    if live.run.state.final:
        return commands
    while allowance > 0 and (live.run_limit is None or live.alive < live.run_limit):
        name = live.next_given()
        given = name is not None
        name = name or live.next_ready()
        if name is None:
            break
        commands.append(StartBlock(name, _begin(live, name, now).attempt, given))
        allowance -= 1
    return commands


def _begin(live: LiveRun, name: BlockRunName, now: datetime) -> BlockRun:
    live.ahead.pop(name, None)
    live.admitted.discard(name)
    row = live.rows[name]
    return live.set(
        name,
        state=BlockState.RUNNING,
        attempt=row.attempt + 1,
        started=row.started or now,
        due=None,
        finished=None,
        reason="" if row.block in live.pooled else row.reason,  # what it waited for is over
    )


def _finish(live: LiveRun, now: datetime) -> None:
    if live.open or live.run.state.final or live.run.state is RunState.QUEUED:
        return
    failed = [
        row
        for row in live.rows.values()
        if row.role is not Role.CALLBACK and row.state in (BlockState.FAILED, BlockState.UPSTREAM_FAILED)
    ]
    if live.run.state is RunState.CANCELLING:
        state, reason = _stopped_as(live.run, bool(failed)), live.run.reason
    elif failed:
        state, reason = RunState.FAILED, _failure_reason(failed)
    else:
        state, reason = RunState.COMPLETED, ""
    live.put_run(replace(live.run, state=state, reason=reason, finished=now))


def _stopped_as(run: Run, failed: bool) -> RunState:
    """The end of a run that was stopped: by its time, by a block that failed, or by request."""
    if run.reason == _overdue(run):
        return RunState(run.settings.timeout_status)
    return RunState.FAILED if failed and not run.settings.allow_blocks_to_fail else RunState.CANCELLED


def _failure_reason(failed: list[BlockRun]) -> str:
    own = [row for row in failed if row.state is BlockState.FAILED and row.role is not Role.GROUP]
    if not own:
        return "a block could not start because of what failed before it"
    first = f"`{own[0].name}` failed: {own[0].reason}"
    return first if len(own) == 1 else f"{first} (and {len(own) - 1} more failed)"
