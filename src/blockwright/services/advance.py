"""A run in the hands of this process: let events happen, save what changed, say what is to be done."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from blockwright.core.blocks import BlockId, BlockType
from blockwright.core.copies import changed
from blockwright.core.errors import Conflict
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.ahead import RunAhead
from blockwright.core.runs.events import (
    AwaitedEnded,
    BlockAwaits,
    BlockReused,
    Command,
    Event,
    RetryAsked,
    StartBlock,
)
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, Run, RunId, RunState
from blockwright.core.runs.step import step
from blockwright.ports.executors import AttemptCommitted, AttemptExited, AttemptStarted
from blockwright.ports.runs import AttemptRecord, Changes, InboxMessage, Lease, NewEvent, WholeRun
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, outcomes, pinning, reuse, runs, snapshots
from blockwright.services.limits import BlockSlots
from blockwright.services.snapshots import Snapshot
from blockwright.services.specs import (
    SpecSource,
    attached_conditionals,
    attempt_id,
    parse_attempt_id,
    spec_for,
)
from blockwright.wire import documents
from blockwright.wire.manifests import Manifest
from blockwright.wire.specs import AttemptSpec

LEASE_SECONDS = 30.0

NUMERIC_MODULES = frozenset(
    {
        "catboost",
        "cvxpy",
        "jax",
        "lightgbm",
        "numpy",
        "scipy",
        "sklearn",
        "statsmodels",
        "tensorflow",
        "torch",
        "xgboost",
    }
)
"""Modules whose work is shared out to threads by a pool of their own."""

_HOST = cache(socket.gethostname)

Observer = Callable[[Run, Sequence[BlockRun]], None]
"""Told of every saved change: the run and the rows that changed."""


@dataclass
class ActiveRun:
    """One run that this process drives, with its lease; see ``claim``.

    ``records`` are the attempts that live as far as we know. ``outdated`` are wishes from before the run had ended or
    was retried: they are taken with the next change, unheard. ``changed``, ``unsaved``, ``happened`` and ``taken`` wait
    for the next ``save``. ``asked_for`` are the block runs that waited for a pool when its slots were last asked for.
    """

    workspace: Workspace
    lease: Lease
    live: LiveRun
    source: SpecSource
    threads: int
    observer: Observer
    slots: BlockSlots
    keys: dict[BlockRunName, reuse.Key] = field(default_factory=dict)
    records: dict[str, AttemptRecord] = field(default_factory=dict)
    outdated: tuple[int, ...] = ()
    asked_for: frozenset[BlockRunName] = frozenset()
    run_changed: bool = False
    changed: dict[BlockRunName, BlockRun] = field(default_factory=dict)
    unsaved: dict[str, AttemptRecord] = field(default_factory=dict)
    happened: list[NewEvent] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    run_ahead: RunAhead = field(init=False)

    def __post_init__(self) -> None:
        self.run_ahead = RunAhead(self.live)

    @property
    def id(self) -> RunId:
        return self.live.run.id

    @property
    def session(self) -> str | None:
        return self.source.session

    def happen(
        self, event: Event, allowance: int, taken: tuple[int, ...] = (), at: datetime | None = None
    ) -> tuple[Command, ...]:
        """Let ``event`` happen, now or when it did (``at``). Save before acting on the commands."""
        now = at or self.workspace.clock.now()
        result = step(self.live, event, now, allowance)
        for command in result.commands:
            if isinstance(command, StartBlock):
                self._record_start(command.name, command.attempt, now)
        for row in result.block_runs:
            if not row.state.alive and row.attempt:
                self._record_end(row, now)
            self.changed[row.name] = row
        self.run_changed = self.run_changed or result.run is not None
        self.happened += _events(result.run, result.block_runs)
        self.taken += taken
        return result.commands

    def save(self) -> None:
        """Save what has happened, in one transaction; raises Conflict (``fenced``) when another owner has the run."""
        if not (self.changed or self.run_changed or self.taken or self.outdated or self.unsaved):
            return
        changes = Changes(
            run=self.live.run if self.run_changed else None,
            block_runs=tuple(self.changed.values()),
            attempts=tuple(self.unsaved.values()),
            events=tuple(self.happened),
            taken=(*self.outdated, *self.taken),
        )
        self.workspace.runs.save(self.lease, changes, now=self.workspace.clock.now())
        for waiting in (self.changed, self.unsaved, self.happened, self.taken):
            waiting.clear()
        self.outdated, self.run_changed = (), False
        self.observer(self.live.run, changes.block_runs)

    def prepare(self, command: StartBlock) -> AttemptSpec | Event:
        """The spec to start, or the event that an earlier result stands in."""
        row = self.live.rows[command.name]
        if self.is_product(row):
            return self._product(command, row)
        if row.role is not Role.CALLBACK:
            key = reuse.key_of(self.workspace, self.source, self.live, command.name)
            if key is not None:
                self.keys[command.name] = key
                found = reuse.find(self.workspace, self.source, self.live.run, row, key)
                if found is not None and self._hold(found.row.outputs):
                    return self._adopt(command, row, found, key)
        spec = self._spec(command.name, command.attempt)
        if spec.session is None:
            self.workspace.artifacts.write_spec(spec)
        else:
            self.run_ahead.given(command.name)
        return spec

    def give_ahead(self, depth: int) -> Iterator[tuple[AttemptSpec, tuple[str, ...]]]:
        """Specs for the run's session before their turn, with the attempts that each follows: when half of ``depth``
        has been used up, so many that there are ``depth`` again. They are recorded when their turn comes."""
        if len(self.live.ahead) > depth // 2 or self.live.run.state is not RunState.RUNNING:
            return
        while len(self.live.ahead) < depth and (name := self.run_ahead.give(self._is_certain)) is not None:
            spec = self._spec(name, self.live.ahead[name])
            yield spec, tuple(each.source for each in spec.inputs if each.source is not None)

    def committed(self, event: AttemptCommitted) -> Event:
        """The event of an attempt whose manifest is in place."""
        _, name, number = parse_attempt_id(event.attempt_id)
        manifest = manifest_in(event) or self.workspace.artifacts.manifest(event.manifest)
        key = self.keys.pop(name, None)
        if key is None and self.session is not None and self.live.rows[name].role is not Role.CALLBACK:
            key = reuse.key_of(self.workspace, self.source, self.live, name)  # it was given ahead, without one
        return outcomes.event_of_manifest(name, number, manifest, event.manifest, key.digest if key else None)

    def exited(self, event: AttemptExited) -> Event | None:
        """The event of an attempt that ended and committed nothing; None when it is known to have ended."""
        _, name, number = parse_attempt_id(event.attempt_id)
        row = self.live.rows[name]
        waits = self.live.ahead.get(name) == number
        if not waits and (row.attempt != number or not row.state.alive):
            return None
        artifacts = self.workspace.artifacts
        manifest = artifacts.committed(self.id, name, row.round)
        if manifest is not None:
            path = artifacts.committed_name(self.id, name, row.round)
            return outcomes.event_of_manifest(name, number, manifest, path, None)
        if waits and not (event.begun and artifacts.begun(self.id, name, number)):
            self.live.withdraw(name)
            return None
        return outcomes.event_of_exit(name, number, event, row.state, self._limits(row.block))

    def started(self, event: AttemptStarted) -> None:
        """Note the process, and when the attempt began (before it may have waited for its session); it is saved with
        the next change."""
        _, name, number = parse_attempt_id(event.attempt_id)
        row = self.live.rows[name]
        record = self.records.get(event.attempt_id)
        now = event.at or self.workspace.clock.now()
        if record is None and (self.live.ahead.get(name) == number or (row.attempt == number and row.state.alive)):
            record = self._record_start(name, number, now)  # its session was quicker than its turn came here
        if record is not None and record.state == "running":
            self._keep(
                event.attempt_id,
                changed(record, started=now, host=_HOST(), pid=event.pid, pid_started=event.pid_started),
            )

    def renew(self) -> None:
        self.lease = self.workspace.runs.renew(self.lease, seconds=LEASE_SECONDS, now=self.workspace.clock.now())

    def release(self) -> None:
        self.workspace.runs.release(self.lease)

    def _spec(self, name: BlockRunName, attempt: int) -> AttemptSpec:
        preload = codes.third_party(self.workspace, self.source.snapshot, self.live.rows[name].block)
        threads = self._threads(preload)
        return spec_for(self.source, self.live, name, attempt, threads=threads, preload=preload)

    def _is_certain(self, row: BlockRun) -> bool:
        """Whether the row runs in any case: no earlier result could stand in."""
        if self.is_product(row):
            return False
        return not reuse.permission(self.source, self.live.run, row, only_reads=True).allowed

    def _threads(self, modules: Sequence[str]) -> int:
        """This attempt's share of the cores for numeric libraries; one where the code uses none, as a pool of threads
        costs milliseconds to start and more while it waits. The attempts of a session run one after another."""
        if NUMERIC_MODULES.isdisjoint(modules):
            return 1
        if self.session is not None:
            return self.threads
        return max(1, self.threads // max(1, min(self.threads, self.live.alive + len(self.live.ready))))

    def _limits(self, block: BlockId) -> str:
        spec = self.source.pipeline.by_uuid[block]
        return ", ".join(
            part
            for part in (
                f"timeout {spec.timeout:g} s" if spec.timeout else "",
                f"memory {spec.resources.memory / 1_000_000:,.0f} MB" if spec.resources.memory else "",
            )
            if part
        )

    def _hold(self, outputs: Sequence[OutputRecord]) -> bool:
        """Whether a result may stand in: its run may be deleted at this moment, and its bytes collected."""
        return self.workspace.artifacts.hold(one.digest for one in outputs)

    def _adopt(self, command: StartBlock, row: BlockRun, found: reuse.Reusable, key: reuse.Key) -> BlockReused:
        manifest = self.workspace.artifacts.manifest(found.row.manifest) if found.row.manifest else None
        path = None
        if manifest is not None:
            path = str(self.workspace.artifacts.adopt(self.id, command.name, row.round, manifest))
        self._end_unstarted(command, "reused")
        return BlockReused(
            command.name,
            command.attempt,
            found.run,
            found.row.outputs,
            reason=f"the result of run {found.run} has the same key",
            items=found.row.items,
            manifest=path,
            tests=found.row.tests,
            key=key.digest,
        )

    def is_product(self, row: BlockRun) -> bool:
        """Whether the row takes the value of a data product instead of running code."""
        return self.source.pipeline.by_uuid[row.block].type is BlockType.GLOBAL_DATA_PRODUCT

    def _product(self, command: StartBlock, row: BlockRun) -> Event:
        """The value of a data product stands in, or the run that computes it is awaited: no process is needed."""
        from blockwright.services import products  # few pipelines have such a block

        now = self.workspace.clock.now()
        product = products.wanted_by(self.workspace, self.source.pipeline.by_uuid[row.block])
        found = products.resolve(self.workspace, product, since=row.started or now, asker=self.live.run)
        self._end_unstarted(command, "waits" if isinstance(found, Run) else "reused")
        if isinstance(found, Run):
            reason = f"run {found.id} computes the data product `{product.uuid}`"
            return BlockAwaits(command.name, command.attempt, found.id, reason, products.again_at(now))
        reason = f"the value of data product `{product.uuid}` that run {found.run.id} made: {found.why}"
        return BlockReused(command.name, command.attempt, found.run.id, found.outputs, reason)

    def _record_start(self, name: BlockRunName, attempt: int, now: datetime) -> AttemptRecord:
        record = AttemptRecord(
            run=self.id,
            block_run=name,
            number=attempt,
            round=self.live.rows[name].round,
            state="running",
            started=now,
            fencing=self.lease.fencing,
            snapshot=self.source.snapshot.digest,
        )
        self._keep(attempt_id(self.id, name, attempt), record)
        return record

    def _end_unstarted(self, command: StartBlock, outcome: str) -> None:
        """No process is needed for what was about to start; what was recorded of it ends with the next change."""
        identity = attempt_id(self.id, command.name, command.attempt)
        record = self.records.pop(identity, None)
        if record is not None:
            now = self.workspace.clock.now()
            self.unsaved[identity] = changed(record, state="ended", finished=now, outcome=outcome)

    def _record_end(self, row: BlockRun, now: datetime) -> None:
        number = row.attempt + (1 if row.state is BlockState.RETRY_WAIT and self._is_sensor(row) else 0)
        identity = attempt_id(self.id, row.name, number)
        record = self.records.pop(identity, None)
        if record is None:
            return
        self.unsaved[identity] = changed(
            record,
            state="ended",
            finished=now,
            outcome="lost" if row.state is BlockState.QUEUED else row.state.value,
            reason=row.reason,
            manifest=row.manifest,
        )

    def _is_sensor(self, row: BlockRun) -> bool:
        node = self.live.shape.nodes.get(row.block)
        return node is not None and node.sensor

    def _keep(self, identity: str, record: AttemptRecord) -> None:
        self.records[identity] = record
        self.unsaved[identity] = record


def manifest_in(event: AttemptCommitted) -> Manifest | None:
    """The manifest that came along, if it is one and the attempt's own; what it says is in the file, too."""
    if event.brief is None:
        return None
    try:
        manifest = documents.load(Manifest, event.brief)
    except documents.DocumentError:
        return None
    return manifest if manifest.attempt_id == event.attempt_id else None


def claim(
    workspace: Workspace,
    run_id: RunId,
    *,
    threads: int,
    observer: Observer,
    retry: RetryAsked | None = None,
    same_code: bool = False,
    silent: str | None = None,
) -> tuple[ActiveRun, list[Event], Sequence[InboxMessage]]:
    """Take the run and rebuild it; with the events that tell what became of the attempts of a dead owner, and with what
    is in its inbox.

    What a dead owner left alive is ended first; a ``silent`` one's fork server has ended what it had, as nobody renewed
    the lease there either. ``retry`` is among the events, last; it takes the project's code of
    today unless ``same_code``.
    """
    now = workspace.clock.now()
    owner = workspace.runs.owner(run_id)
    own = workspace.owners.hold()
    dead = list(workspace.owners.dead([owner[0]])) if owner else []
    for name in dead:
        workspace.owners.end_attempts(name)
    if owner is not None and owner[0] == own:
        dead.append(own)  # let go of it before, and could not say so
    if silent is not None:
        dead.append(silent)
    try:
        lease = workspace.runs.claim(run_id, own, seconds=LEASE_SECONDS, now=now, dead=dead)
    except Conflict as error:
        holder = workspace.runs.owner(run_id)
        if error.code != "owned" or holder is None:
            raise
        raise runs.driven_by(run_id, holder[0]) from error
    whole = workspace.runs.whole(run_id)
    run = whole.run
    snapshot = snapshots.load(workspace.artifacts, _latest_snapshot(whole))
    if retry is not None and not same_code:
        snapshot = _todays(workspace, run, snapshot)
    shape = runs.run_shape(workspace, snapshot, run.selection, skip_sensors=run.skip_sensors)
    pipeline = snapshot.pipeline
    one = pipeline.run_in_one_process
    limit = 1 if one else pipeline.concurrency.block_runs
    slots = BlockSlots.of(workspace, pipeline)
    live = LiveRun.of(run, shape, whole.block_runs, limit, slots.slots)
    slots.start_anew(live)
    source = SpecSource(
        workspace,
        snapshot,
        attached_conditionals(pipeline),
        lease.fencing,
        session=f"{run_id}-{lease.fencing}" if one else None,
        journal=workspace.artifacts.journal(run_id, lease.fencing) if one else None,
    )
    active = ActiveRun(workspace, lease, live, source, threads, observer, slots)
    if run.state.final or retry is not None:
        active.outdated = tuple(message.id for message in whole.inbox)
    events = [*_recover(active, whole), *_awaiting(active)]
    if retry is not None or (pipeline.cache_in_memory and one and _has_results(live)):
        # Values that were only in the memory of a process that is gone must be made again.
        everything = tuple(shape.nodes) if one and pipeline.cache_in_memory else ()
        events.append(RetryAsked(everything or (retry.start if retry else ())))
    return active, events, whole.inbox


def _has_results(live: LiveRun) -> bool:
    return any(row.state is BlockState.COMPLETED and row.attempt for row in live.rows.values())


def _latest_snapshot(whole: WholeRun) -> str:
    """The code of the last round: a retry may have taken newer code than the run began with."""
    attempts = [attempt for attempt in whole.attempts if attempt.snapshot]
    newest = max(attempts, key=lambda attempt: attempt.started, default=None)
    return newest.snapshot if newest is not None else whole.run.snapshot


def _todays(workspace: Workspace, run: Run, before: Snapshot) -> Snapshot:
    return pinning.take(workspace, runs.require_unchanged(workspace, run, before.pipeline))


def _awaiting(active: ActiveRun) -> Iterator[Event]:
    """What awaits another run is looked at anew: its end may have come while nobody was here to hear of it."""
    for row in active.live.rows.values():
        if row.state is BlockState.RETRY_WAIT and active.is_product(row):
            yield AwaitedEnded(row.name)


def _recover(active: ActiveRun, whole: WholeRun) -> list[Event]:
    """What became of the attempts of the last owner: committed results are adopted, the rest is lost.

    A session may have begun, and finished, attempts before their turn was recorded; each comes after what it followed.
    """
    events: list[Event] = []
    for record in whole.living:
        active.records[attempt_id(active.id, record.block_run, record.number)] = record
    for row in active.live.rows.values():
        number = row.attempt
        if row.role is Role.GROUP or row.state.final:
            continue
        if not row.state.alive:
            if active.session is None or active.lease.fencing == 1:
                continue
            number += 1
            active.live.ahead[row.name] = number
        identity = attempt_id(active.id, row.name, number)
        exited = AttemptExited(identity, -9, "the engine that drove it died", "lease")
        event = active.exited(exited)
        if event is not None:
            events.append(event)
            if identity not in active.records:
                active._record_start(row.name, number, active.workspace.clock.now())
    return events


def _events(run: Run | None, rows: Sequence[BlockRun]) -> list[NewEvent]:
    events = [NewEvent(f"block.{row.state.value}", row.name, _event_data(row)) for row in rows]
    if run is not None:
        events.append(NewEvent(f"run.{run.state.value}", None, {"reason": run.reason} if run.reason else {}))
    return events


def _event_data(row: BlockRun) -> dict[str, Any]:
    data: dict[str, Any] = {"attempt": row.attempt}
    if row.reason:
        data["reason"] = row.reason
    if row.reused:
        data["reused"] = True
    return data
