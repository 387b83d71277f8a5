"""Runs and block runs as data. The words of the states are the same in database, API, command line and browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord

RunId = NewType("RunId", int)
BlockRunName = NewType("BlockRunName", str)
"""Names a block run in its run: the block's uuid, ``uuid:0`` or ``uuid:name`` for a dynamic child,
``callback@parent`` for a callback of a block run."""


class RunState(StrEnum):
    QUEUED = "queued"  # nobody drives it yet
    RUNNING = "running"  # an engine holds its lease
    CANCELLING = "cancelling"  # asked to stop; some process may still live
    COMPLETED = "completed"  # every block ended, none that matters failed
    FAILED = "failed"
    CANCELLED = "cancelled"  # stopped by request, confirmed

    @property
    def final(self) -> bool:
        return self in (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED)


class BlockState(StrEnum):
    WAITING = "waiting"  # for upstreams
    QUEUED = "queued"  # ready; waits for a slot
    RUNNING = "running"  # an attempt was started
    RETRY_WAIT = "retry_wait"  # until ``due``: a retry, or a sensor's next look
    CANCELLING = "cancelling"  # its attempt was told to end, not yet confirmed gone
    COMPLETED = "completed"
    SKIPPED = "skipped"  # a condition was false, here or upstream
    UPSTREAM_FAILED = "upstream_failed"  # its trigger rule can no longer hold
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in _FINAL

    @property
    def alive(self) -> bool:
        """An attempt's process may exist."""
        return self is BlockState.RUNNING or self is BlockState.CANCELLING


_FINAL = frozenset(
    {
        BlockState.COMPLETED,
        BlockState.SKIPPED,
        BlockState.UPSTREAM_FAILED,
        BlockState.FAILED,
        BlockState.CANCELLED,
    }
)


class Role(StrEnum):
    BLOCK = "block"  # an ordinary block of the graph
    GROUP = "group"  # stands for all dynamic children of a block; runs no code itself
    CHILD = "child"  # one dynamic child
    CALLBACK = "callback"  # runs after its ``parent`` has ended; never changes the run's result


@dataclass(frozen=True, slots=True)
class TestCounts:
    passed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt or block run failed, as told to people; the manifest has the traceback."""

    type: str
    message: str
    file: str | None = None
    line: int | None = None
    hint: str = ""
    code: str = "user_code"

    @property
    def sentence(self) -> str:
        """What happened. Of an exception in user code the type belongs to it: a KeyError's message is only a key."""
        if not self.message:
            return self.type
        return f"{self.type}: {self.message}" if self.code == "user_code" else self.message


@dataclass(frozen=True, slots=True)
class BlockRun:
    """One block's part of a run; a row of the database.

    ``attempt`` counts the attempts started (0: none), over all rounds; ``round`` the times that the block was asked
    for anew (``retry --from``); ``tries`` the attempts that used up the retry budget in this round, ``waited`` the
    seconds of back-off so far. ``index`` is the flat dynamic index. ``key`` is the derivation key, ``reused`` says
    that ``source_run``'s result stands in. ``due`` is when a ``retry_wait`` ends, or a running attempt times out.
    ``items`` (for a completed dynamic parent) has ``count``, ``names`` and ``upstream`` of its children.
    """

    name: BlockRunName
    block: BlockId
    role: Role = Role.BLOCK
    parent: BlockRunName | None = None
    index: int | None = None
    state: BlockState = BlockState.WAITING
    reason: str = ""
    attempt: int = 0
    round: int = 0
    tries: int = 0
    waited: float = 0.0
    due: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    rss_peak: int | None = None
    key: str | None = None
    reused: bool = False
    source_run: RunId | None = None
    outputs: tuple[OutputRecord, ...] = ()
    tests: TestCounts = TestCounts()
    failure: Failure | None = None
    items: Mapping[str, Any] | None = None
    manifest: str | None = None


class RunKind(StrEnum):
    MANUAL = "manual"  # the command line
    INTERACTIVE = "interactive"  # ▶ in the editor
    TRIGGER = "trigger"
    API = "api"
    BACKFILL = "backfill"
    PIPELINE = "pipeline"  # started by block code of another run
    REPLAY = "replay"
    CHART = "chart"  # draws one chart; listed apart, since nobody asked for a run


class Queue(StrEnum):
    """Who takes a new run first."""

    OWN = "own"  # the process that asked for it; an engine only when that process has died
    ENGINE = "engine"  # the next engine that has room


@dataclass(frozen=True, slots=True)
class RunLimit:
    """At most ``limit`` runs with this ``key`` at once: ``pipeline:sales``, ``trigger:7``, ``customer=12``."""

    key: str
    limit: int


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a trigger (or whoever asked) says about the whole run.

    ``allow_blocks_to_fail`` False: the first block that fails for good ends the run. ``timeout`` (seconds since the
    run started) ends it as ``timeout_status``, ``failed`` or ``cancelled``. ``sla`` (seconds since the execution date)
    only warns. ``limits`` count against others; when one is reached the run waits, or with ``skip_at_limit`` is
    cancelled.
    """

    allow_blocks_to_fail: bool = True
    timeout: float | None = None
    timeout_status: str = "failed"
    sla: float | None = None
    limits: tuple[RunLimit, ...] = ()
    skip_at_limit: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which blocks a run executes. ``blocks`` empty: all. ``upstream``: also everything they depend on; without it
    the blocks take their upstreams' latest results."""

    blocks: tuple[BlockId, ...] = ()
    upstream: bool = False


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked for; becomes a run. ``reuse``: None leaves it to the blocks' own ``cache``.

    ``priority``: of waiting runs the highest goes first. ``trigger`` and ``due`` say what fired and for which time,
    ``backfill`` and ``slice`` which part of which backfill it is, ``product`` which data product it makes, ``event``
    what block code gets as ``kwargs['event']``. ``requested_by`` names the person or token, ``key`` the idempotency key
    that was claimed for it: the run is written together with the claim's answer.
    """

    project: str
    pipeline: str
    kind: RunKind = RunKind.MANUAL
    variables: Mapping[str, Any] = field(default_factory=dict)
    selection: Selection = Selection()
    reuse: bool | None = None
    execution_date: datetime | None = None
    env: str = "dev"
    replay_of: RunId | None = None
    parent_run: RunId | None = None
    skip_sensors: bool = False
    queue: Queue = Queue.OWN
    priority: int = 0
    settings: RunSettings = RunSettings()
    trigger: int | None = None
    due: datetime | None = None
    backfill: int | None = None
    slice: int | None = None
    product: str | None = None
    requested_by: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run; a row of the database. ``variables`` are the user's, resolved (pipeline, trigger, run); ``system`` ours
    (dates, ids), both encoded as JSON. ``snapshot`` names the code (digest of the snapshot document in the store).
    ``definition`` is the digest of the pipeline as it was read for this run. ``round`` counts ``retry``."""

    id: RunId
    project: str
    pipeline: str
    kind: RunKind
    state: RunState
    reason: str
    created: datetime
    selection: Selection = Selection()
    variables: Mapping[str, Any] = field(default_factory=dict)
    system: Mapping[str, Any] = field(default_factory=dict)
    reuse: bool | None = None
    snapshot: str = ""
    git_commit: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    round: int = 0
    replay_of: RunId | None = None
    parent_run: RunId | None = None
    pinned: bool = False
    skip_sensors: bool = False
    queue: Queue = Queue.OWN
    priority: int = 0
    settings: RunSettings = RunSettings()
    trigger: int | None = None
    due: datetime | None = None
    backfill: int | None = None
    slice: int | None = None
    product: str | None = None
    requested_by: str = ""
