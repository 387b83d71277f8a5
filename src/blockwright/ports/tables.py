"""Stored values shown to people: rows, pages, profiles, files. Computed in a child process with limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from blockwright.wire.outputs import Output


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` are JSON-able cells in column order; ``total`` counts all rows of the value, ``matching`` those that the
    condition lets through."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    matching: int


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


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the rows of one place; ``aggregate`` is one of ``AGGREGATES``. ``column`` empty: rows count."""

    column: str
    aggregate: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What rows must be like. ``operator``: `in` (one of ``values``), `least`, `most` (at least, at most the value) or
    `contains` (a part of the text). A table without the column is left whole."""

    column: str
    operator: str
    values: tuple[str | float | bool, ...]


AGGREGATES = ("count", "count_distinct", "sum", "mean", "median", "min", "max", "mode")
INTERVALS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class ChartWish:
    """``kind`` is bar, line, scatter, histogram, pie, box, heat_map, number or table. ``x`` may be empty for a number,
    a table and a box. ``y`` None: rows are counted. ``colour``: a column whose values are series of their own; of a
    heat map the column that runs up. ``aggregate`` (one of ``AGGREGATES``) makes one figure of rows of one place.

    ``metrics`` take the place of ``y`` and ``aggregate``, each a series of its own. ``interval`` (of ``INTERVALS``, or
    empty) brings times together; a coarser one is taken where there would be too many. ``buckets`` is how many bins a
    histogram has, ``limit`` bounds bars, parts and rows, ``order`` is `ascending`, `descending` (of figures), `x` or
    `given` (as the rows come).
    ``columns`` are those of a table (empty: all). Only rows that meet all ``conditions`` are taken.
    """

    kind: str
    x: str
    y: str | None = None
    colour: str | None = None
    aggregate: str = "count"
    metrics: tuple[Metric, ...] = ()
    interval: str = ""
    buckets: int | None = None
    limit: int | None = None
    order: str = ""
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """``points`` are x and y; of a histogram lower edge, count, upper edge; of a box x, least, lower quartile, median,
    upper quartile, most; of a heat map x, the word that runs up, figure. ``name`` is empty without colours."""

    name: str
    points: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a chart draws, at most a few thousand points. ``axis``: x is `numbers`, `time` (seconds since 1970) or
    `words`, which stand in ``words`` in their order; ``upward`` are those of a heat map's other axis, or the columns of
    a table. ``left_out`` counts bars or points that are not drawn, ``rows`` the rows that were taken, of ``total``.
    ``interval`` is the one that times were brought together by."""

    kind: str
    axis: str
    series: tuple[ChartSeries, ...]
    words: tuple[str, ...]
    left_out: int
    rows: int
    total: int
    upward: tuple[str, ...] = ()
    interval: str = ""


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

    def chart(self, output: Output, wish: ChartWish) -> Marks: ...

    def diff(self, before: Output, after: Output, key: Sequence[str] | None) -> TableDiff: ...

    def close(self) -> None: ...
