"""Full-text search in log lines: all words must occur, whatever their case; words in quotes as they stand. And how the
lines that fit are spread over time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

LEVELS = ("debug", "info", "warning", "error", "critical")
_TERM = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True)
class LineTest:
    """Which lines are wanted. ``level`` is the lowest; ``since`` and ``until`` (excluded) bound the line's own time.
    ``matches`` judges the text besides the words (None: it is not asked)."""

    text: str = ""
    level: str = ""
    since: datetime | None = None
    until: datetime | None = None
    matches: Callable[[str], bool] | None = None

    @cached_property
    def terms(self) -> tuple[str, ...]:
        return tuple((quoted or word).casefold() for quoted, word in _TERM.findall(self.text))

    @cached_property
    def marks(self) -> tuple[bytes, ...]:
        """What the bytes of a line contain for certain, in lower case, when it fits: most lines need not be parsed.
        Only of plain terms: others have several forms in JSON."""
        # A tag is told as `key=value`, which is not how it is stored; a term may reach from the message into a tag.
        words = {word for term in self.terms if term.isascii() for word in re.split(r"[\s=]+", term) if word}
        return tuple(json.dumps(word)[1:-1].encode().lower() for word in words)

    @cached_property
    def level_marks(self) -> tuple[bytes, ...]:
        """Of which a line contains one, if its level fits."""
        if self.level not in LEVELS[2:]:
            return ()  # a line that names no level counts as `info`
        return tuple(f'"{level}"'.encode() for level in LEVELS[LEVELS.index(self.level) :])

    def may_fit(self, lowered: bytes) -> bool:
        """Whether these bytes of a log (one line or many), in lower case, may hold a line that fits."""
        if self.level_marks and not any(mark in lowered for mark in self.level_marks):
            return False
        return all(mark in lowered for mark in self.marks)

    def fits(self, line: Mapping[str, Any]) -> bool:
        """Whether a line as it was logged is wanted."""
        if self.level and LEVELS.index(level_of(line)) < LEVELS.index(self.level):
            return False
        if (self.since or self.until) and not self._in_time(line.get("time")):
            return False
        if not self.terms and self.matches is None:
            return True
        tags = line.get("tags")
        text = " ".join([str(line.get("message", "")), *(f"{key}={value}" for key, value in _items(tags))])
        if self.terms:
            folded = text.casefold()
            if not all(term in folded for term in self.terms):
                return False
        return self.matches is None or self.matches(text)

    def _in_time(self, value: Any) -> bool:
        moment = line_time(value)
        if moment is None:
            return False
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


def line_time(value: Any) -> datetime | None:
    """The time of a line; None for one that block code made up."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def level_of(line: Mapping[str, Any]) -> str:
    """The level of a line; one that names none, or none that there is, counts as `info`."""
    word = str(line.get("level", "info")).lower()
    return word if word in LEVELS else "info"


def _items(tags: Any) -> list[tuple[Any, Any]]:
    return list(tags.items()) if isinstance(tags, Mapping) else []


MOST_BARS = 60
_DAY = 86_400.0
_WIDTHS = (
    *(0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(_DAY, 2 * _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY, 365 * _DAY),
)
"""Seconds of a bar that people can read; whole ones are counted from 1970 on, so that hours begin at full hours."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Lines of ``start <= time < start + seconds``, by level; levels without any are left out."""

    start: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spread:
    """How lines are spread from ``start`` to ``end`` in bars of ``seconds``; bars without lines are left out."""

    start: datetime
    end: datetime
    seconds: float
    bars: tuple[Bar, ...]


def spread(times: Sequence[tuple[float, str]], start: datetime | None, end: datetime | None) -> Spread | None:
    """Lines (seconds since 1970, and the level) put into about ``MOST_BARS`` bars at most, from ``start`` to ``end``;
    without one of them the first or the last line stands for it. None when there is nothing to spread over."""
    first = start.timestamp() if start is not None else min((moment for moment, _ in times), default=None)
    last = end.timestamp() if end is not None else max((moment for moment, _ in times), default=None)
    if first is None or last is None or last < first:
        return None
    width = next((width for width in _WIDTHS if (last - first) / width < MOST_BARS), (last - first) / MOST_BARS)
    begin = first // width
    counts: dict[int, dict[str, int]] = {}
    for moment, level in times:
        bar = counts.setdefault(int(moment // width - begin), {})
        bar[level] = bar.get(level, 0) + 1
    bars = tuple(Bar(_moment((begin + place) * width), levels) for place, levels in sorted(counts.items()))
    return Spread(_moment(begin * width), _moment((last // width + 1) * width), width, bars)


def _moment(seconds: float) -> datetime:
    """A bar may reach beyond what a calendar can say."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if seconds < 0 else datetime.max.replace(tzinfo=UTC)
