"""Where blocks record parameters, metrics and models while they train, and what of it belongs to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from blockwright.core.experiments.model import Artifact, Experiment, Link, Point, TrackedState
from blockwright.core.runs.model import RunId
from blockwright.ports.registry import ModelRegistry


@dataclass(frozen=True, slots=True)
class Connection:
    """What a block process needs to reach the tracking server. ``lock`` (may be empty) is a file to hold a shared lock
    on while working, ``spool`` the folder for what cannot be sent now."""

    url: str
    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    lock: str = ""
    spool: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the tracking server has of a run. ``artifacts`` is the URI of its files."""

    id: str
    experiment: str
    name: str
    state: TrackedState
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    artifacts: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A run whose records were kept back and are there now: ``local`` is what it was called until then."""

    local: str
    tracked: str
    state: TrackedState


class Tracking(Protocol):
    """The tracking server. Raises Unavailable (codes ``tracking``, ``tracking_missing``, ``tracking_refused``) when it
    does not answer; of our own the first question waits until it is up."""

    @property
    def registry(self) -> ModelRegistry:
        """The server's own registry of models."""
        ...

    def standing(self) -> str:
        """``off`` (ours, not running), ``running`` (ours), or ``elsewhere``. Starts nothing."""
        ...

    def connection(self) -> Connection:
        """Where it is; ours is started when it does not run, without waiting until it is up."""
        ...

    def runs(self, ids: Collection[str]) -> Mapping[str, Recorded]:
        """Those of them that it knows."""
        ...

    def history(self, run: str, metric: str, *, limit: int = 1_000) -> Sequence[Point]:
        """The way of a metric, by step; of more than ``limit`` values a thinner selection that keeps both ends."""
        ...

    def artifacts(self, run: str, path: str = "") -> Sequence[Artifact]:
        """The files and folders below ``path``."""
        ...

    def artifact(self, run: str, path: str) -> AbstractContextManager[Iterator[bytes]]:
        """The content of a file, piece by piece."""
        ...

    def finish(self, run: str, state: TrackedState, ended: datetime) -> None:
        """Close a run whose block did not do it itself."""
        ...

    def send_waiting(self) -> Sequence[Sent]:
        """Send what blocks had to keep back, as far as the server takes it and nobody still writes to it."""
        ...

    def close(self) -> None: ...


class ExperimentStore(Protocol):
    """The links between block runs and tracked runs. Each method is one transaction."""

    def add(self, link: Link) -> None:
        """Once for each tracked run; again it changes nothing."""
        ...

    def get(self, project: str, tracked: str) -> Link:
        """Raises NotFound (code ``tracked_run_not_found``)."""
        ...

    def list(
        self,
        project: str,
        *,
        experiment: str | None = None,
        pipeline: str | None = None,
        pipelines: Collection[str] | None = None,
        run: RunId | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Link]:
        """Newest first; ``pipelines`` None: of all. ``before``: only those behind that one."""
        ...

    def experiments(self, project: str, *, pipelines: Collection[str] | None = None) -> Sequence[Experiment]:
        """The one with the latest run first."""
        ...

    def open(self, project: str) -> Sequence[Link]:
        """Those not known to have ended."""
        ...

    def dead(self, project: str) -> Sequence[tuple[Link, TrackedState, datetime]]:
        """Those not known to have ended although their attempt has: with the state it ended in, and when."""
        ...

    def finish(self, project: str, tracked: str, state: TrackedState, ended: datetime | None, *, run: RunId) -> None:
        """Only what belongs to this run of ours."""
        ...

    def sent(self, sent: Sent) -> None:
        """The records of a run of whichever project are at the server now, under another id."""
        ...
