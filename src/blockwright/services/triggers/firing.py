"""Firing what the clock says is due: each due time once, whoever looks and however often somebody is killed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from blockwright.core.errors import BlockwrightError, Conflict, Invalid, Unavailable
from blockwright.core.runs.model import Run
from blockwright.core.triggers.due import GRACE, Decision, Missed, decide, lead_of, schedule_of, set_back
from blockwright.core.triggers.model import Misfire, Outcome, Pause, Trigger, TriggerId
from blockwright.ports.runs import Fire, Settling
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers.requests import Call, start

AT_ONCE = 200
"""Triggers that are looked at before the files are looked at again."""
AGAIN = timedelta(seconds=30)
"""After how long a due time is tried again when something it needs did not answer."""
RUNTIMES = 7
"""Completed runs from which a landing time is worked out."""


def due_now(workspace: Workspace, *, without: Collection[str] = ()) -> Sequence[Trigger]:
    """The triggers to look at now, the longest due first; those of the pipelines ``without`` wait for their file."""
    return workspace.triggering.records.due(
        workspace.project.name, workspace.clock.now(), limit=AT_ONCE, without=without
    )


def fire_due(workspace: Workspace, *, without: Collection[str] = ()) -> list[Run]:
    """Fire everything that is due now; the runs that were started."""
    started: list[Run] = []
    looked_at: set[tuple[int, datetime | None, datetime | None]] = set()
    while batch := due_now(workspace, without=without):
        fresh = [one for one in batch if (one.id, one.settled, one.next_due) not in looked_at]
        if not fresh:
            break
        for trigger in fresh:
            looked_at.add((trigger.id, trigger.settled, trigger.next_due))
            started += look_at(workspace, trigger)
    return started


def follow_clock_back(workspace: Workspace) -> list[Trigger]:
    """After the clock may have been set back: let triggers go on from the time that it shows now. Returns those that
    had been decided for times to come."""
    records, now = workspace.triggering.records, workspace.clock.now()
    found = []
    for trigger in records.ahead(workspace.project.name, now + GRACE):
        try:
            goes_on = set_back(trigger, now, lead=_lead(workspace, trigger))
        except Invalid:
            continue  # said when it is looked at
        if trigger.settled is None or goes_on is None or goes_on.settled is None:
            continue
        if records.settle(trigger.id, Settling(trigger.settled, goes_on.settled, goes_on.next_due), now=now):
            found.append(trigger)
    return found


def look_at(workspace: Workspace, trigger: Trigger) -> list[Run]:
    """Decide about one trigger and do it. Returns the runs that were started; none when somebody else was faster."""
    before, now = trigger.settled, workspace.clock.now()
    if before is None:
        return []
    if trigger.spec.envs and workspace.options.env not in trigger.spec.envs:
        workspace.triggering.records.settle(trigger.id, Settling(before, before, None), now=now)
        return []
    try:
        decision = _decision(workspace, trigger, now)
    except Invalid as error:
        fire = Fire(trigger.id, _key(now), now, f"{error.message} {error.hint}")
        workspace.triggering.records.settle(
            trigger.id, Settling(before, before, None), now=now, fire=fire, outcome=Outcome.FAILED
        )
        return []
    if decision.missed is not None:
        missed = decision.missed
        settling = Settling(before, missed.last, now if decision.fires else decision.next_due)
        # Under a key of its own: if the clock is set back, that due time may still have its run.
        key = f"missed {_key(missed.first)}"
        pause = workspace.triggering.records.last_pause(trigger.project)
        fire = Fire(trigger.id, key, missed.first, _missed_reason(missed, trigger.spec.misfire, pause))
        if not workspace.triggering.records.settle(trigger.id, settling, now=now, fire=fire, outcome=Outcome.MISSED):
            return []
        before = missed.last
    elif not decision.fires:
        workspace.triggering.records.settle(trigger.id, Settling(before, before, decision.next_due), now=now)
    return _fire_all(workspace, trigger, decision, before, now)


def _fire_all(workspace: Workspace, trigger: Trigger, decision: Decision, before: datetime, now: datetime) -> list[Run]:
    started: list[Run] = []
    once = schedule_of(trigger.spec).once
    for due in decision.fires:
        last = due == decision.fires[-1]
        settling = Settling(before, due, decision.next_due if last else now, active=not once)
        try:
            run = _fire(workspace, trigger, due, settling)
        except Conflict as error:
            if error.code != "fired":
                raise
            if not workspace.triggering.records.settle(trigger.id, settling, now=now):
                return started  # another engine is at it
            run = None  # it was run for before the clock was set back, and is done with
        except Unavailable:
            workspace.triggering.records.settle(trigger.id, Settling(before, before, now + AGAIN), now=now)
            raise
        if run is not None:
            started.append(run)
        before = due
    return started


def _fire(workspace: Workspace, trigger: Trigger, due: datetime, settling: Settling) -> Run | None:
    """A run for the due time, or a record of why there is none."""
    if trigger.spec.settings.skip_if_previous_running:
        running = workspace.triggering.records.unfinished_run(trigger.id)
        if running is not None:
            reason = f"run {running} of it was still going"
            _settle(workspace, settling, Fire(trigger.id, _key(due), due, reason), Outcome.SKIPPED)
            return None
    try:
        return start(workspace, trigger, Call(Fire(trigger.id, _key(due), due, settling=settling)))
    except BlockwrightError as error:
        if isinstance(error, Unavailable) or error.code == "fired":
            raise
        _settle(workspace, settling, Fire(trigger.id, _key(due), due, str(error)), Outcome.FAILED)
        return None


def _settle(workspace: Workspace, settling: Settling, fire: Fire, outcome: Outcome) -> None:
    now = workspace.clock.now()
    if not workspace.triggering.records.settle(TriggerId(fire.trigger), settling, now=now, fire=fire, outcome=outcome):
        raise Conflict(f"Trigger {fire.trigger} has already fired for {fire.key}.", code="fired")


def _decision(workspace: Workspace, trigger: Trigger, now: datetime) -> Decision:
    found = schedule_of(trigger.spec)
    lead, busy = _lead(workspace, trigger), False
    if found.always_on:
        busy = workspace.triggering.records.unfinished_run(trigger.id) is not None
    return decide(trigger, now, lead=lead, busy=busy)


def _lead(workspace: Workspace, trigger: Trigger) -> timedelta:
    if not trigger.spec.settings.landing_time_enabled:
        return timedelta()
    return lead_of(workspace.triggering.records.runtimes(trigger.id, count=RUNTIMES))


def _key(due: datetime) -> str:
    return due.isoformat()


def _missed_reason(missed: Missed, policy: Misfire, pause: Pause | None) -> str:
    times = "1 due time was" if missed.count == 1 else f"{missed.count:,} due times were"
    until = f" until {missed.last:%Y-%m-%d %H:%M:%S}" if missed.count > 1 else ""
    more = "more than " if missed.more else ""
    why = "no engine looked at the time"
    if pause is not None and pause.covers(missed.first, missed.last):
        why = f"all triggers were paused ({pause.reason})"
    return f"{more}{times} not run{until} UTC: {why} (misfire: {policy.value})"
