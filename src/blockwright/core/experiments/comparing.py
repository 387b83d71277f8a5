"""Tracked runs side by side: what differs, and which is best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blockwright.core.errors import Invalid
from blockwright.core.experiments.filters import number
from blockwright.core.experiments.model import TrackedRun

MOST = 20
"""Runs that can be looked at side by side."""


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter or metric over all runs, None where a run has none; ``differs`` says whether they are not all
    one."""

    name: str
    values: tuple[str | float | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    runs: tuple[TrackedRun, ...]
    params: tuple[Row, ...]
    metrics: tuple[Row, ...]


def compare(runs: Sequence[TrackedRun]) -> Comparison:
    """In the order given; what differs comes first. Raises Invalid for fewer than two, or too many."""
    if not 2 <= len(runs) <= MOST:
        raise Invalid(f"From 2 to {MOST} runs can be compared, not {len(runs)}.", code="comparison")
    params = [_row(name, [run.params.get(name) for run in runs]) for name in _names(run.params for run in runs)]
    metrics = [_row(name, [run.metrics.get(name) for run in runs]) for name in _names(run.metrics for run in runs)]
    return Comparison(tuple(runs), _sorted(params), _sorted(metrics))


def order_key(run: TrackedRun, by: str) -> tuple[int, float, str]:
    """Sorts by ``metrics.NAME`` or ``params.NAME``; whoever has none, or no number, comes last."""
    kind, _, name = by.partition(".")
    name = name.strip("`")
    value = run.metrics.get(name) if kind == "metrics" else run.params.get(name)
    if value is None:
        return 2, 0.0, ""
    found = number(value)
    return (0, found, "") if found is not None else (1, 0.0, str(value))


def require_order(by: str) -> None:
    """Raises Invalid when ``by`` names nothing to sort by."""
    kind, dot, name = by.partition(".")
    if kind not in ("metrics", "params") or not dot or not name:
        raise Invalid(
            f"Runs cannot be sorted by `{by}`.", hint="Sort by `metrics.NAME` or `params.NAME`.", code="tracked_order"
        )


def _names(each: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for names in each for name in names})


def _row(name: str, values: Sequence[str | float | None]) -> Row:
    first = values[0]
    return Row(name, tuple(values), any(not _same(first, other) for other in values[1:]))


def _same(one: str | float | None, other: str | float | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one == other


def _sorted(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: not row.differs))
