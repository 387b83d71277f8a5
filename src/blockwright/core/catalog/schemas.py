"""Columns of a table by name and type, and how they differ from one version to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """``type`` is the value's own word for it: a pandas dtype, an Arrow type, "object"."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """``changed``: name, type before, type after. ``moved``: the columns that both have stand in another order."""

    added: tuple[SchemaColumn, ...] = ()
    removed: tuple[SchemaColumn, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()
    moved: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)


def digest_of(columns: Sequence[SchemaColumn]) -> str:
    """Names the schema; empty for none."""
    if not columns:
        return ""
    text = json.dumps([[column.name, column.type] for column in columns])
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()


def change(before: Sequence[SchemaColumn], after: Sequence[SchemaColumn]) -> SchemaChange:
    """What was done to ``before`` to get ``after``. A column is known by its name, a second one of the same name by
    that and its place among them."""
    was, now = _named(before), _named(after)
    both = [name for name in was if name in now]
    return SchemaChange(
        added=tuple(column for name, column in now.items() if name not in was),
        removed=tuple(column for name, column in was.items() if name not in now),
        changed=tuple((now[name].name, was[name].type, now[name].type) for name in both if was[name] != now[name]),
        moved=both != [name for name in now if name in was],
    )


def _named(columns: Sequence[SchemaColumn]) -> dict[tuple[str, int], SchemaColumn]:
    seen: dict[str, int] = {}
    named = {}
    for column in columns:
        seen[column.name] = seen.get(column.name, -1) + 1
        named[column.name, seen[column.name]] = column
    return named
