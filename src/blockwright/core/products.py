"""Data products: the outputs of a pipeline that others use, and when the latest ones are out of date. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from blockwright.core.blocks import BlockId


def _week_of_month(now: datetime) -> int:
    """Weeks begin on Monday; the first may be short."""
    return ceil((now.day + now.replace(day=1).weekday()) / 7)


COMPONENTS: Mapping[str, Callable[[datetime], int]] = {
    "second_of_minute": lambda now: now.second,
    "minute_of_hour": lambda now: now.minute,
    "hour_of_day": lambda now: now.hour,
    "day_of_week": lambda now: now.isoweekday() % 7,  # 0 is Sunday
    "day_of_month": lambda now: now.day,
    "day_of_year": lambda now: now.timetuple().tm_yday,
    "week_of_month": _week_of_month,
    "week_of_year": lambda now: now.isocalendar().week,
    "month_of_year": lambda now: now.month,
}
"""The keys of ``outdated_starting_at``: what the UTC clock must show at least."""

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_MONTHS = {"months": 1, "years": 12}
AGES = (*_SECONDS, *_MONTHS)
"""The keys of ``outdated_after``; minutes, hours and days are ours."""


@dataclass(frozen=True, slots=True)
class Product:
    """A data product of the registry. ``outdated_after`` empty: it never is. ``settings``: for each block whose outputs
    are the value, of how many completed runs (0: of all); empty: of the last blocks, of one run. ``project`` is where
    the pipeline is, empty for this one. ``shared_with`` are the projects of the platform that may use it, None: all."""

    uuid: str
    pipeline: str
    outdated_after: Mapping[str, int] = field(default_factory=dict)
    outdated_starting_at: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[BlockId, int] = field(default_factory=dict)
    project: str = ""
    shared_with: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """``outdated_at`` is from when on it is out of date, as far as its age says (None: never); ``why`` is a clause."""

    fresh: bool
    why: str
    outdated_at: datetime | None = None


def overridden(product: Product, other: Product) -> Product:
    """The product as a block wants it: what ``other`` says goes before the registry's word."""
    return replace(
        product,
        outdated_after=other.outdated_after or product.outdated_after,
        outdated_starting_at=other.outdated_starting_at or product.outdated_starting_at,
        settings=other.settings or product.settings,
    )


def freshness(product: Product, date: datetime | None, now: datetime) -> Freshness:
    """Whether the result of the run for ``date`` still counts (None: there is none)."""
    if date is None:
        return Freshness(False, "it was never computed")
    if not product.outdated_after:
        return Freshness(True, "it never becomes outdated")
    due = later(date, product.outdated_after)
    if due is None:
        return Freshness(True, "it never becomes outdated")
    if now < due:
        return Freshness(True, f"it is fresh until {due:%Y-%m-%d %H:%M:%S} UTC", due)
    clock = now.astimezone(UTC)
    waits = [name for name, least in product.outdated_starting_at.items() if COMPONENTS[name](clock) < least]
    if waits:
        least = product.outdated_starting_at[waits[0]]
        return Freshness(True, f"it is replaced when {waits[0].replace('_', ' ')} is {least}", due)
    return Freshness(False, f"it is out of date since {due:%Y-%m-%d %H:%M:%S} UTC", due)


def later(date: datetime, age: Mapping[str, int]) -> datetime | None:
    """``date`` and so much, months and years by the calendar; None beyond the calendar."""
    months = sum(_MONTHS[name] * count for name, count in age.items() if name in _MONTHS)
    seconds = sum(_SECONDS[name] * count for name, count in age.items() if name in _SECONDS)
    try:
        year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
        day = min(date.day, calendar.monthrange(year, month + 1)[1])
        return date.replace(year=year, month=month + 1, day=day) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
