"""The log of predictions as monitors use it, and the records of what they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from blockwright.core.monitors.definitions import FindingKind, Monitor
from blockwright.core.monitors.findings import Finding, NewResult, Result
from blockwright.core.monitors.measurements import Measurement


@dataclass(frozen=True, slots=True)
class Window:
    """What is measured: predictions of a version from ``since`` to before ``until``. ``made``: truths that were told
    later are counted. ``reference``: the file with the version's reference, None without. ``features`` empty: all.
    ``kind``: of the truth, see ``PerformanceRules``."""

    model: str
    version: int
    since: datetime
    until: datetime
    made: datetime
    reference: Path | None
    features: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really the case: of one row of a request, or of all rows that came with ``key``."""

    actual: str | float | int | bool
    request_id: str | None = None
    row: int = 0
    key: str | None = None


@dataclass(frozen=True, slots=True)
class PutTogether:
    """``batches`` became ``files``; ``damaged`` ones were put aside. ``days`` were too old and are gone."""

    batches: int
    files: int
    damaged: int
    days: int


class PredictionLogs(Protocol):
    """What the prediction service of a project wrote down. Everything but ``tell`` works in a process of its own and
    raises Unavailable when that fails, takes too long, or lacks a library."""

    def measure(self, window: Window) -> Measurement: ...

    def compact(self, *, now: datetime, keep: timedelta) -> PutTogether:
        """Put small batches together, and delete days that are older than ``keep``. Safe at any time, by any number of
        processes, and when it is killed."""
        ...

    def tell(self, model: str, truths: Sequence[Truth], *, now: datetime) -> int:
        """Keep what is told, all of it or nothing; how many."""
        ...

    def tell_file(self, model: str, path: Path, columns: Mapping[str, str], *, now: datetime) -> int:
        """The same from a table (CSV, Parquet, JSON lines). ``columns`` says what `request_id`, `row`, `key` and
        `actual` are called there. Raises Invalid naming what is missing."""
        ...


class MonitorFiles(Protocol):
    """``monitors.yaml`` of the project. Reading raises ProjectInvalid with file, line and key."""

    def all(self) -> Mapping[str, Monitor]:
        """By name, in the file's order."""
        ...

    def get(self, name: str) -> Monitor:
        """Raises NotFound (code ``monitor_not_found``)."""
        ...


class MonitorStore(Protocol):
    """Each method is one transaction."""

    def record(self, project: str, result: NewResult) -> tuple[Result, Sequence[Finding]]:
        """Keep a result, and open, go on with and close findings as ``core.monitors.findings.turn`` says. Returns the
        findings that hold now."""
        ...

    def latest(self, project: str) -> Mapping[str, Result]:
        """The newest result of each monitor, by name."""
        ...

    def results(self, project: str, monitor: str, *, before: int | None = None, limit: int) -> Sequence[Result]:
        """Newest first; ``before``: those with a lower id."""
        ...

    def findings(
        self,
        project: str,
        monitor: str = "",
        *,
        kind: FindingKind | None = None,
        open_only: bool = False,
        before: int | None = None,
        limit: int,
    ) -> Sequence[Finding]:
        """Newest first."""
        ...

    def prune(self, project: str, before: datetime) -> int:
        """Forget results from before then, but for the newest of each monitor, and findings that ended before; how many
        results."""
        ...
