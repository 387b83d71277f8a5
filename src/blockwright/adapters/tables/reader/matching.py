"""Which rows of two registered tables belong together: by key, or as multisets of whole rows.

``before`` and ``after`` have the same columns ``c0``, ``c1`` … of comparable types, and the number of each ``row``.
Large tables are matched in parts that hold the same hashes of both, so that one part at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blockwright.adapters.tables.reader.queries import ROW, one_row

SAMPLES = 20
_PART = 2_500_000  # rows of both tables matched at once


@dataclass(slots=True)
class Match:
    """What was found so far. ``changes`` are row numbers before and after with the places of the columns that differ,
    ``gone`` and ``new`` row numbers of rows that only one table has: the first few of each. ``cells`` counts changed
    cells for each column (None where rows have no counterpart)."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    cells: dict[int, int] | None = None
    changes: list[tuple[int, int, list[int]]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)

    def keep_first(self) -> None:
        """Forget all samples but the first few, in the order of the rows."""
        self.changes = sorted(self.changes)[:SAMPLES]
        self.gone = sorted(self.gone)[:SAMPLES]
        self.new = sorted(self.new)[:SAMPLES]


def parts(rows: int, places: Sequence[int]) -> list[str]:
    """Conditions that split both tables by the same values of the columns at ``places``; one if they are small."""
    count = -(-rows // _PART)
    if count < 2:
        return ["true"]
    hashed = f"hash({', '.join(f'c{place}' for place in places)})"
    return [f"{hashed} % {count} = {part}" for part in range(count)]


def by_key(database: Any, key: Sequence[int], others: Sequence[int], within: Sequence[str]) -> Match:
    """Match rows with equal values at ``key``, which must name one row each, and compare the columns ``others``."""
    match = Match()
    same = " AND ".join(f"b.c{place} IS NOT DISTINCT FROM a.c{place}" for place in key)
    differs = [f"b.c{place} IS DISTINCT FROM a.c{place}" for place in others]
    changed = f"({' OR '.join(differs)})" if differs else "false"
    counts = ", ".join(f"count(*) FILTER ({each})" for each in [changed, *differs])
    totals = np.zeros(1 + len(differs), np.int64)
    for part in within:
        before, after = (f"(SELECT * FROM {side} WHERE {part})" for side in ("before", "after"))
        both = f"{before} AS b JOIN {after} AS a ON {same}"
        totals += np.array(one_row(database, f"SELECT {counts} FROM {both}"))
        if totals[0]:
            shown = ", ".join([f"b.{ROW}", f"a.{ROW}", *differs])
            sql = f"SELECT {shown} FROM {both} WHERE {changed} ORDER BY b.{ROW} LIMIT {SAMPLES}"
            for row, other, *flags in database.execute(sql).fetchall():
                places = [place for place, differ in zip(others, flags, strict=True) if differ]
                match.changes.append((row, other, places))
        removed, gone = _without(database, before, after, same)
        added, new = _without(database, after, before, same)
        match.removed += removed
        match.added += added
        match.gone += gone
        match.new += new
        match.keep_first()
    match.changed = int(totals[0])
    match.cells = dict.fromkeys(key, 0) | dict(zip(others, totals[1:].tolist(), strict=True))
    return match


def by_rows(database: Any, places: Sequence[int], within: Sequence[str]) -> Match:
    """Match rows that are equal in all columns, each row with one of the other table at most."""
    match = Match()
    columns = ", ".join(f"c{place}" for place in places)
    for part in within:
        database.execute(
            f"CREATE OR REPLACE TEMP TABLE balance AS SELECT sum(side) AS surplus, "
            f"min({ROW}) FILTER (side < 0) AS before, min({ROW}) FILTER (side > 0) AS after FROM "
            f"(SELECT *, 1 AS side FROM after WHERE {part} UNION ALL SELECT *, -1 AS side FROM before WHERE {part}) "
            f"GROUP BY {columns} HAVING sum(side) <> 0"
        ).fetchall()
        match.added += _surplus(database, "surplus > 0")
        match.removed -= _surplus(database, "surplus < 0")
        match.new += _first(database, "SELECT after FROM balance WHERE surplus > 0 ORDER BY after")
        match.gone += _first(database, "SELECT before FROM balance WHERE surplus < 0 ORDER BY before")
        match.keep_first()
    return match


def repeated(database: Any, side: str, key: Sequence[int], within: Sequence[str]) -> tuple[int, int]:
    """How many values of the key occur more than once in one table, and on how many rows."""
    columns = ", ".join(f"c{place}" for place in key)
    values = rows = 0
    for part in within:
        counted = f"SELECT count(*) AS times FROM {side} WHERE {part} GROUP BY {columns} HAVING count(*) > 1"
        found, times = one_row(database, f"SELECT count(*), coalesce(sum(times), 0) FROM ({counted})")
        values, rows = values + found, rows + int(times)
    return values, rows


def _without(database: Any, one: str, other: str, same: str) -> tuple[int, list[int]]:
    """How many rows of ``one`` have no counterpart, and the first few of them."""
    lone = f"{one} AS b ANTI JOIN {other} AS a ON {same}"
    (count,) = one_row(database, f"SELECT count(*) FROM {lone}")
    return count, _first(database, f"SELECT b.{ROW} FROM {lone} ORDER BY b.{ROW}") if count else []


def _surplus(database: Any, which: str) -> int:
    (total,) = one_row(database, f"SELECT coalesce(sum(surplus), 0) FROM balance WHERE {which}")
    return int(total)


def _first(database: Any, sql: str) -> list[int]:
    return [number for (number,) in database.execute(f"{sql} LIMIT {SAMPLES}").fetchall()]
