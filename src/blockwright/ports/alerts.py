"""Alerts, what became of their messages, and what the rules ask the records about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from blockwright.core.alerts.model import AlertKind
from blockwright.core.runs.model import RunId, RunKind, RunState


class DeliveryState(StrEnum):
    WAITING = "waiting"  # to be sent, or to be tried again, at `due`
    SENT = "sent"
    FAILED = "failed"  # tried for a day, or its channel is gone


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of one alert to one channel. ``problem`` says why the last try failed; it never holds a secret."""

    alert: int
    channel: str
    state: DeliveryState
    tries: int
    first_due: datetime
    due: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NewAlert:
    """``key`` names what it is about within the project: it is raised once for each."""

    key: str
    kind: AlertKind
    title: str
    body: str
    pipeline: str = ""
    run: RunId | None = None
    trigger: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    project: str
    created: datetime
    about: NewAlert
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Mute:
    """``person`` (empty: everybody) is not told about ``subject`` before ``until``, for the ``reason`` that ``author``
    gave."""

    subject: str
    person: str
    reason: str
    author: str
    created: datetime
    until: datetime


class Mutes(Protocol):
    """What of a project people do not want to be told for a while. Each method is one transaction."""

    def add(self, project: str, mute: Mute) -> None:
        """It stands for what the person (or everybody) had muted of the subject before."""
        ...

    def list(self, project: str, person: str, *, now: datetime) -> Sequence[Mute]:
        """Those of the person and of everybody that have not ended."""
        ...

    def remove(self, project: str, subject: str, person: str) -> bool:
        """Whether there was one."""
        ...


class AlertStore(Protocol):
    """Each method is one transaction."""

    def add(self, project: str, alert: NewAlert, channels: Sequence[str], *, now: datetime) -> int | None:
        """Record the alert with a delivery for each channel, due now; returns its id, None when one with its key is
        there already (then nothing changes)."""
        ...

    def list(
        self,
        project: str,
        *,
        pipeline: str | None = None,
        kind: AlertKind | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Alert]:
        """Newest first, with their deliveries; ``before`` is the id after which the page begins."""
        ...

    def get(self, project: str, alert: int) -> Alert:
        """Raises NotFound."""
        ...

    def due(self, project: str, *, now: datetime, limit: int = 100) -> Sequence[Delivery]:
        """Deliveries to be tried now, the one that has waited longest first."""
        ...

    def next_due(self, project: str) -> datetime | None: ...

    def take(self, delivery: Delivery, *, until: datetime) -> Delivery | None:
        """Take the delivery for one try: nobody else sees it as due before ``until``. None when somebody was faster.
        ``tries`` of what is returned counts this try."""
        ...

    def settle(self, delivery: Delivery) -> None:
        """Record how a try that was taken ended: state, due and problem of ``delivery``."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget alerts raised before then, with their deliveries; returns how many."""
        ...

    def recall(self, project: str, name: str) -> str | None:
        """What was remembered under this name."""
        ...

    def remember(self, project: str, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Underway:
    """A run that is being driven: ``latest`` is the time of its newest event, ``alive`` whether an attempt of it runs
    or has a time to begin, ``ready`` a block run that waits for a slot."""

    run: RunId
    pipeline: str
    round: int
    started: datetime
    latest: datetime
    alive: bool
    ready: str | None


@dataclass(frozen=True, slots=True)
class RunningBlock:
    run: RunId
    pipeline: str
    block_run: str
    block: str
    attempt: int
    started: datetime


@dataclass(frozen=True, slots=True)
class RecentRun:
    run: RunId
    state: RunState
    kind: RunKind
    created: datetime
    started: datetime | None
    finished: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None for one that has not begun or not ended."""
        if self.started is None or self.finished is None:
            return None
        return (self.finished - self.started).total_seconds()


class Watch(Protocol):
    """Questions about what goes on and what is usual, each answered from an index."""

    def underway(self, project: str, *, limit: int = 1000) -> Sequence[Underway]: ...

    def running_blocks(self, project: str, *, limit: int = 1000) -> Sequence[RunningBlock]: ...

    def waiting_since(self, project: str, before: datetime, *, limit: int = 100) -> Sequence[tuple[RunId, str]]:
        """Queued runs that were created before then, with their pipelines, oldest first."""
        ...

    def recent_runs(self, project: str, pipelines: Sequence[str], *, limit: int) -> Mapping[str, Sequence[RecentRun]]:
        """The newest runs of each pipeline, newest first, without those that somebody started in the editor."""
        ...

    def run_seconds(self, project: str, pipeline: str) -> Sequence[float]:
        """How long the latest 20 completed runs took."""
        ...

    def block_seconds(self, project: str, pipeline: str, block: str) -> Sequence[float]:
        """How long the block took in its latest 20 completed runs; a reused result does not count."""
        ...

    def last_completed(self, project: str, pipeline: str, trigger: str = "") -> datetime | None:
        """When the pipeline (or this trigger's runs of it) last completed."""
        ...

    def unfinished_with_sla(self, project: str) -> Sequence[RunId]: ...

    def trigger(self, trigger: int) -> tuple[str, str] | None:
        """Its name and description."""
        ...
