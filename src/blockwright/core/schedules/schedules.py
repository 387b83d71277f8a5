"""A schedule: a cron expression or one of the format's intervals, in a time zone. Every answer takes microseconds."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache

from blockwright.core.errors import Invalid
from blockwright.core.schedules import clocks, fields
from blockwright.core.schedules.fields import Cron

ONCE, ALWAYS_ON = "@once", "@always_on"
CRON_OF = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
INTERVALS = (ONCE, *CRON_OF, ALWAYS_ON)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """``cron`` is None for ``@once`` and ``@always_on``, which depend on what has run and have no times of their own.

    ``text`` is what was written, ``zone`` the name of a time zone.
    """

    text: str
    zone: str
    cron: Cron | None
    clock: tzinfo

    @property
    def once(self) -> bool:
        return self.text == ONCE

    @property
    def always_on(self) -> bool:
        return self.text == ALWAYS_ON


@lru_cache(maxsize=1024)
def schedule(text: str, zone: str = "UTC") -> Schedule:
    """Raises Invalid, code ``schedule`` or ``time_zone``, with what is wrong and what would be right."""
    text = text.strip()
    clock = time_zone(zone)
    if text in (ONCE, ALWAYS_ON):
        return Schedule(text, zone, None, clock)
    if text.startswith("@") and text not in CRON_OF:
        near = get_close_matches(text, INTERVALS, n=1)
        known = ", ".join(f"`{name}`" for name in INTERVALS)
        hint = f"Did you mean `{near[0]}`?" if near else f"There are {known}, and cron expressions."
        raise Invalid(f"`{text[:60]}` is no interval.", hint=hint, code="schedule")
    return Schedule(text, zone, fields.parse(CRON_OF.get(text, text)), clock)


@lru_cache(maxsize=256)
def time_zone(name: str) -> tzinfo:
    """Raises Invalid (code ``time_zone``) for a name that the time zone database does not have."""
    if name in ("UTC", "Etc/UTC", "Z"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, zoneinfo.available_timezones(), n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "Write for example `Europe/Berlin` or `UTC`."
        raise Invalid(f"There is no time zone `{name[:60]}`.", hint=hint, code="time_zone") from None


def next_after(schedule: Schedule, when: datetime) -> datetime | None:
    """The first due time later than ``when`` (aware); in UTC. None when there is none."""
    return None if schedule.cron is None else clocks.after(schedule.cron, schedule.clock, when.astimezone(UTC))


def latest_until(schedule: Schedule, when: datetime) -> datetime | None:
    """The last due time not later than ``when`` (aware); in UTC. None when there is none."""
    return None if schedule.cron is None else clocks.until(schedule.cron, schedule.clock, when.astimezone(UTC))


def latest_before(schedule: Schedule, when: datetime) -> datetime | None:
    """The last due time earlier than ``when`` (aware); in UTC."""
    return latest_until(schedule, when - _TICK)


def between(schedule: Schedule, start: datetime, end: datetime) -> Iterator[datetime]:
    """The due times in ``start <= time < end``, ascending."""
    found = next_after(schedule, start - _TICK)
    while found is not None and found < end:
        yield found
        found = next_after(schedule, found)
