"""Tracked runs as data: what a block told the tracking server while it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from blockwright.core.runs.model import RunId

TAG = "blockwright."
"""Our tags at the tracking server begin so."""


class TrackedState(StrEnum):
    """Our words; the tracking server's stand beside them."""

    RUNNING = "running"  # RUNNING, SCHEDULED
    COMPLETED = "completed"  # FINISHED
    FAILED = "failed"  # FAILED
    CANCELLED = "cancelled"  # KILLED: the block was stopped, or its process died

    @property
    def final(self) -> bool:
        return self is not TrackedState.RUNNING


@dataclass(frozen=True, slots=True)
class Link:
    """Which block run a tracked run belongs to. ``tracked`` is its id at the tracking server; of one whose records
    could not be sent yet (``waiting``) an id of ours. This, not any tag, says whose it is."""

    tracked: str
    project: str
    pipeline: str
    block: str
    run: RunId
    block_run: str
    attempt: int
    experiment: str
    name: str
    state: TrackedState
    waiting: bool
    created: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A link with what the tracking server knows; ``missing`` when it does not know the run (any more, or yet)."""

    link: Link
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifacts: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """A name under which tracked runs are kept together, as one project has it. ``pipelines`` have runs in it."""

    name: str
    runs: int
    running: int
    waiting: int
    first: datetime
    latest: datetime
    pipelines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric on its way."""

    step: int
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or folder that a tracked run kept."""

    path: str
    folder: bool
    bytes: int | None = None
