"""A run in the hands of this process: let an event happen, save what changed, say what is to be done."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict
from blockwright.core.runs.events import BlockReused, Command, Event, RetryAsked, StartBlock
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, Run, RunId
from blockwright.core.runs.step import step
from blockwright.ports.executors import AttemptCommitted, AttemptExited, AttemptStarted
from blockwright.ports.runs import AttemptRecord, Changes, Lease, NewEvent
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, outcomes, pinning, reuse, runs, snapshots
from blockwright.services.snapshots import Snapshot
from blockwright.services.specs import SpecSource, attached_conditionals, attempt_id, parse_attempt_id, spec_for
from blockwright.wire import documents
from blockwright.wire.manifests import Manifest
from blockwright.wire.specs import AttemptSpec

LEASE_SECONDS = 30.0

SESSION_ATTEMPTS = 2
"""How many attempts a session is given at once: while one runs, the next is made ready and waits its turn."""

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

Observer = Callable[[Run, Sequence[BlockRun]], None]
"""Told of every saved change: the run and the rows that changed."""


@dataclass
class ActiveRun:
    """One run that this process drives, with its lease; see ``claim``.

    ``records`` are the attempts that live as far as we know. ``outdated`` are wishes from before the run had ended:
    they are taken with the next change, unheard.
    """

    workspace: Workspace
    lease: Lease
    live: LiveRun
    source: SpecSource
    threads: int
    observer: Observer
    keys: dict[BlockRunName, reuse.Key] = field(default_factory=dict)
    records: dict[str, AttemptRecord] = field(default_factory=dict)
    unsaved: dict[str, AttemptRecord] = field(default_factory=dict)
    outdated: tuple[int, ...] = ()

    @property
    def id(self) -> RunId:
        return self.live.run.id

    def send(self, event: Event, allowance: int, taken: tuple[int, ...] = ()) -> tuple[Command, ...]:
        """Let ``event`` happen and save it; raises Conflict (``fenced``) when another owner has the run."""
        now = self.workspace.clock.now()
        result = step(self.live, event, now, allowance)
        for command in result.commands:
            if isinstance(command, StartBlock):
                self._record_start(command, now)
        for row in result.block_runs:
            if not row.state.alive and row.attempt:
                self._record_end(row, now)
        taken = (*self.outdated, *taken)
        if result.block_runs or result.run or taken or self.unsaved:
            changes = Changes(
                run=result.run,
                block_runs=result.block_runs,
                attempts=tuple(self.unsaved.values()),
                events=tuple(_events(result.run, result.block_runs)),
                taken=taken,
            )
            self.workspace.runs.save(self.lease, changes, now=now)
            self.unsaved.clear()
            self.outdated = ()
            self.observer(self.live.run, result.block_runs)
        return result.commands

    def prepare(self, command: StartBlock) -> AttemptSpec | Event:
        """The spec to start, or the event that an earlier result stands in."""
        row = self.live.rows[command.name]
        if row.role is not Role.CALLBACK:
            key = reuse.key_of(self.workspace, self.source, self.live, command.name)
            if key is not None:
                self.keys[command.name] = key
                found = reuse.find(self.workspace, self.source, self.live.run, row, key)
                if found is not None:
                    return self._adopt(command, row, found, key)
        preload = codes.third_party(self.workspace, self.source.snapshot, row.block)
        threads = self._threads(preload)
        spec = spec_for(self.source, self.live, command.name, command.attempt, threads=threads, preload=preload)
        if spec.session is None:
            self.workspace.artifacts.write_spec(spec)
        return spec

    def committed(self, event: AttemptCommitted) -> Event:
        """The event of an attempt whose manifest is in place."""
        _, name, number = parse_attempt_id(event.attempt_id)
        manifest = manifest_in(event) or self.workspace.artifacts.manifest(event.manifest)
        key = self.keys.get(name)
        return outcomes.event_of_manifest(name, number, manifest, event.manifest, key.digest if key else None)

    def exited(self, event: AttemptExited) -> Event | None:
        """The event of an attempt that ended and committed nothing; None when it is known to have ended."""
        _, name, number = parse_attempt_id(event.attempt_id)
        row = self.live.rows[name]
        if row.attempt != number or not row.state.alive:
            return None
        manifest = self.workspace.artifacts.committed(self.id, name, row.round)
        if manifest is not None:
            path = self.workspace.artifacts.commit_path(self.id, name, row.round)
            return outcomes.event_of_manifest(name, number, manifest, str(path), None)
        return outcomes.event_of_exit(name, number, event, row.state, self._limits(row.block))

    def started(self, event: AttemptStarted) -> None:
        """Note the process, and that the attempt begins now (before it may have waited for its session); it is saved
        with the next change."""
        record = self.records.get(event.attempt_id)
        if record is not None and record.state == "running":
            self._keep(
                event.attempt_id,
                replace(
                    record,
                    started=self.workspace.clock.now(),
                    host=socket.gethostname(),
                    pid=event.pid,
                    pid_started=event.pid_started,
                ),
            )

    def renew(self) -> None:
        self.lease = self.workspace.runs.renew(self.lease, seconds=LEASE_SECONDS, now=self.workspace.clock.now())

    def release(self) -> None:
        self.workspace.runs.release(self.lease)

    def _threads(self, modules: Sequence[str]) -> int:
        """This attempt's share of the cores for numeric libraries; one where the code uses none, as a pool of threads
        costs milliseconds to start and more while it waits."""
        if NUMERIC_MODULES.isdisjoint(modules):
            return 1
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

    def _adopt(self, command: StartBlock, row: BlockRun, found: reuse.Reusable, key: reuse.Key) -> BlockReused:
        manifest = self.workspace.artifacts.manifest(found.row.manifest) if found.row.manifest else None
        path = None
        if manifest is not None:
            path = str(self.workspace.artifacts.adopt(self.id, command.name, row.round, manifest))
        self.records.pop(attempt_id(self.id, command.name, command.attempt), None)
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

    def _record_start(self, command: StartBlock, now: datetime) -> None:
        row = self.live.rows[command.name]
        record = AttemptRecord(
            run=self.id,
            block_run=command.name,
            number=command.attempt,
            round=row.round,
            state="running",
            started=now,
            fencing=self.lease.fencing,
            snapshot=self.source.snapshot.digest,
        )
        self._keep(attempt_id(self.id, command.name, command.attempt), record)

    def _record_end(self, row: BlockRun, now: datetime) -> None:
        number = row.attempt + (1 if row.state is BlockState.RETRY_WAIT and self._is_sensor(row) else 0)
        identity = attempt_id(self.id, row.name, number)
        record = self.records.pop(identity, None)
        if record is None:
            return
        self.unsaved[identity] = replace(
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
) -> tuple[ActiveRun, list[Event]]:
    """Take the run and rebuild it; with the events that tell what became of the attempts of a dead owner.

    What a dead owner left alive is ended first. ``retry`` is among the events, last; it takes the project's code of
    today unless ``same_code``.
    """
    now = workspace.clock.now()
    owner = workspace.runs.owner(run_id)
    dead = list(workspace.owners.dead([owner[0]])) if owner else []
    for name in dead:
        workspace.owners.end_attempts(name)
    try:
        lease = workspace.runs.claim(run_id, workspace.owners.hold(), seconds=LEASE_SECONDS, now=now, dead=dead)
    except Conflict as error:
        holder = workspace.runs.owner(run_id)
        if error.code != "owned" or holder is None:
            raise
        raise runs.driven_by(run_id, holder[0]) from error
    run = workspace.runs.get(run_id)
    snapshot = snapshots.load(workspace.artifacts, _latest_snapshot(workspace, run))
    if retry is not None and not same_code:
        snapshot = _todays(workspace, run, snapshot)
    shape = runs.run_shape(workspace, snapshot, run.selection, skip_sensors=run.skip_sensors)
    pipeline = snapshot.pipeline
    one = pipeline.run_in_one_process
    limit = pipeline.concurrency.block_runs
    if one:
        limit = min(SESSION_ATTEMPTS, limit or SESSION_ATTEMPTS)
    live = LiveRun.of(run, shape, workspace.runs.block_runs(run_id), limit)
    source = SpecSource(
        workspace,
        snapshot,
        attached_conditionals(pipeline),
        lease.fencing,
        session=f"{run_id}-{lease.fencing}" if one else None,
    )
    active = ActiveRun(workspace, lease, live, source, threads, observer)
    if run.state.final:
        active.outdated = tuple(message.id for message in workspace.runs.inbox(run_id))
    events = _recover(active)
    if retry is not None or (pipeline.cache_in_memory and one and _has_results(live)):
        # Values that were only in the memory of a process that is gone must be made again.
        everything = tuple(shape.nodes) if one and pipeline.cache_in_memory else ()
        events.append(RetryAsked(everything or (retry.start if retry else ())))
    return active, events


def _has_results(live: LiveRun) -> bool:
    return any(row.state is BlockState.COMPLETED and row.attempt for row in live.rows.values())


def _latest_snapshot(workspace: Workspace, run: Run) -> str:
    """The code of the last round: a retry may have taken newer code than the run began with."""
    attempts = [attempt for attempt in workspace.runs.attempts(run.id) if attempt.snapshot]
    newest = max(attempts, key=lambda attempt: attempt.started, default=None)
    return newest.snapshot if newest is not None else run.snapshot


def _todays(workspace: Workspace, run: Run, before: Snapshot) -> Snapshot:
    pipeline = workspace.files.pipeline(run.pipeline)
    then = {block.uuid: block.upstream for block in before.pipeline.blocks}
    now = {block.uuid: block.upstream for block in pipeline.blocks}
    if then != now:
        changed = sorted({uuid for uuid in {*then, *now} if then.get(uuid) != now.get(uuid)})
        raise Conflict(
            f"Pipeline `{run.pipeline}` has other blocks or connections than run {run.id} began with: "
            f"{', '.join(f'`{name}`' for name in changed[:5])}.",
            hint="Start a new run, or retry with `--same-code`.",
            code="pipeline_changed",
        )
    return pinning.take(workspace, pipeline)


def _recover(active: ActiveRun) -> list[Event]:
    """What became of the attempts of the last owner: committed results are adopted, the rest is lost."""
    events: list[Event] = []
    for record in active.workspace.runs.living_attempts(active.id):
        active.records[attempt_id(active.id, record.block_run, record.number)] = record
    for row in active.live.rows.values():
        if not row.state.alive or row.role is Role.GROUP:
            continue
        identity = attempt_id(active.id, row.name, row.attempt)
        exited = AttemptExited(identity, -9, "the engine that drove it died", "lease")
        event = active.exited(exited)
        if event is not None:
            events.append(event)
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
