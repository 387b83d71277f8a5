"""The ledger: what ended runs cost, by run and summed by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from blockwright.core.ledger import RunCost
from blockwright.core.runs.model import RunId

BUCKETS = (1, 10, 60, 600, 3600)
"""Seconds; ``DayCost.within`` counts the runs that took at most so long."""


@dataclass(frozen=True, slots=True)
class DayCost:
    """Sums over runs that ended on ``day`` (YYYY-MM-DD, UTC; empty: on any day) in ``state`` (empty: in any);
    ``rss_peak`` is the largest. ``within`` goes with ``BUCKETS``."""

    day: str
    pipeline: str
    state: str
    runs: int
    block_runs: int
    attempts: int
    seconds: float
    block_seconds: float
    cpu_seconds: float
    rss_peak: int
    bytes_in: int
    bytes_out: int
    within: tuple[int, ...] = ()


class Ledger(Protocol):
    """Each method is one transaction. Sums by day stay when the runs are deleted."""

    def record(self, cost: RunCost) -> bool:
        """Write what a run cost up to the end of its round. Twice the same changes nothing and gives False; a later
        round replaces the run's own row and adds what it cost more to the day it ended on."""
        ...

    def get(self, run: RunId) -> RunCost | None: ...

    def unrecorded(self, project: str, *, limit: int = 500) -> Sequence[RunId]:
        """Ended runs that are not in the ledger yet, oldest first."""
        ...

    def days(
        self, project: str, *, pipeline: str | None = None, since: str | None = None, by_state: bool = False
    ) -> Sequence[DayCost]:
        """By day and pipeline, newest day first. ``since`` is the first day asked for."""
        ...

    def pipelines(
        self, project: str, *, pipeline: str | None = None, since: str | None = None, by_state: bool = False
    ) -> Sequence[DayCost]:
        """By pipeline over all days, those that used most CPU time first."""
        ...


class Figures(Protocol):
    """What living processes say about themselves, so that the one that is asked can tell."""

    def report(self, process: str, figures: Mapping[str, float]) -> None:
        """Replace what this process said before; figures that it no longer names are gone."""
        ...

    def all(self, *, within_seconds: float) -> Sequence[tuple[str, str, float]]:
        """Process, name, value of those said in the last ``within_seconds``; older ones are forgotten."""
        ...
