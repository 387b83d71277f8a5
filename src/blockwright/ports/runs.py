"""The records of runs: the truth about what did run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, BlockRunName, Run, RunId, RunRequest, RunState


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change a run: every change carries ``fencing``; a later claim has a higher one."""

    run: RunId
    owner: str
    fencing: int
    until: datetime


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """``pid`` and ``pid_started`` (clock ticks since boot) identify the process on ``host`` beyond reuse of ids."""

    run: RunId
    block_run: BlockRunName
    number: int
    round: int
    state: str  # "running", "ended"
    started: datetime
    fencing: int
    finished: datetime | None = None
    host: str | None = None
    pid: int | None = None
    pid_started: int | None = None
    outcome: str | None = None
    reason: str = ""
    manifest: str | None = None
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One change of a run, numbered per run from 1; written in the transaction of the change."""

    run: RunId
    number: int
    time: datetime
    kind: str
    block_run: BlockRunName | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewEvent:
    kind: str
    block_run: BlockRunName | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one step changes; saved whole or not at all. ``run`` only when the run's own row changes."""

    run: Run | None = None
    block_runs: tuple[BlockRun, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    events: tuple[NewEvent, ...] = ()
    taken: tuple[int, ...] = ()  # ids of inbox messages that this step has dealt with


@dataclass(frozen=True, slots=True)
class Fire:
    """What a trigger fires for: ``key`` names the due time or the event, and each fires once."""

    trigger: int
    key: str
    due: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A wish from outside the owner: ``cancel``, ``retry``."""

    id: int
    run: RunId
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundResult:
    """An earlier block run with the asked-for key, its outputs and when it ended."""

    run: RunId
    block_run: BlockRun
    finished: datetime


@dataclass(frozen=True, slots=True)
class RunFilter:
    project: str | None = None
    pipeline: str | None = None
    states: tuple[RunState, ...] = ()
    before: RunId | None = None  # cursor: only runs with a smaller id


class RunStore(Protocol):
    """Each method is one transaction. Methods that change a run take its lease and raise Conflict (code ``fenced``)
    when a later owner has it."""

    def create(
        self,
        request: RunRequest,
        *,
        variables: Mapping[str, Any],
        system: Mapping[str, Any],
        snapshot: str,
        git_commit: str | None,
        block_runs: Sequence[BlockRun],
        now: datetime,
        fire: Fire | None = None,
    ) -> Run:
        """A new run in state ``queued`` with its block runs and its first event. ``pipeline_run_id`` is put into
        ``system`` by the store, which is the one to know it. With ``fire`` the same transaction records that the
        trigger fired; raises Conflict (code ``fired``) and creates nothing when it has fired for that key before."""
        ...

    def claim(self, run: RunId, owner: str, *, seconds: float, now: datetime, dead: Sequence[str] = ()) -> Lease:
        """Take the run: it has no owner, its lease is over, or its owner is among ``dead`` (owners on this host whose
        file lock is free). Raises Conflict (code ``owned``) naming the owner, NotFound when there is no such run."""
        ...

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> Lease: ...

    def release(self, lease: Lease) -> None: ...

    def owner(self, run: RunId) -> tuple[str, datetime] | None:
        """Who holds the run, and until when; None when nobody does."""
        ...

    def save(self, lease: Lease, changes: Changes, *, now: datetime) -> None: ...

    def get(self, run: RunId) -> Run:
        """Raises NotFound."""
        ...

    def latest(self, project: str, pipeline: str | None = None) -> Run | None: ...

    def list(self, which: RunFilter, *, limit: int) -> Sequence[Run]:
        """Newest first."""
        ...

    def block_runs(self, run: RunId) -> Sequence[BlockRun]:
        """In the order in which they were created."""
        ...

    def attempts(self, run: RunId, block_run: BlockRunName | None = None) -> Sequence[AttemptRecord]: ...

    def living_attempts(self, run: RunId) -> Sequence[AttemptRecord]:
        """Attempts that no owner has recorded as ended."""
        ...

    def events(self, run: RunId, after: int = 0) -> Sequence[RunEvent]: ...

    def push(self, run: RunId, kind: str, data: Mapping[str, Any]) -> None:
        """Put a message into the run's inbox."""
        ...

    def inbox(self, run: RunId) -> Sequence[InboxMessage]: ...

    def find_result(self, project: str, block: BlockId, key: str) -> FoundResult | None:
        """The newest completed block run of any pipeline of the project with this key."""
        ...

    def latest_result(
        self, project: str, pipeline: str, block: BlockId, *, run: RunId | None = None
    ) -> Sequence[FoundResult]:
        """The block's newest completed result: one entry, or one for each dynamic child in index order. ``run``
        restricts the search to that run. Empty when there is none."""
        ...

    def unfinished(self, project: str) -> Sequence[Run]: ...

    def ended_runs(self, project: str) -> Iterator[Run]:
        """Every run that has ended, oldest first (for retention)."""
        ...

    def referenced_digests(self) -> frozenset[str]:
        """Every digest that a record still refers to: outputs, snapshots."""
        ...

    def delete(self, run: RunId) -> None:
        """Forget an ended run with its block runs, attempts and events."""
        ...

    def pin(self, run: RunId, pinned: bool) -> None: ...
