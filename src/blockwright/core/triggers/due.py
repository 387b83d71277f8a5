"""When a trigger is due: ``begin`` when it becomes active, ``decide`` each time somebody looks at the clock.

What was decided is one time, ``settled``: everything up to it is done with. It only moves together with the record of
what was decided, so a due time is never decided twice and never passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import fsum, sqrt

from blockwright.core.schedules.schedules import (
    Schedule,
    latest_before,
    latest_until,
    next_after,
    schedule,
    time_zone,
)
from blockwright.core.triggers.model import Misfire, Trigger, TriggerSpec, TriggerType

TICK = timedelta(microseconds=1)
GRACE = timedelta(minutes=1)
"""How late a due time may be run under the misfire policy ``skip``."""
ALWAYS_ON_LOOK = timedelta(seconds=60)
"""A trigger that is always on is looked at when a run has ended, and this often in case nobody said so."""
_LANDING_STEP = timedelta(minutes=2)
MOST_COUNTED = 10_000
"""Missed due times that are counted; a schedule of seconds misses millions in a month."""


@dataclass(frozen=True, slots=True)
class Missed:
    """``count`` due times from ``first`` to ``last`` (``more``: and further ones between them) that are let go."""

    first: datetime
    last: datetime
    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done now: record ``missed``, then fire for each of ``fires`` in their order.

    ``next_due`` is when to look next once all that is done.
    """

    fires: tuple[datetime, ...] = ()
    missed: Missed | None = None
    next_due: datetime | None = None


def lead_of(runtimes: Sequence[float]) -> timedelta:
    """How much earlier a run must start to have landed in time: the mean of its last runtimes (in seconds) and half
    their standard deviation."""
    if not runtimes:
        return timedelta()
    mean = fsum(runtimes) / len(runtimes)
    deviation = sqrt(fsum((seconds - mean) ** 2 for seconds in runtimes) / len(runtimes))
    return timedelta(seconds=mean + deviation / 2)


def schedule_of(spec: TriggerSpec) -> Schedule:
    """The schedule; raises Invalid. With a landing time an interval takes hour, minute and day from ``start_time``."""
    if spec.settings.landing_time_enabled and spec.start_time is not None:
        landing = spec.start_time.astimezone(time_zone(spec.timezone))
        second, minute, hour = landing.second, landing.minute, landing.hour
        day = "L" if landing.day > 28 else landing.day  # so that every month has it
        match spec.schedule:
            case "@hourly":
                return schedule(f"{second} {minute} * * * *", spec.timezone)
            case "@daily":
                return schedule(f"{second} {minute} {hour} * * *", spec.timezone)
            case "@weekly":
                return schedule(f"{second} {minute} {hour} * * {landing.isoweekday() % 7}", spec.timezone)
            case "@monthly":
                return schedule(f"{second} {minute} {hour} {day} * *", spec.timezone)
    return schedule(spec.schedule, spec.timezone)


def begin(trigger: Trigger, now: datetime, *, first: bool) -> Trigger:
    """The trigger as it begins to count now: it was made active (``first``), or its timing was changed. Due times
    before now are none of its business, but with ``create_initial_pipeline_run`` the latest one is, when ``first``."""
    if not trigger.active or trigger.problem or trigger.gone is not None:
        return replace(trigger, next_due=None)
    begun = replace(trigger, enabled=now if first or trigger.enabled is None else trigger.enabled)
    if trigger.spec.type is not TriggerType.TIME:
        return replace(begun, settled=None, next_due=None)
    settled = now - TICK
    if first and trigger.spec.settings.create_initial_pipeline_run:
        initial = latest_until(schedule_of(trigger.spec), now)
        if initial is not None:
            settled = initial - TICK
    return replace(begun, settled=settled, next_due=_first_look(trigger.spec, settled, now))


def resume(trigger: Trigger, now: datetime) -> Trigger:
    """The trigger as it goes on after something kept it from being looked at; what is undecided is decided now."""
    if not trigger.active or trigger.problem or trigger.gone is not None or trigger.settled is None:
        return replace(trigger, next_due=None)
    return replace(trigger, next_due=_first_look(trigger.spec, trigger.settled, now))


def set_back(trigger: Trigger, now: datetime, *, lead: timedelta = timedelta()) -> Trigger | None:
    """The trigger as it goes on when the clock shows a time long before what is decided already, because somebody set
    it back; None while it does not. Else nothing would be due until the clock is there again. What has been run for in
    the meantime is not run for again: each due time has one run."""
    if trigger.settled is None or trigger.settled <= now + lead + GRACE:
        return None
    return resume(replace(trigger, settled=now - TICK), now)


def _first_look(spec: TriggerSpec, settled: datetime, now: datetime) -> datetime | None:
    found = schedule_of(spec)
    if found.once or found.always_on:
        return _from_start(spec, settled + TICK)
    if spec.settings.landing_time_enabled:
        return now  # how much earlier it starts is worked out when it is looked at
    return next_after(found, _floor(spec, settled))


def decide(trigger: Trigger, now: datetime, *, lead: timedelta = timedelta(), busy: bool = False) -> Decision:
    """What is due at ``now``. ``lead`` is how much earlier than its landing time it starts, ``busy`` whether a run of
    it is unfinished (asked of ``@always_on`` only)."""
    spec, settled = trigger.spec, trigger.settled
    if not trigger.active or trigger.gone is not None or settled is None or spec.type is not TriggerType.TIME:
        return Decision()
    found = schedule_of(spec)
    if found.always_on:
        return _decide_always_on(spec, settled, now, busy=busy)
    if found.once:
        due = _from_start(spec, settled + TICK)
        return Decision(fires=(due,)) if due <= now else Decision(next_due=due)
    floor, horizon = _floor(spec, settled), now + lead
    latest = latest_until(found, horizon)
    if latest is None or latest <= floor:
        return Decision(next_due=_look_next(spec, next_after(found, floor), lead, now))
    next_due = _look_next(spec, next_after(found, horizon), lead, now)
    fires = _fires(spec, found, floor, latest, horizon)
    earlier = fires[0] if fires else latest + TICK
    return Decision(fires, _missed(found, floor, earlier), next_due)


def _look_next(spec: TriggerSpec, due: datetime | None, lead: timedelta, now: datetime) -> datetime | None:
    """When to look for a due time. What a landing time needs may change with every run that ends, so it is looked at
    half way, again and again."""
    if due is None or not spec.settings.landing_time_enabled:
        return due
    wait = due - lead - now
    return now + (wait / 2 if wait > _LANDING_STEP else wait)


def _decide_always_on(spec: TriggerSpec, settled: datetime, now: datetime, *, busy: bool) -> Decision:
    start = _from_start(spec, settled)
    if start > now:
        return Decision(next_due=start)
    return Decision(fires=() if busy else (now,), next_due=now + ALWAYS_ON_LOOK)


def _from_start(spec: TriggerSpec, moment: datetime) -> datetime:
    return max(moment, spec.start_time) if spec.start_time is not None else moment


def _floor(spec: TriggerSpec, settled: datetime) -> datetime:
    """Only due times later than this count: undecided ones, from ``start_time`` on."""
    if spec.start_time is None or spec.settings.landing_time_enabled:
        return settled
    return max(settled, spec.start_time - TICK)


def _fires(
    spec: TriggerSpec, found: Schedule, floor: datetime, latest: datetime, horizon: datetime
) -> tuple[datetime, ...]:
    match spec.misfire:
        case Misfire.SKIP:
            most, oldest = spec.misfire_most, max(floor, horizon - GRACE - TICK)
        case Misfire.LATEST:
            most, oldest = 1, floor
        case Misfire.ALL:
            most, oldest = spec.misfire_most, floor
    fires: list[datetime] = []
    due: datetime | None = latest
    while due is not None and due > oldest and len(fires) < most:
        fires.append(due)
        due = latest_before(found, due)
    return tuple(reversed(fires))


def _missed(found: Schedule, floor: datetime, end: datetime) -> Missed | None:
    """The due times in ``floor < time < end``."""
    first = next_after(found, floor)
    last = latest_before(found, end)
    if first is None or last is None or first > last:
        return None
    count, due = 1, first
    while due < last and count < MOST_COUNTED:
        following = next_after(found, due)
        assert following is not None
        due, count = following, count + 1
    return Missed(first, last, count, more=due < last)
