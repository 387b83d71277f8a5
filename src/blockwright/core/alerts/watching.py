"""When silence or slowness is worth an alert, and when a message that did not arrive is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from blockwright.core.alerts.model import StuckRule
from blockwright.core.durations import in_words

ENOUGH = 3
"""As many earlier times it takes to say what is usual."""

_PAUSES = (30, 120, 600, 1800, 7200)
"""Seconds until the next try after the first, second … failure; the last one for all further."""

GIVE_UP = timedelta(days=1)
"""A message that has not arrived by then never will: whoever looks into it sees the alert in the list."""

DEAD_AFTER = 3
"""So many failures in a row, and the channel is reported through the others."""


def usual(seconds: Sequence[float]) -> float | None:
    """The usual time by the latest ones; None while there are too few."""
    return median(seconds) if len(seconds) >= ENOUGH else None


def too_slow(since: datetime, now: datetime, seconds: Sequence[float], rule: StuckRule) -> str | None:
    """Why what began at ``since`` takes too long, in words; None when it does not."""
    normal = usual(seconds)
    lasted = now - since
    if normal is None or lasted < rule.minimum or lasted.total_seconds() <= rule.factor * normal:
        return None
    return f"it runs for {in_words(lasted)}, and usually takes {in_words(timedelta(seconds=normal))}"


def next_try(tries: int, first: datetime, now: datetime) -> datetime | None:
    """When to try again after ``tries`` failures, the first try having been due at ``first``; None: give up."""
    again = now + timedelta(seconds=_PAUSES[min(tries, len(_PAUSES)) - 1])
    return again if again - first <= GIVE_UP else None


def sla_due(execution_date: datetime, sla: float | None) -> datetime | None:
    """When the run should have ended."""
    return None if sla is None else execution_date + timedelta(seconds=sla)
