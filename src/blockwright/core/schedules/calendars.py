"""The next and the latest time of a cron expression on a clock that never jumps: from field to field, not step by step.

Times here have no zone; ``clocks`` puts them into one.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from blockwright.core.schedules.fields import Cron

SECOND = timedelta(seconds=1)


def after(cron: Cron, moment: datetime) -> datetime | None:
    """The first match later than ``moment``; None beyond the last year that there is."""
    try:
        start = moment.replace(microsecond=0) + SECOND
    except OverflowError:
        return None
    days = cron.days_of(start.year, start.month)
    if days >> start.day & 1:
        found = _time_from(cron, start.hour, start.minute, start.second)
        if found is not None:
            return start.replace(hour=found[0], minute=found[1], second=found[2])
    day = _from(days, start.day + 1)
    year, month = start.year, start.month
    while day is None:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if year > MAXYEAR:
            return None
        day = _from(cron.days_of(year, month), 1)
    return datetime(year, month, day, _least(cron.hours), _least(cron.minutes), _least(cron.seconds))  # noqa: DTZ001


def until(cron: Cron, moment: datetime) -> datetime | None:
    """The last match not later than ``moment``; None before the first year that there is."""
    start = moment.replace(microsecond=0)
    days = cron.days_of(start.year, start.month)
    if days >> start.day & 1:
        found = _time_to(cron, start.hour, start.minute, start.second)
        if found is not None:
            return start.replace(hour=found[0], minute=found[1], second=found[2])
    day = _to(days, start.day - 1)
    year, month = start.year, start.month
    while day is None:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        if year < MINYEAR:
            return None
        day = _to(cron.days_of(year, month), 31)
    return datetime(year, month, day, _most(cron.hours), _most(cron.minutes), _most(cron.seconds))  # noqa: DTZ001


def _time_from(cron: Cron, hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
    if cron.hours >> hour & 1:
        if cron.minutes >> minute & 1:
            later = _from(cron.seconds, second)
            if later is not None:
                return hour, minute, later
        later = _from(cron.minutes, minute + 1)
        if later is not None:
            return hour, later, _least(cron.seconds)
    later = _from(cron.hours, hour + 1)
    return None if later is None else (later, _least(cron.minutes), _least(cron.seconds))


def _time_to(cron: Cron, hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
    if cron.hours >> hour & 1:
        if cron.minutes >> minute & 1:
            earlier = _to(cron.seconds, second)
            if earlier is not None:
                return hour, minute, earlier
        earlier = _to(cron.minutes, minute - 1)
        if earlier is not None:
            return hour, earlier, _most(cron.seconds)
    earlier = _to(cron.hours, hour - 1)
    return None if earlier is None else (earlier, _most(cron.minutes), _most(cron.seconds))


def _from(bits: int, number: int) -> int | None:
    """The least member of at least ``number``."""
    rest = bits >> number
    return number + (rest & -rest).bit_length() - 1 if rest else None


def _to(bits: int, number: int) -> int | None:
    """The greatest member of at most ``number``."""
    if number < 0:
        return None
    rest = bits & (2 << number) - 1
    return rest.bit_length() - 1 if rest else None


def _least(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _most(bits: int) -> int:
    return bits.bit_length() - 1
