"""Whether a series of samples grows: its slope with the bounds between which it lies at 95 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

WARMING = 1 / 3
"""The first part of a series, in which caches fill and modules are imported, says nothing."""
FEWEST = 6
"""Samples after warming up without which nothing is said."""
_NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class Trend:
    """``slope`` in units an hour, between ``low`` and ``high``; ``rise`` is what the least of these makes over the
    time looked at. ``first`` and ``last`` are means over the first and last third of what was looked at."""

    slope: float
    low: float
    high: float
    rise: float
    first: float
    last: float

    def grows(self, tolerance: float) -> bool:
        """Whether it rises by more than that even if it rises as little as it may."""
        return self.rise > tolerance


def trend(samples: Sequence[tuple[float, float]]) -> Trend | None:
    """Of (seconds, value); None when there are too few. Neighbouring samples resemble each other, which makes a line
    through them look more certain than it is: the bounds are widened by that."""
    used = samples[int(len(samples) * WARMING) :]
    if len(used) < FEWEST:
        return None
    times = [time / 3600 for time, _ in used]
    values = [value for _, value in used]
    count, middle, mean = len(used), sum(times) / len(used), sum(values) / len(used)
    spread = sum((time - middle) ** 2 for time in times)
    slope = sum((time - middle) * (value - mean) for time, value in zip(times, values, strict=True)) / spread
    rests = [value - mean - slope * (time - middle) for time, value in zip(times, values, strict=True)]
    alike = max(0.0, min(0.9, _likeness(rests)))
    error = sqrt(sum(rest**2 for rest in rests) / (count - 2) / spread * (1 + alike) / (1 - alike))
    low, high = slope - _NORMAL * error, slope + _NORMAL * error
    third = max(1, count // 3)
    length = times[-1] - times[0]
    return Trend(slope, low, high, low * length, sum(values[:third]) / third, sum(values[-third:]) / third)


def _likeness(rests: Sequence[float]) -> float:
    """How far each rest resembles the one before: 0 not at all, 1 wholly."""
    whole = sum(rest**2 for rest in rests)
    if not whole:
        return 0.0
    return sum(one * other for one, other in pairwise(rests)) / whole
