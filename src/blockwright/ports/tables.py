"""Stored values shown to people: rows, pages, profiles, files. Computed in a child process with limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from blockwright.wire.outputs import Output


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` are JSON-able cells in column order; ``total`` counts all rows of the value."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[Any, ...] = ()  # 25, 50, 75 %
    top: tuple[tuple[Any, int], ...] = ()
    histogram: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TableDiff:
    """Rows compared by ``key`` columns (None: as a multiset of whole rows). ``samples`` show a few changed rows."""

    key: tuple[str, ...] | None
    added: int
    removed: int
    changed: int
    same: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    types_changed: tuple[tuple[str, str, str], ...] = ()
    statistics: tuple[dict[str, Any], ...] = ()
    samples: tuple[dict[str, Any], ...] = ()


class Tables(Protocol):
    """Values that are not tables raise Invalid with what they are; a time-out or crash of the child raises
    Unavailable and the next call starts a new one. Nothing is unpickled."""

    def page(
        self, output: Output, *, offset: int = 0, limit: int = 100, sort: Sequence[str] = (), where: str | None = None
    ) -> Page:
        """``sort``: column names, a leading ``-`` for descending. ``where``: a SQL condition."""
        ...

    def profile(self, output: Output) -> Sequence[ColumnProfile]: ...

    def export(self, output: Output, target: Path) -> int:
        """Write csv, parquet or json by the target's suffix, atomically; returns the rows written."""
        ...

    def diff(self, before: Output, after: Output, key: Sequence[str] | None) -> TableDiff: ...

    def close(self) -> None: ...
