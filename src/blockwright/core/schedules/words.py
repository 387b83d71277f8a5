"""Schedules in words for people: `every 15 minutes`, `at 06:00 on Monday to Friday, Europe/Berlin`."""

from __future__ import annotations

from blockwright.core.schedules.fields import Cron, numbers
from blockwright.core.schedules.schedules import Schedule

_MONTHS = ("January February March April May June July August September October November December").split()  # noqa: SIM905
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 21: "21st", 22: "22nd", 23: "23rd", 31: "31st"}
_MOST_TIMES = 6


def describe(schedule: Schedule) -> str:
    """One line."""
    if schedule.cron is None:
        return "once" if schedule.once else "always: again as soon as the last run has ended"
    cron = schedule.cron
    text = ", ".join(part for part in (_time(cron), _day(cron), _month(cron)) if part)
    return f"{text} ({schedule.zone})" if not cron.hourly or _day(cron) or _month(cron) else text


def _time(cron: Cron) -> str:
    hours, minutes, seconds = numbers(cron.hours), numbers(cron.minutes), numbers(cron.seconds)
    if len(hours) * len(minutes) * len(seconds) <= _MOST_TIMES:
        times = [_clock(hour, minute, second) for hour in hours for minute in minutes for second in seconds]
        return f"at {_listed(times)}"
    parts = []
    if seconds != [0]:
        parts.append(_every(seconds, 60, "second"))
    if minutes != [0] and (len(minutes) < 60 or not parts):
        parts.append(_every(minutes, 60, "minute"))
    if len(hours) < 24 or (0 < len(minutes) < 60):
        parts.append(_every(hours, 24, "hour"))
    return " of ".join(parts)


def _every(found: list[int], size: int, unit: str) -> str:
    """``every minute``, ``every 15 minutes``, ``at minutes 5 and 35``."""
    if len(found) == size:
        return f"every {unit}"
    step = found[1] - found[0] if len(found) > 1 else 0
    if step > 1 and found == list(range(0, size, step)):
        return f"every {step} {unit}s"
    if len(found) == 1:
        return f"at {unit} {found[0]}"
    return f"at {unit}s {_ranges(found, [str(number) for number in range(size)])}"


def _day(cron: Cron) -> str:
    by_day = [_ordinal(day) for day in numbers(cron.days)]
    if len(by_day) == 31:
        by_day = []
    elif len(by_day) > 10:
        by_day = [_ranges(numbers(cron.days), ["", *(_ordinal(day) for day in range(1, 32))])]
    if cron.last_day:
        by_day.append("last day")
    if cron.last_workday:
        by_day.append("last working day")
    by_day += [f"working day nearest the {_ordinal(day)}" for day in cron.near_workdays]
    by_weekday = []
    if cron.weekdays and cron.weekdays != 0b1111111:
        by_weekday.append(_ranges(numbers(cron.weekdays), _DAYS))
    for weekday, nth in cron.nth_weekdays:
        by_weekday.append(f"the {'last' if nth == -1 else _ordinal(nth)} {_DAYS[weekday]} of the month")
    parts = []
    if by_day:
        parts.append(f"on the {_listed(by_day)} of the month")
    if by_weekday:
        parts.append(f"on {_listed(by_weekday)}")
    return (" if it is also " if cron.both_days else " and ").join(parts)


def _month(cron: Cron) -> str:
    months = numbers(cron.months)
    return "" if len(months) == 12 else f"in {_ranges(months, ['', *_MONTHS])}"


def _ranges(found: list[int], names: list[str]) -> str:
    """Runs of three and more as ``a to b``."""
    parts: list[str] = []
    start = 0
    for place in range(1, len(found) + 1):
        if place < len(found) and found[place] == found[place - 1] + 1:
            continue
        run = found[start:place]
        parts += [f"{names[run[0]]} to {names[run[-1]]}"] if len(run) > 2 else [names[number] for number in run]
        start = place
    return _listed(parts)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _clock(hour: int, minute: int, second: int) -> str:
    return f"{hour:02d}:{minute:02d}:{second:02d}" if second else f"{hour:02d}:{minute:02d}"


def _ordinal(number: int) -> str:
    return _ORDINALS.get(number, f"{number}th")
