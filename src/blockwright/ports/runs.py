"""The records of runs: the truth about what did run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Run, RunId, RunKind, RunRequest, RunState


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
class Settling:
    """What firing settles: ``before`` is up to when the trigger's due times were decided when this was decided, which
    must still be so; ``settled`` up to when they are now. ``active`` False: it was its only time."""

    before: datetime
    settled: datetime
    next_due: datetime | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Fire:
    """What a trigger fires for: ``key`` names the due time or the event, and each fires once."""

    trigger: int
    key: str
    due: datetime | None = None
    reason: str = ""
    settling: Settling | None = None


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A wish from outside the owner: ``cancel``, ``retry``."""

    id: int
    run: RunId
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WholeRun:
    """The records of a run at one moment, in the orders of ``RunStore``'s lists; ``living``: attempts that no owner has
    recorded as ended."""

    run: Run
    block_runs: Sequence[BlockRun]
    attempts: Sequence[AttemptRecord]
    inbox: Sequence[InboxMessage]

    @property
    def living(self) -> Sequence[AttemptRecord]:
        return [attempt for attempt in self.attempts if attempt.state != "ended"]


@dataclass(frozen=True, slots=True)
class FoundResult:
    """An earlier block run with the asked-for key, its outputs and when it ended."""

    run: RunId
    block_run: BlockRun
    finished: datetime


@dataclass(frozen=True, slots=True)
class RunFilter:
    """``pipelines`` empty: of any. ``since`` and ``until`` (excluded) bound when the run was asked for; they need
    ``project``, and go by the order of ids, so that runs created in the same moment may fall on either side."""

    project: str | None = None
    pipeline: str | None = None
    states: tuple[RunState, ...] = ()
    before: RunId | None = None  # cursor: only runs with a smaller id
    kind: RunKind | None = None
    trigger: int | None = None
    backfill: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    pipelines: tuple[str, ...] = ()
    product: str | None = None
    requested_by: str | None = None
    longer: float | None = None  # seconds from start to end that a run took more than; only of ended ones
    charts: bool = False  # also runs that only draw a chart, which nobody asked for as such


@dataclass(frozen=True, slots=True)
class BlockCounts:
    """Block runs of a run: ``done`` have ended in one way or another, ``reused`` of them by a result of before."""

    total: int
    done: int
    reused: int
    failed: int


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
        trigger fired and settles its due times; raises Conflict (code ``fired``) and creates nothing when it has fired
        for that key before, or when somebody else has settled them meanwhile. A request with ``slice`` takes that slice
        of its backfill in the same transaction: Conflict (code ``slice_taken``) when it cannot be had. One with
        ``product`` raises Conflict (code ``computing``) while another run computes that product."""
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

    def block_run(self, run: RunId, name: BlockRunName) -> BlockRun:
        """Raises NotFound (code ``block_not_found``)."""
        ...

    def block_run_page(
        self, run: RunId, *, after: int = 0, state: BlockState | None = None, block: BlockId | None = None, limit: int
    ) -> Sequence[tuple[int, BlockRun]]:
        """As ``block_runs``, page by page: each with its place, counted from 1 with gaps; those behind ``after``."""
        ...

    def attempts(self, run: RunId, block_run: BlockRunName | None = None) -> Sequence[AttemptRecord]: ...

    def whole(self, run: RunId) -> WholeRun:
        """What its owner needs to drive it; raises NotFound."""
        ...

    def counts(self, run: RunId) -> Mapping[BlockState, int]:
        """How many block runs are in which state; groups are not counted, their children are."""
        ...

    def counts_of(self, runs: Collection[RunId]) -> Mapping[RunId, BlockCounts]:
        """Of each of the runs that has any block runs, in one question; groups are not counted, their children are."""
        ...

    def events(self, run: RunId, after: int = 0, *, limit: int | None = None) -> Sequence[RunEvent]: ...

    def push(self, run: RunId, kind: str, data: Mapping[str, Any]) -> None:
        """Put a message into the run's inbox."""
        ...

    def hand_over(self, run: RunId) -> None:
        """Let the next engine that has room take the run, whoever was to drive it."""
        ...

    def wishes(self, project: str, *kinds: str, limit: int = 500) -> Sequence[InboxMessage]:
        """Messages of these kinds in the inboxes of all runs of the project, oldest first; ``limit`` of each kind."""
        ...

    def inbox(self, *runs: RunId) -> Sequence[InboxMessage]:
        """Messages to these runs, oldest first."""
        ...

    def find_result(self, project: str, block: BlockId, key: str) -> FoundResult | None:
        """The newest completed block run of any pipeline of the project with this key."""
        ...

    def latest_result(
        self, project: str, pipeline: str, block: BlockId, *, run: RunId | None = None
    ) -> Sequence[FoundResult]:
        """The block's newest completed result, or the one that was restored in the catalogue: one entry, or one for
        each dynamic child in index order. ``run`` restricts the search to that run. Empty when there is none."""
        ...

    def newest_results(self, project: str, pipeline: str, blocks: Sequence[BlockId]) -> Mapping[BlockId, FoundResult]:
        """For each of the blocks that has one its newest completed block run, of a dynamic block the group."""
        ...

    def newest_without_result(
        self, project: str, pipeline: str, blocks: Sequence[BlockId]
    ) -> Mapping[BlockId, tuple[RunId, BlockRun]]:
        """For each of the blocks the block run of the newest run in which it ended without a result: failed,
        cancelled, skipped. Dynamic children do not count, their group does."""
        ...

    def several(self, runs: Collection[RunId]) -> Mapping[RunId, Run]:
        """Those of the runs that there are."""
        ...

    def unfinished(self, project: str) -> Sequence[Run]: ...

    def ended_runs(self, project: str) -> Iterator[Run]:
        """Every run that has ended, oldest first (for retention)."""
        ...

    def referenced_digests(self) -> frozenset[str]:
        """Every digest that a record still refers to: outputs, snapshots."""
        ...

    def snapshot_digests(self) -> frozenset[str]:
        """Those of them that are snapshots: documents that name more."""
        ...

    def oldest_living(self) -> datetime | None:
        """When the attempt began that has been at work longest, in any project; None when none is."""
        ...

    def delete(self, run: RunId) -> None:
        """Forget an ended run with its block runs, attempts and events. Raises Conflict (code ``pinned``) when it, or
        something that it gave, is kept."""
        ...

    def pin(self, run: RunId, pinned: bool) -> None: ...
