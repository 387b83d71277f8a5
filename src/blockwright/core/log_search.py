"""Full-text search in log lines: all words must occur, whatever their case; words in quotes as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

LEVELS = ("debug", "info", "warning", "error", "critical")
_TERM = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True)
class LineTest:
    """Which lines are wanted. ``level`` is the lowest; ``since`` and ``until`` (excluded) bound the line's own time."""

    text: str = ""
    level: str = ""
    since: datetime | None = None
    until: datetime | None = None

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
        if self.level and _rank(line.get("level", "info")) < LEVELS.index(self.level):
            return False
        if (self.since or self.until) and not self._in_time(line.get("time")):
            return False
        if not self.terms:
            return True
        tags = line.get("tags")
        words = [str(line.get("message", "")), *(f"{key}={value}" for key, value in _items(tags))]
        text = " ".join(words).casefold()
        return all(term in text for term in self.terms)

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


def _rank(level: Any) -> int:
    word = str(level).lower()
    return LEVELS.index(word) if word in LEVELS else LEVELS.index("info")


def _items(tags: Any) -> list[tuple[Any, Any]]:
    return list(tags.items()) if isinstance(tags, Mapping) else []
