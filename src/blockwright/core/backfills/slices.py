"""From what is asked for to the slices: dates on the calendar of a time zone, names, and the interval of each."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from blockwright.core.backfills.model import Dates, Definition, Interval, NewSlice
from blockwright.core.errors import Invalid
from blockwright.core.schedules.schedules import time_zone

MOST = 100_000
"""Slices of one backfill."""
LONGEST_NAME = 120

_SECONDS = {Interval.SECOND: 1, Interval.MINUTE: 60, Interval.HOUR: 3600, Interval.CUSTOM: 1}


def slices_of(definition: Definition) -> tuple[NewSlice, ...]:
    """Every slice, in order. Raises Invalid (code ``backfill``) when there is none, or more than ``MOST``."""
    dates, each = definition.dates, definition.each
    if (dates is None) == (not each):
        raise _wrong("A backfill needs either dates or a list of variables.", "Give one of the two.")
    if dates is None:
        if len(each) > MOST:
            raise _too_many(f"{len(each):,}")
        return tuple(NewSlice(place, _name_of(own), None, own) for place, own in enumerate(each))
    check(dates)
    found: list[NewSlice] = []
    for place, date in enumerate(_dates(dates)):
        if place == MOST:
            raise _too_many(f"more than {MOST:,}")
        found.append(NewSlice(place, name_of_date(dates, date), date))
    return tuple(found)


def check(dates: Dates) -> None:
    """Raises Invalid for dates that mean nothing."""
    time_zone(dates.timezone)
    if dates.units < 1:
        raise _wrong(
            f"The interval has {dates.units} units; it must have at least 1.", "Write for example `--every day`."
        )
    if dates.end < dates.start:
        raise _wrong(
            f"The backfill ends ({dates.end:%Y-%m-%d %H:%M}) before it starts ({dates.start:%Y-%m-%d %H:%M} UTC).",
            "Swap the two dates.",
        )


def at(dates: Dates, position: int) -> datetime:
    """The date of a slice in UTC; also of those before the first and behind the last. Counted from the start, so that
    a month that lacks the day (the 31st) does not move the months behind it. Raises OverflowError off the calendar."""
    steps = position * dates.units
    match dates.interval:
        case Interval.SECOND | Interval.MINUTE | Interval.HOUR | Interval.CUSTOM:
            return dates.start + timedelta(seconds=steps * _SECONDS[dates.interval])
        case Interval.DAY:
            return _on_the_clock(dates, days=steps)
        case Interval.WEEK:
            return _on_the_clock(dates, days=7 * steps)
        case Interval.MONTH:
            return _on_the_clock(dates, months=steps)
        case Interval.YEAR:
            return _on_the_clock(dates, months=12 * steps)
        case _:
            assert_never(dates.interval)


def interval_of(dates: Dates, position: int) -> Mapping[str, Any]:
    """What block code is told of a slice's interval, in the words of the format: from its date to the next one."""
    start, end = at(dates, position), at(dates, position + 1)
    return {
        "execution_date": start,
        "interval_start_datetime": start,
        "interval_end_datetime": end,
        "interval_seconds": (end - start).total_seconds(),
        "interval_start_datetime_previous": at(dates, position - 1),
    }


def name_of_date(dates: Dates, date: datetime) -> str:
    """As short as the date allows: `2024-05-01`, `2024-05-01 06:00`, `2024-05-01 06:00:30`."""
    local = date.astimezone(time_zone(dates.timezone))
    if local.second or local.microsecond:
        return f"{local:%Y-%m-%d %H:%M:%S}"
    midnight = local.hour == local.minute == 0
    whole = dates.interval in (Interval.DAY, Interval.WEEK, Interval.MONTH, Interval.YEAR)
    return f"{local:%Y-%m-%d}" if midnight and whole else f"{local:%Y-%m-%d %H:%M}"


def _dates(dates: Dates) -> Iterator[datetime]:
    position = 0
    try:
        while (date := at(dates, position)) <= dates.end:
            yield date
            position += 1
    except OverflowError:  # the calendar ends before the range does
        return


def _on_the_clock(dates: Dates, *, days: int = 0, months: int = 0) -> datetime:
    """A step on the calendar: the clock shows the same time, however long the days between were. A time that a clock
    change leaves out is the one an hour later; of one that comes twice the first counts."""
    zone = time_zone(dates.timezone)
    wall = dates.start.astimezone(zone).replace(tzinfo=None, fold=0)
    if months:
        year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
        if not 1 <= year <= 9999:
            raise OverflowError("beyond the calendar")
        wall = wall.replace(year=year, month=month + 1, day=min(wall.day, calendar.monthrange(year, month + 1)[1]))
    return (wall + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)


def _name_of(variables: Mapping[str, Any]) -> str:
    if not variables:
        raise _wrong("An entry of the list has no variables.", "Give each slice at least one: `customer=12`.")
    text = ", ".join(f"{name}={value}" for name, value in variables.items())
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def _too_many(count: str) -> Invalid:
    return _wrong(
        f"The backfill has {count} slices; at most {MOST:,} are possible.",
        "Take a longer interval, or split it into several backfills.",
    )


def _wrong(message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, code="backfill")
