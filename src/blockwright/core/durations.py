"""Lengths of time as people write them: ``90``, ``45s``, ``30m``, ``26h``, ``7d``, ``2w``, ``1d12h``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from blockwright.core.errors import Invalid

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_WHOLE = re.compile(rf"(?:{_PART.pattern}\s*)+")
_LONGEST = 100 * 366 * 86400


def duration(value: Any, *, what: str) -> timedelta:
    """The length that ``value`` means: seconds as a number, or text with units. ``what`` names the place in errors.

    Raises Invalid for what is none, is not above zero, or is longer than a century.
    """
    seconds = _seconds(value)
    if seconds is None or not 0 < seconds <= _LONGEST:
        raise Invalid(f"`{what}` is {value!r}, which is no length of time.", hint="Write `45s`, `30m`, `26h` or `7d`.")
    return timedelta(seconds=seconds)


def in_words(length: timedelta) -> str:
    """The two largest units: ``1 d 2 h``, ``3 min``, ``12 s``."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not _WHOLE.fullmatch(text):
        return None
    return sum(float(count) * _SECONDS[unit] for count, unit in _PART.findall(text))
