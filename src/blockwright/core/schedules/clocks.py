"""Cron times on a clock that is put forward and back.

An expression whose hour field begins with ``*`` means real hours: it is held against the clock as it runs, so that an
hour that does not exist is not made up for and one that comes twice counts twice. Every other one names times of day:
one that the clock leaps over is due at the moment after the leap (once, however many of them it leaps over), one that
comes twice is due the first time only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from blockwright.core.schedules import calendars
from blockwright.core.schedules.calendars import SECOND
from blockwright.core.schedules.fields import Cron

_DAY_AND_MORE = timedelta(hours=26)  # no change of any zone moves the clock by more than a day


def after(cron: Cron, zone: tzinfo, when: datetime) -> datetime | None:
    """The first due time later than ``when``, in UTC."""
    if zone is UTC:
        return _utc(calendars.after(cron, when.replace(tzinfo=None)))
    local = when.astimezone(zone)
    try:
        return _real_after(cron, zone, local) if cron.hourly else _named_after(cron, zone, local)
    except OverflowError:
        return None


def until(cron: Cron, zone: tzinfo, when: datetime) -> datetime | None:
    """The last due time not later than ``when``, in UTC."""
    if zone is UTC:
        return _utc(calendars.until(cron, when.replace(tzinfo=None)))
    local = when.astimezone(zone)
    try:
        return _real_until(cron, zone, local) if cron.hourly else _named_until(cron, zone, local)
    except OverflowError:
        return None


def _utc(naive: datetime | None) -> datetime | None:
    return None if naive is None else naive.replace(tzinfo=UTC)


# Times of day -----------------------------------------------------------------------------------------------------


def _named_after(cron: Cron, zone: tzinfo, local: datetime) -> datetime | None:
    start = _plain(local)
    if _second_pass(local, zone):  # all of this hour counted the first time
        start = _end_of_repeat(local, zone) - SECOND
    naive = calendars.after(cron, start)
    return None if naive is None else _first(naive, zone)


def _named_until(cron: Cron, zone: tzinfo, local: datetime) -> datetime | None:
    start = _plain(local)
    if _second_pass(local, zone):
        start = _end_of_repeat(local, zone) - SECOND
    naive = calendars.until(cron, start)
    return None if naive is None else _first(naive, zone)


def _first(naive: datetime, zone: tzinfo) -> datetime:
    """The first moment at which the clock shows ``naive``, or at which it has leapt over it."""
    early, late = _offsets(naive, zone)
    if early < late:
        return _change(zone, naive.replace(tzinfo=UTC) - late, naive.replace(tzinfo=UTC) - early)
    return naive.replace(tzinfo=UTC) - early


# Real hours -------------------------------------------------------------------------------------------------------


def _real_after(cron: Cron, zone: tzinfo, local: datetime) -> datetime | None:
    start = _plain(local)
    early, late = _offsets(start, zone)
    naive = calendars.after(cron, start)
    if early > late and not local.fold:  # the first pass: what is left of it, then the second from its beginning
        change = _change_after(zone, local)
        begin, end = _plain((change).astimezone(zone)), change.replace(tzinfo=None) + early
        if naive is None or naive >= end:
            naive = calendars.after(cron, begin - SECOND)
            if naive is not None and naive < end:
                return naive.replace(tzinfo=UTC) - late
        else:
            return naive.replace(tzinfo=UTC) - early
    elif early > late:
        end = _end_of_repeat(local, zone)
        if naive is not None and naive < end:
            return naive.replace(tzinfo=UTC) - late
    while naive is not None:
        early, late = _offsets(naive, zone)
        if early >= late:
            return naive.replace(tzinfo=UTC) - early
        change = _change(zone, naive.replace(tzinfo=UTC) - late, naive.replace(tzinfo=UTC) - early)
        naive = calendars.after(cron, change.replace(tzinfo=None) + late - SECOND)
    return None


def _real_until(cron: Cron, zone: tzinfo, local: datetime) -> datetime | None:
    start = _plain(local)
    early, late = _offsets(start, zone)
    naive = calendars.until(cron, start)
    if early > late and local.fold:  # what has been of the second pass, then the whole first
        begin = _plain(_change_before(zone, local).astimezone(zone))
        if naive is not None and naive >= begin:
            return naive.replace(tzinfo=UTC) - late
        naive = calendars.until(cron, _end_of_repeat(local, zone) - SECOND)
        if naive is not None:
            early, late = _offsets(naive, zone)
            if early > late:
                return naive.replace(tzinfo=UTC) - early
    elif early > late:
        begin = _plain(_change_after(zone, local).astimezone(zone))
        if naive is not None and naive >= begin:
            return naive.replace(tzinfo=UTC) - early
    while naive is not None:
        early, late = _offsets(naive, zone)
        if early >= late:
            return naive.replace(tzinfo=UTC) - late
        change = _change(zone, naive.replace(tzinfo=UTC) - late, naive.replace(tzinfo=UTC) - early)
        naive = calendars.until(cron, change.replace(tzinfo=None) + early - SECOND)
    return None


# Changes of the clock ---------------------------------------------------------------------------------------------


def _plain(local: datetime) -> datetime:
    return local.replace(tzinfo=None, fold=0)


def _offsets(naive: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """What the clock is ahead of UTC by when it shows ``naive``: the first and the second time. The first is less
    where the clock leaps over the time, and more where the time comes twice."""
    aware = naive.replace(tzinfo=zone)
    early, late = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    assert early is not None
    assert late is not None
    return early, late


def _second_pass(local: datetime, zone: tzinfo) -> bool:
    if not local.fold:
        return False
    early, late = _offsets(_plain(local), zone)
    return early > late


def _end_of_repeat(local: datetime, zone: tzinfo) -> datetime:
    """What the clock would have shown when it was put back; ``local`` lies in the second pass."""
    early, _ = _offsets(_plain(local), zone)
    return _change_before(zone, local).replace(tzinfo=None) + early


def _change_before(zone: tzinfo, local: datetime) -> datetime:
    return _change(zone, local.astimezone(UTC) - _DAY_AND_MORE, local.astimezone(UTC))


def _change_after(zone: tzinfo, local: datetime) -> datetime:
    return _change(zone, local.astimezone(UTC), local.astimezone(UTC) + _DAY_AND_MORE)


def _change(zone: tzinfo, before: datetime, behind: datetime) -> datetime:
    """The first second in UTC of the new offset; it lies in (before, behind]."""
    before, behind = before.replace(microsecond=0), behind.replace(microsecond=0)
    old = before.astimezone(zone).utcoffset()
    while behind - before > SECOND:
        middle = before + timedelta(seconds=(behind - before) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            behind = middle
    return behind
