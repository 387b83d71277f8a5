"""What people say about a run: tags to find it by, notes to remember why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from blockwright.core.errors import Invalid
from blockwright.core.runs.model import RunId

LONGEST_NAME = 60
LONGEST_VALUE = 200
LONGEST_NOTE = 10_000
MOST_TAGS = 50
_NAME = re.compile(r"[\w][\w.:/-]*")


@dataclass(frozen=True, slots=True)
class Tag:
    """``value`` is empty for a tag that is a mere word."""

    name: str
    value: str
    author: str
    created: datetime

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.value else self.name


@dataclass(frozen=True, slots=True)
class Note:
    id: int
    run: RunId
    author: str
    text: str
    created: datetime
    changed: datetime | None = None


def parse_tag(text: str) -> tuple[str, str]:
    """``name`` or ``name=value``; raises Invalid."""
    name, _, value = text.partition("=")
    return require_name(name), require_value(value)


def require_name(name: str) -> str:
    """The tag's name without blanks around it; raises Invalid."""
    name = name.strip()
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise Invalid(
            f"`{name[:80]}` cannot be a tag.",
            hint=f"Use up to {LONGEST_NAME} letters, digits and `_ . : / -`; after `=` a value may follow.",
            code="tag",
        )
    return name


def require_value(value: str) -> str:
    """The tag's value on one line; raises Invalid."""
    value = " ".join(value.split())
    if len(value) > LONGEST_VALUE:
        raise Invalid(f"The value of a tag may have {LONGEST_VALUE} characters, not {len(value)}.", code="tag")
    return value


def require_note(text: str) -> str:
    """The note without blanks around it; raises Invalid when nothing is left, or too much."""
    text = text.strip()
    if not text:
        raise Invalid("A note needs words.", code="note")
    if len(text) > LONGEST_NOTE:
        raise Invalid(f"A note may have {LONGEST_NOTE:,} characters, not {len(text):,}.", code="note")
    return text
