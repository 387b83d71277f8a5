"""Drives runs in this process: wait for something to happen, let it happen, do what follows.

One loop, one thread. It sleeps until the executor has news, a wish arrives, something is due or a lease must be
renewed; nothing is polled but the inbox, once a second, for the case that a wake-up was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from blockwright.core.errors import BlockwrightError
from blockwright.core.runs.events import (
    BlockFailed,
    CancelAsked,
    Command,
    EndBlock,
    Event,
    RetryAsked,
    RunClaimed,
    StartBlock,
    TimePassed,
)
from blockwright.core.runs.model import BlockRunName, Failure, Run, RunId
from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    AttemptProgress,
    AttemptStarted,
    Executor,
    ExecutorEvent,
    ExecutorLost,
)
from blockwright.ports.workspace import Workspace
from blockwright.services import advance, asks
from blockwright.services.advance import ActiveRun, Observer
from blockwright.services.specs import attempt_id, parse_attempt_id
from blockwright.wire.kill_points import here
from blockwright.wire.specs import AttemptSpec

LOOK_SECONDS = 1.0
"""How often the inbox is read and the clock looked at when nothing else happens."""

CANCEL_GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL for a cancelled block."""

Progress = Callable[[str, Mapping[str, Any]], None]


@dataclass
class Engine:
    """``drive`` brings runs to their end. ``living`` tells whose slot each attempt takes: its own, or its session's,
    whose attempts run one after another. ``parked`` attempts wait for an answer and have given their slot back."""

    workspace: Workspace
    executor: Executor
    observer: Observer
    progress: Progress
    active: dict[RunId, ActiveRun] = field(default_factory=dict)
    parked: dict[str, asks.Waiting] = field(default_factory=dict)
    ended: dict[RunId, Run] = field(default_factory=dict)
    living: dict[str, str] = field(default_factory=dict)
    cancel_reason: str | None = None
    renewed: float = 0.0
    looked: float = 0.0

    def take(self, run_id: RunId, *, retry: RetryAsked | None = None, same_code: bool = False) -> None:
        """Claim the run and begin to drive it; what is to be cancelled is not started first."""
        active, events = advance.claim(
            self.workspace,
            run_id,
            threads=max(1, self.workspace.options.slots),
            observer=self.observer,
            retry=retry,
            same_code=same_code,
        )
        self.active[run_id] = active
        # Nothing is started before all of it is known: a run that had ended lives again only with the last event.
        for event in (RunClaimed(), *events):
            active.send(event, allowance=0)
        if self.cancel_reason is not None:
            self._send(active, CancelAsked(self.cancel_reason))
        self._read_inbox(active)
        self._send(active, TimePassed())

    def drive(self, run_id: RunId) -> Run:
        """Drive until this run (and every run that its blocks started) has ended; returns it."""
        while run_id in self.active or self.active:
            self._turn()
        return self.ended[run_id]

    def ask_cancel(self, reason: str) -> None:
        """Cancel everything as soon as possible; safe in a signal handler."""
        self.cancel_reason = reason
        self.executor.wake()

    def _turn(self) -> None:
        for event in self.executor.wait(self._patience()):
            self._heard(event)
        if self.cancel_reason is not None:
            reason, self.cancel_reason = self.cancel_reason, None
            for active in list(self.active.values()):
                self._send(active, CancelAsked(reason))
        self._look_around()
        self._fill_slots()

    def _patience(self) -> float:
        now = self.workspace.clock.now()
        due = [when for active in self.active.values() if (when := active.live.next_due()) is not None]
        waits = [LOOK_SECONDS, *((when - now).total_seconds() for when in due)]
        return max(0.0, min(waits))

    def _look_around(self) -> None:
        """What is due, what is wished, what must be renewed; the database is read at most once a second."""
        now = self.workspace.clock.now()
        for active in list(self.active.values()):
            when = active.live.next_due()
            if when is not None and when <= now:
                self._send(active, TimePassed())
        time = self.workspace.clock.monotonic()
        self._end_waiting(time)
        if time - self.looked >= LOOK_SECONDS:
            self.looked = time
            for active in list(self.active.values()):
                self._read_inbox(active)
        if time - self.renewed >= advance.LEASE_SECONDS / 3:
            self.renewed = time
            for active in list(self.active.values()):
                active.renew()

    def _read_inbox(self, active: ActiveRun) -> None:
        for message in self.workspace.runs.inbox(active.id):
            if message.kind == "cancel" and not active.live.run.state.final:
                reason = str(message.data.get("reason", "cancelled by request"))
                self._send(active, CancelAsked(reason), taken=(message.id,))

    def look_now(self) -> None:
        """Read the inboxes at the next turn; safe in a signal handler."""
        self.looked = 0.0
        self.executor.wake()

    # What the executor tells ---------------------------------------------------------------------------------------

    def _heard(self, event: ExecutorEvent) -> None:
        match event:
            case AttemptStarted():
                active = self._run_of(event.attempt_id)
                if active is not None:
                    active.started(event)
            case AttemptCommitted():
                self._attempt_over(event.attempt_id)
                active = self._run_of(event.attempt_id)
                if active is not None:
                    self._send(active, active.committed(event))
            case AttemptExited():
                self._attempt_over(event.attempt_id)
                active = self._run_of(event.attempt_id)
                change = active.exited(event) if active is not None else None
                if active is not None and change is not None:
                    self._send(active, change)
            case AttemptAsked():
                self._asked(event)
            case AttemptProgress():
                self.progress(event.attempt_id, event.frame)
            case ExecutorLost():
                self._lost(event.reason)

    def _lost(self, reason: str) -> None:
        for identity in list(self.living):
            self._attempt_over(identity)
            active = self._run_of(identity)
            exited = AttemptExited(identity, -9, reason, "lost")
            change = active.exited(exited) if active is not None else None
            if active is not None and change is not None:
                self._send(active, change)

    def _attempt_over(self, identity: str) -> None:
        self.living.pop(identity, None)
        self.parked.pop(identity, None)

    def _run_of(self, identity: str) -> ActiveRun | None:
        return self.active.get(parse_attempt_id(identity)[0])

    # What follows --------------------------------------------------------------------------------------------------

    def _send(self, active: ActiveRun, event: Event, *, taken: tuple[int, ...] = ()) -> None:
        """Let an event happen and act on what follows, until nothing does."""
        todo: list[tuple[Event, tuple[int, ...]]] = [(event, taken)]
        while todo:
            current, messages = todo.pop(0)
            commands = active.send(current, self._free(), messages)
            here("engine.before_act")
            for command in commands:
                follow = self._act(active, command)
                if follow is not None:
                    todo.append((follow, ()))
            here("engine.after_act")
        if active.live.run.state.final:
            self._end_run(active)

    def _act(self, active: ActiveRun, command: Command) -> Event | None:
        identity = attempt_id(active.id, command.name, command.attempt)
        match command:
            case StartBlock():
                try:
                    prepared = active.prepare(command)
                except BlockwrightError as error:
                    return _could_not_start(command.name, command.attempt, error)
                if not isinstance(prepared, AttemptSpec):
                    return prepared
                self.living[identity] = prepared.session or identity
                self.executor.start(prepared)
            case EndBlock():
                self.executor.cancel(identity, grace=CANCEL_GRACE, why=command.why)
        return None

    def _free(self) -> int:
        idle = {self.living.get(identity) for identity in self.parked}
        return self.workspace.options.slots - len(set(self.living.values()) - idle)

    def _fill_slots(self) -> None:
        for active in list(self.active.values()):
            if self._free() > 0 and active.live.can_start:
                self._send(active, TimePassed())

    def _end_run(self, active: ActiveRun) -> None:
        if self.active.pop(active.id, None) is None:
            return
        if active.source.session is not None:
            self.executor.end_session(active.source.session)
        active.release()
        self.ended[active.id] = active.live.run
        for identity, waiting in list(self.parked.items()):
            if waiting.run == active.id:
                self.parked.pop(identity)
                self._answer(identity, waiting.request, asks.run_answer(active.live.run))

    # Questions of block code ---------------------------------------------------------------------------------------

    def _asked(self, event: AttemptAsked) -> None:
        try:
            answer = asks.answer(self.workspace, event.what, event.details, asker=parse_attempt_id(event.attempt_id)[0])
            if isinstance(answer, asks.Waiting):
                self._wait_for_run(event, answer)
                return
        except BlockwrightError as error:
            self.executor.answer(event.attempt_id, event.request, error=str(error))
            return
        self._answer(event.attempt_id, event.request, answer)

    def _wait_for_run(self, event: AttemptAsked, waiting: asks.Waiting) -> None:
        self.take(waiting.run)
        if waiting.run in self.ended:
            self._answer(event.attempt_id, event.request, asks.run_answer(self.ended[waiting.run]))
        elif not waiting.wait:
            self._answer(event.attempt_id, event.request, asks.run_answer(self.active[waiting.run].live.run))
        else:
            until = None if waiting.seconds is None else self.workspace.clock.monotonic() + waiting.seconds
            self.parked[event.attempt_id] = replace(waiting, request=event.request, until=until)

    def _end_waiting(self, time: float) -> None:
        """Tell block code that waited as long as it said; the run that it waits for goes on."""
        for identity, waiting in list(self.parked.items()):
            if waiting.until is not None and time >= waiting.until:
                self.parked.pop(identity)
                told = f"Run {waiting.run} has not ended within {waiting.seconds:g} s; it goes on."
                self.executor.answer(identity, waiting.request, error=told)

    def _answer(self, identity: str, request: int, value: Any) -> None:
        self.executor.answer(identity, request, value=value)


def _could_not_start(name: BlockRunName, attempt: int, error: BlockwrightError) -> BlockFailed:
    failure = Failure(type(error).__name__, error.message, hint=error.hint, code=error.code)
    return BlockFailed(name, attempt, failure, retry=False)
