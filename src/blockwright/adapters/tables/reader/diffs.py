"""What changed between two tables, told for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from blockwright.adapters.tables.reader.cells import cells
from blockwright.adapters.tables.reader.matching import SAMPLES, Match, by_key, by_rows, parts, repeated
from blockwright.adapters.tables.reader.profiles import summarize
from blockwright.adapters.tables.reader.queries import ROW, connected, missing_as_null, register
from blockwright.adapters.tables.reader.tables import Column, Table, listed
from blockwright.adapters.tables.reader.twins import are_alike, twins
from blockwright.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tables, and for each name that both have its columns before and after; ``names`` has them in order."""

    before: Table
    after: Table
    shared: dict[str, tuple[Column, Column]]

    @property
    def names(self) -> list[str]:
        return list(self.shared)

    def key_places(self, key: Sequence[str]) -> list[int]:
        """Where the key's columns stand among the shared; raises Invalid when one is not there or not comparable."""
        for name in key:
            if name not in self.shared:
                raise Invalid(
                    f"`{name}` cannot be a key: it is not a column of both tables.",
                    hint=f"Both have: {listed(self.names)}.",
                )
            before, after = self.shared[name]
            if not are_alike(before, after):
                raise Invalid(
                    f"`{name}` cannot be a key: it is of type {before.type} before and {after.type} after.",
                    hint="Choose another key, or compare without one.",
                )
        return [self.names.index(name) for name in dict.fromkeys(key)]


def diff(before: Table, after: Table, key: Sequence[str] | None, *, memory: int) -> dict[str, Any]:
    """The answer to ``Tables.diff``."""
    olds = dict(zip(before.names(), before.columns, strict=True))
    news = dict(zip(after.names(), after.columns, strict=True))
    pair = Pair(before, after, {name: (olds[name], news[name]) for name in olds if name in news})
    key_places = pair.key_places(key or ())
    with connected(memory) as database:
        match = _matched(database, pair, key_places)
        statistics = [_statistics(database, pair, name, match) for name in pair.names]
    return {
        "key": list(key) if key else None,
        "added": match.added,
        "removed": match.removed,
        "changed": match.changed,
        "same": before.rows - match.removed - match.changed,
        "columns_added": [name for name in news if name not in olds],
        "columns_removed": [name for name in olds if name not in news],
        "types_changed": [[name, one.type, other.type] for name, (one, other) in _retyped(pair)],
        "statistics": statistics,
        "samples": _samples(pair, key_places, match),
    }


def _matched(database: Any, pair: Pair, key: list[int]) -> Match:
    if not pair.shared:
        return Match(added=pair.after.rows, removed=pair.before.rows)
    alike = _register(database, pair)
    rows = pair.before.rows + pair.after.rows
    every = list(range(len(pair.shared)))
    # Equal values have equal hashes only where both sides have the same type.
    splitting = [place for place in key or every if place in alike]
    within = parts(rows, splitting) if splitting else ["true"]
    if not key:
        return by_rows(database, every, within)
    for side in ("before", "after"):
        _check_unique(database, side, key, [pair.names[place] for place in key], within)
    return by_key(database, key, [place for place in every if place not in key], within)


def _register(database: Any, pair: Pair) -> set[int]:
    """Let queries see both tables; returns the places of the columns that have one type in both."""
    sides: dict[str, dict[str, pa.ChunkedArray]] = {"before": {}, "after": {}}
    for place, (one, other) in enumerate(pair.shared.values()):
        sides["before"][f"c{place}"], sides["after"][f"c{place}"] = twins(one, other)
    for side, rows in (("before", pair.before.rows), ("after", pair.after.rows)):
        register(database, f"{side}_data", rows, sides[side])
        shown = [ROW, *(f"{missing_as_null(name, array)} AS {name}" for name, array in sides[side].items())]
        database.execute(f"CREATE TEMP VIEW {side} AS SELECT {', '.join(shown)} FROM {side}_data").fetchall()
    pairs = zip(sides["before"].values(), sides["after"].values(), strict=True)
    return {place for place, (one, other) in enumerate(pairs) if one.type == other.type}


def _check_unique(database: Any, side: str, key: list[int], names: Sequence[str], within: Sequence[str]) -> None:
    values, rows = repeated(database, side, key, within)
    if values:
        raise Invalid(
            f"The key {listed(names)} does not name one row each: in the table {side} the change, {values:,} of its "
            f"values occur more than once ({rows:,} rows).",
            hint="Add columns to the key, or compare without one.",
            code="duplicate_keys",
        )


def _samples(pair: Pair, key: list[int], match: Match) -> list[dict[str, Any]]:
    """A few changed rows, then removed, then added ones. ``columns`` are those that differ; a table that lacks the row
    gives None."""
    gone = match.gone[: SAMPLES - len(match.changes)]
    new = match.new[: SAMPLES - len(match.changes) - len(gone)]
    before = _objects(pair, 0, [row for row, _, _ in match.changes] + gone)
    after = _objects(pair, 1, [row for _, row, _ in match.changes] + new)
    changed = len(match.changes)
    found: list[tuple[str, Any, Any, list[int]]] = [
        ("changed", old, fresh, places)
        for old, fresh, (_, _, places) in zip(before[:changed], after[:changed], match.changes, strict=True)
    ]
    found += [("removed", row, None, []) for row in before[changed:]]
    found += [("added", None, row, []) for row in after[changed:]]
    return [
        {
            "change": change,
            "key": {pair.names[place]: (old or fresh)[pair.names[place]] for place in key},
            "columns": [pair.names[place] for place in places],
            "before": old,
            "after": fresh,
        }
        for change, old, fresh, places in found
    ]


def _objects(pair: Pair, side: int, rows: list[int]) -> list[dict[str, Any]]:
    """The chosen rows of one table, as objects of the shared columns."""
    chosen = np.array(rows, np.int64)
    columns = {name: cells(columns[side], chosen) for name, columns in pair.shared.items()}
    return [{name: column[row] for name, column in columns.items()} for row in range(len(rows))]


def _retyped(pair: Pair) -> list[tuple[str, tuple[Column, Column]]]:
    return [(name, columns) for name, columns in pair.shared.items() if columns[0].type != columns[1].type]


def _statistics(database: Any, pair: Pair, name: str, match: Match) -> dict[str, Any]:
    """One column before and after; ``changed`` counts its changed cells (None without a key)."""
    before, after = pair.shared[name]
    return {
        "column": name,
        "changed": None if match.cells is None else match.cells[pair.names.index(name)],
        "before": summarize(database, before, pair.before.rows),
        "after": summarize(database, after, pair.after.rows),
    }
