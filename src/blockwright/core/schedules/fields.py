"""A cron expression as sets: five fields (minute, hour, day, month, weekday), or six with the seconds first.

Lists, ranges, steps, names of months and weekdays, and for days: ``L`` (the last of the month), ``LW`` (its last
Monday to Friday), ``15W`` (the Monday to Friday nearest the 15th within the month), ``5L`` (the last Friday), ``5#2``
(the second Friday). Where day and weekday are both restricted either is enough, unless one of them begins with ``*``,
as in Vixie cron.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from blockwright.core.errors import Invalid

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LONGEST = 400
"""Characters of an expression: the longest lists have fewer."""
_HINT = "Write for example `0 6 * * MON-FRI` (minute, hour, day, month, weekday), or six fields with the seconds first."


@dataclass(frozen=True, slots=True)
class _Range:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_RANGES = (
    _Range("second", 0, 59),
    _Range("minute", 0, 59),
    _Range("hour", 0, 23),
    _Range("day of the month", 1, 31),
    _Range("month", 1, 12, MONTHS),
    _Range("weekday", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """Each set is a number whose bit ``n`` says that ``n`` belongs to it; weekdays count from Sunday, 0.

    ``last_days`` and ``nth_weekdays`` hold what depends on the month: for days ``L``, ``LW`` and the numbers of
    ``15W``; for weekdays (weekday, n) with n = -1 for the last. ``hourly``: the hour field begins with ``*``.
    """

    text: str
    seconds: int
    minutes: int
    hours: int
    days: int
    months: int
    weekdays: int
    last_day: bool = False
    last_workday: bool = False
    near_workdays: tuple[int, ...] = ()
    nth_weekdays: tuple[tuple[int, int], ...] = ()
    both_days: bool = True
    hourly: bool = False

    def days_of(self, year: int, month: int) -> int:
        """The matching days of a month, as a set."""
        return _days_of(self, year, month) if self.months >> month & 1 else 0


@lru_cache(maxsize=1024)
def parse(text: str) -> Cron:
    """Raises Invalid (code ``schedule``) saying which field is wrong, or that the expression never comes true."""
    parts = text.upper().split() if len(text) <= LONGEST else []
    if len(parts) not in (5, 6):
        raise Invalid(
            f"`{text[:60]}` has {len(parts)} fields; a cron expression has five or six."
            if parts
            else "The cron expression is empty or too long.",
            hint=_HINT,
            code="schedule",
        )
    if len(parts) == 5:
        parts = ["0", *parts]
    special = _Special()
    try:
        seconds, minutes, hours = (_field(parts[index], _RANGES[index]) for index in range(3))
        days = special.take_days(parts[3])
        months = _field(parts[4], _RANGES[4])
        weekdays = special.take_weekdays(parts[5])
    except ValueError as error:
        raise Invalid(f"`{text}`: {error}.", hint=_HINT, code="schedule") from None
    cron = Cron(
        text=text,
        seconds=seconds,
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=weekdays,
        last_day=special.last_day,
        last_workday=special.last_workday,
        near_workdays=tuple(sorted(special.near)),
        nth_weekdays=tuple(sorted(special.nth)),
        both_days=parts[3].startswith("*") or parts[5].startswith("*"),
        hourly=parts[2].startswith("*"),
    )
    if not _ever(cron):
        raise Invalid(f"`{text}` never comes true: no month has such a day.", hint=_HINT, code="schedule")
    return cron


def numbers(bits: int) -> list[int]:
    """The members of a set, ascending."""
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


class _Special:
    """What of the fields of days depends on the month."""

    def __init__(self) -> None:
        self.last_day = False
        self.last_workday = False
        self.near: set[int] = set()
        self.nth: set[tuple[int, int]] = set()

    def take_days(self, text: str) -> int:
        found = 0
        for term in text.split(","):
            if term == "L":
                self.last_day = True
            elif term in ("LW", "WL"):
                self.last_workday = True
            elif near := re.fullmatch(r"([0-9]{1,2})W", term):
                self.near.add(_number(near[1], _RANGES[3]))
            else:
                found |= _term(term, _RANGES[3])
        return found

    def take_weekdays(self, text: str) -> int:
        found = 0
        for term in text.split(","):
            if last := re.fullmatch(r"([0-9]|[A-Z]{3})L", term):
                self.nth.add((_number(last[1], _RANGES[5]) % 7, -1))
            elif nth := re.fullmatch(r"([0-9]|[A-Z]{3})#([0-9])", term):
                if not 1 <= int(nth[2]) <= 5:
                    raise ValueError(f"a month has no {nth[2]}. weekday of a kind; `#` takes 1 to 5")
                self.nth.add((_number(nth[1], _RANGES[5]) % 7, int(nth[2])))
            else:
                found |= _term(term, _RANGES[5])
        return (found | found >> 7) & 0b1111111  # 7 is Sunday, too


def _field(text: str, allowed: _Range) -> int:
    found = 0
    for term in text.split(","):
        found |= _term(term, allowed)
    return found


def _term(term: str, allowed: _Range) -> int:
    body, slash, step_text = term.partition("/")
    step = 1
    if slash:
        if not re.fullmatch(r"[0-9]{1,3}", step_text) or int(step_text) == 0:
            raise ValueError(f"`{term}` has no step of at least 1 in the field for the {allowed.name}")
        step = int(step_text)
    if body == "*":
        first, last = allowed.least, allowed.most
    else:
        start, dash, end = body.partition("-")
        first = _number(start, allowed)
        last = _number(end, allowed) if dash else (allowed.most if slash else first)
        if last < first:
            raise ValueError(f"the range `{body}` of the {allowed.name} runs backwards")
    return sum(1 << number for number in range(first, last + 1, step))


def _number(text: str, allowed: _Range) -> int:
    if text in allowed.names:
        return allowed.names.index(text) + allowed.least
    if not re.fullmatch(r"[0-9]{1,2}", text) or not allowed.least <= int(text) <= allowed.most:
        raise ValueError(
            f"`{text}` is no {allowed.name}: it must be {allowed.least} to {allowed.most}"
            + (" or a name such as " + allowed.names[1] if allowed.names else "")
        )
    return int(text)


@lru_cache(maxsize=4096)
def _days_of(cron: Cron, year: int, month: int) -> int:
    monday_based, length = calendar.monthrange(year, month)
    first = (monday_based + 1) % 7
    month_days = (1 << length + 1) - 2
    by_day = cron.days & month_days
    if cron.last_day:
        by_day |= 1 << length
    if cron.last_workday:
        by_day |= 1 << _near_workday(year, month, length, length)
    for day in cron.near_workdays:
        if day <= length:
            by_day |= 1 << _near_workday(year, month, day, length)
    by_weekday = sum(1 << day for day in range(1, length + 1) if cron.weekdays >> (first + day - 1) % 7 & 1)
    for weekday, nth in cron.nth_weekdays:
        earliest = 1 + (weekday - first) % 7
        day = earliest + (length - earliest) // 7 * 7 if nth == -1 else earliest + (nth - 1) * 7
        if day <= length:
            by_weekday |= 1 << day
    return by_day & by_weekday if cron.both_days else by_day | by_weekday


def _near_workday(year: int, month: int, day: int, length: int) -> int:
    """The Monday to Friday nearest to ``day`` that lies in the same month."""
    match date(year, month, day).weekday():
        case 5:
            return day - 1 if day > 1 else day + 2
        case 6:
            return day + 1 if day < length else day - 2
        case _:
            return day


def _ever(cron: Cron) -> bool:
    """Whether any day of the calendar's whole cycle of 400 years matches; common expressions answer at once."""
    return any(cron.days_of(2000 + year, month) for year in range(400) for month in range(1, 13))
