"""Drives runs in this process: wait for something to happen, let it happen, do what follows.

One loop, one thread. It sleeps until the executor has news, a wish arrives, something is due or a lease must be
renewed; nothing is polled but the inbox, once a second, for the case that a wake-up was lost. What is heard in one turn
happens first, is then saved in one transaction, and only then acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from blockwright.core.errors import BlockwrightError, Conflict, NotFound, Unavailable
from blockwright.core.runs.events import (
    AwaitedEnded,
    BlockAwaits,
    BlockFailed,
    BlockHeld,
    CancelAsked,
    Command,
    EndBlock,
    Event,
    RetryAsked,
    RunClaimed,
    StartBlock,
    TimePassed,
)
from blockwright.core.runs.model import BlockRunName, BlockState, Failure, Queue, Run, RunId
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
from blockwright.ports.runs import InboxMessage
from blockwright.ports.workspace import Workspace
from blockwright.services import advance, asks, runs
from blockwright.services.advance import ActiveRun, Observer
from blockwright.services.specs import attempt_id, parse_attempt_id
from blockwright.wire.kill_points import here
from blockwright.wire.specs import AttemptSpec

LOOK_SECONDS = 1.0
"""How often the inbox is read and the clock looked at when nothing else happens."""

LEAP_SECONDS = 5.0
"""When the clock of the day has moved so far against the monotonic one, leases are written anew by what it says now."""

CANCEL_GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL for a cancelled block."""

Progress = Callable[[str, Mapping[str, Any]], None]

Fence = Callable[[Run, Exception], None]
"""Told of a run that this engine has let go of because something about it went wrong."""


Elsewhere = Callable[[Run], None]
"""Told of an unfinished run of another project, as long as a run here waits for it: somebody must drive it."""


def _nothing() -> None:
    pass


def _nobody(_: Run) -> None:
    pass


@dataclass
class Engine:
    """``drive`` brings runs to their end. ``living`` tells whose slot each attempt takes: its own, or its session's,
    whose attempts run one after another. ``parked`` attempts wait for an answer and have given their slot back.
    ``returning`` are those of them whose answer is there: it is given when what they gave back of pools and limits is
    theirs again. ``lent`` are runs that count for no limit, since all that they do is wait for other runs.
    ``awaited`` are runs that make what block runs need which wait without an attempt.
    ``touched`` are runs to which something happened since the last ``_settle``, ``todo`` what it calls for.
    Without ``starting`` no attempt is begun. With a ``fence`` what goes wrong with one run ends the driving of that run
    alone. ``freed`` is told when slots of pools were given back, ``elsewhere`` what is awaited of other projects."""

    workspace: Workspace
    executor: Executor
    observer: Observer
    progress: Progress
    active: dict[RunId, ActiveRun] = field(default_factory=dict)
    parked: dict[str, asks.Waiting] = field(default_factory=dict)
    returning: dict[str, Callable[[], None]] = field(default_factory=dict)
    lent: set[RunId] = field(default_factory=set)
    awaited: dict[RunId, set[tuple[RunId, BlockRunName]]] = field(default_factory=dict)
    living: dict[str, str] = field(default_factory=dict)
    touched: dict[RunId, ActiveRun] = field(default_factory=dict)
    todo: list[tuple[ActiveRun, Command]] = field(default_factory=list)
    cancel_reason: str | None = None
    renewed: float = 0.0
    looked: float = 0.0
    watched: float = 0.0
    let_in: float = 0.0
    ahead: float = 0.0
    starting: bool = True
    fence: Fence | None = None
    freed: Callable[[], None] = _nothing
    elsewhere: Elsewhere = _nobody

    @property
    def busy(self) -> int:
        """Runs that are driven and do more than to wait for others, which need an engine, too."""
        return len(self.active) - len({parse_attempt_id(identity)[0] for identity in self.parked})

    def take(
        self,
        run_id: RunId,
        *,
        retry: RetryAsked | None = None,
        same_code: bool = False,
        silent: str | None = None,
    ) -> None:
        """Claim the run and begin to drive it; what is to be cancelled is not started first. ``silent`` is an owner
        that was seen not to renew its lease."""
        active, events, wishes = advance.claim(
            self.workspace,
            run_id,
            threads=max(1, self.workspace.options.slots),
            observer=self.observer,
            retry=retry,
            same_code=same_code,
            silent=silent,
        )
        self.active[run_id] = active
        # Nothing is started before all of it is known: a run that had ended lives again only with the last event.
        for event in (RunClaimed(), *events):
            active.happen(event, allowance=0)
        if active.outdated:  # they are not heard; otherwise one save will do for this and what follows
            wishes = ()
            active.save()
        if self.cancel_reason is not None:
            self._happen(active, CancelAsked(self.cancel_reason))
        self._heed(active, wishes)
        self._happen(active, TimePassed())
        self._settle()

    def drive(self, run_id: RunId) -> Run:
        """Drive until this run (and every run that its blocks started) has ended; returns it."""
        while self.active:
            self.turn()
        return self.workspace.runs.get(run_id)

    def ask_cancel(self, reason: str) -> None:
        """Cancel everything as soon as possible; safe in a signal handler."""
        self.cancel_reason = reason
        self.executor.wake()

    def turn(self, patience: float | None = None) -> None:
        """Wait at most ``patience`` seconds (never longer than something that is due allows) and handle what came."""
        allowed = self._patience()
        for event in self.executor.wait(allowed if patience is None else min(patience, allowed)):
            with self._fenced(self._run_told_of(event)):
                self._heard(event)
        self._settle()
        if self.cancel_reason is not None:
            reason, self.cancel_reason = self.cancel_reason, None
            for active in list(self.active.values()):
                with self._fenced(active):
                    self._happen(active, CancelAsked(reason))
        if not self.starting:
            self._hold_back()
        self._look_around()
        self._settle()
        self._fill_slots()
        self._settle()

    def _patience(self) -> float:
        now = self.workspace.clock.now()
        due = [when for active in self.active.values() if (when := active.live.next_due()) is not None]
        if self.awaited and not self.watched:
            return 0.0
        waits = [LOOK_SECONDS, *((when - now).total_seconds() for when in due)]
        return max(0.0, min(waits))

    def _look_around(self) -> None:
        """What is due, what is wished, what must be renewed; the database is read at most once a second."""
        now = self.workspace.clock.now()
        for active in list(self.active.values()):
            when = active.live.next_due()
            if when is not None and when <= now:
                with self._fenced(active):
                    self._happen(active, TimePassed())
        time = self.workspace.clock.monotonic()
        self._end_waiting(time)
        if (self.awaited or self.parked or self.returning or self.lent) and time - self.watched >= LOOK_SECONDS:
            self.watched = time
            self._watch_awaited()
            self._watch_parked()
            self._lend()
            self._let_return()
        if time - self.looked >= LOOK_SECONDS:
            self.looked = time
            self._read_inboxes()
        ahead = now.timestamp() - time
        moved, self.ahead = abs(ahead - self.ahead) > LEAP_SECONDS, ahead
        if moved or time - self.renewed >= advance.LEASE_SECONDS / 3:
            self.renewed = time
            for active in list(self.active.values()):
                with self._fenced(active):
                    self._renew(active)

    def _renew(self, active: ActiveRun) -> None:
        """A database that is away for a moment takes nothing from us as long as the lease lasts."""
        try:
            active.renew()
        except Unavailable:
            if self.fence is None or active.lease.until <= self.workspace.clock.now():
                raise
            self.renewed = self.workspace.clock.monotonic() - advance.LEASE_SECONDS / 3 + LOOK_SECONDS

    def _read_inboxes(self) -> None:
        if not self.active:
            return
        try:
            messages = self.workspace.runs.inbox(*self.active)
        except Unavailable:
            if self.fence is None:
                raise
            return  # wishes can wait until the database is there again
        for message in messages:
            active = self.active.get(message.run)
            if active is not None:
                with self._fenced(active):
                    self._heed(active, (message,))

    def _heed(self, active: ActiveRun, messages: Sequence[InboxMessage]) -> None:
        for message in messages:
            if message.kind == "cancel" and not active.live.run.state.final:
                reason = str(message.data.get("reason", "cancelled by request"))
                self._happen(active, CancelAsked(reason), taken=(message.id,))

    def look_now(self) -> None:
        """Read the inboxes at the next turn; safe in a signal handler."""
        self.looked = 0.0
        self.let_in = 0.0
        self.executor.wake()

    # What goes wrong ------------------------------------------------------------------------------------------------

    @contextmanager
    def _fenced(self, active: ActiveRun | None) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if self.fence is None or active is None:
                raise
            self.let_go(active)
            self.fence(active.live.run, error)

    def let_go(self, active: ActiveRun) -> None:
        """Stop driving a run: its attempts are ended, and whoever claims it next goes on where it was."""
        self.active.pop(active.id, None)
        self.touched.pop(active.id, None)
        self.todo = [(each, command) for each, command in self.todo if each is not active]
        for identity in [each for each in self.living if self._belongs(each, active.id)]:
            self.executor.cancel(identity, grace=0.0, why="lease")
            self._attempt_over(identity)
        if active.session is not None:
            self.executor.end_session(active.session)
        with suppress(BlockwrightError):  # fenced, or the database is away: the lease runs out by itself
            active.release()

    @staticmethod
    def _belongs(identity: str, run: RunId) -> bool:
        return parse_attempt_id(identity)[0] == run

    def _run_told_of(self, event: ExecutorEvent) -> ActiveRun | None:
        return None if isinstance(event, ExecutorLost) else self._run_of(event.attempt_id)

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
                    self._happen(active, active.committed(event), at=event.at)
            case AttemptExited():
                self._attempt_over(event.attempt_id)
                active = self._run_of(event.attempt_id)
                change = active.exited(event) if active is not None else None
                if active is not None and change is not None:
                    self._happen(active, change)
            case AttemptAsked():
                self._asked(event)
            case AttemptProgress():
                self.progress(event.attempt_id, event.frame)
            case ExecutorLost():
                self._lost(event)

    def _lost(self, lost: ExecutorLost) -> None:
        tallies = self.workspace.oversight.tallies
        tallies["executor_losses"] = tallies.get("executor_losses", 0) + 1
        for identity in [each for each in self.living if each not in lost.spared]:
            self._attempt_over(identity)
            active = self._run_of(identity)
            if active is None:
                continue
            with self._fenced(active):
                change = active.exited(AttemptExited(identity, -9, lost.reason, "lost"))
                if change is not None:
                    self._happen(active, change)

    def _attempt_over(self, identity: str) -> None:
        self.living.pop(identity, None)
        self.parked.pop(identity, None)
        self.returning.pop(identity, None)

    def _run_of(self, identity: str) -> ActiveRun | None:
        return self.active.get(RunId(int(identity.partition("/")[0])))

    # What follows --------------------------------------------------------------------------------------------------

    def _happen(
        self, active: ActiveRun, event: Event, *, taken: tuple[int, ...] = (), at: datetime | None = None
    ) -> None:
        """Let an event happen; ``_settle`` saves it and acts on what follows."""
        commands = active.happen(event, self._allowance(active), taken, at)
        self.touched[active.id] = active
        self.todo += [(active, command) for command in commands]

    def _settle(self) -> None:
        """Save what has happened and act on it, until nothing follows; then let sessions know what comes next."""
        while self.touched:
            touched, self.touched = list(self.touched.values()), {}
            for active in touched:
                with self._fenced(active):
                    active.save()
            here("engine.before_act")
            todo, self.todo = self.todo, []
            for active, command in todo:
                if active.id in self.active:
                    with self._fenced(active):
                        follow = self._act(active, command)
                        if follow is not None:
                            self._happen(active, follow)
            here("engine.after_act")
            for active in touched:
                if active.id not in self.touched and active.id in self.active:
                    with self._fenced(active):
                        self._settled(active)

    def _settled(self, active: ActiveRun) -> None:
        if active.slots.taken and active.slots.give_back(active.live):
            self.let_in = 0.0
            self.freed()
        if active.live.run.state.final:
            self._end_run(active)
        elif active.session is not None and self.starting:
            self._give_ahead(active)

    def _give_ahead(self, active: ActiveRun) -> None:
        """A block that cannot be prepared is met again, and told, when its turn comes."""
        try:
            for spec, after in active.give_ahead(self.executor.ahead):
                self.living[spec.attempt_id] = spec.session or spec.attempt_id
                self.executor.start(spec, after=after)
        except BlockwrightError:
            return

    def _hold_back(self) -> None:
        """Take back what sessions were given ahead and have not begun."""
        for active in self.active.values():
            for name, attempt in active.live.ahead.items():
                self.executor.cancel(attempt_id(active.id, name, attempt), grace=0.0, why="dropped")

    def _act(self, active: ActiveRun, command: Command) -> Event | None:
        identity = attempt_id(active.id, command.name, command.attempt)
        match command:
            case StartBlock(given=True):
                return None
            case StartBlock():
                try:
                    prepared = active.prepare(command)
                except BlockwrightError as error:
                    return _could_not_start(command.name, command.attempt, error)
                if isinstance(prepared, BlockAwaits):
                    self.awaited.setdefault(prepared.awaited, set()).add((active.id, command.name))
                    self.watched = 0.0
                    self.freed()  # the run that is awaited may have been queued just now
                if not isinstance(prepared, AttemptSpec):
                    return prepared
                self.living[identity] = prepared.session or identity
                self.executor.start(prepared)
            case EndBlock():
                self._cancel_child(active, identity, command.why)
                self.executor.cancel(identity, grace=CANCEL_GRACE, why=command.why)
        return None

    def _free(self) -> int:
        if not self.starting:
            return 0
        idle = {self.living.get(identity) for identity in (*self.parked, *self.returning)}
        return self.workspace.options.slots - len(set(self.living.values()) - idle)

    def _allowance(self, active: ActiveRun) -> int:
        """How many attempts the run may start now: those that are decided and not started yet count. Its session has a
        slot already. A run that counts for no limit starts nothing before it is let in again."""
        if active.id in self.lent:
            return 0
        decided = sum(isinstance(command, StartBlock) and not command.given for _, command in self.todo)
        own = self.starting and active.session is not None and active.session in self.living.values()
        return self._free() - decided + own

    def _fill_slots(self) -> None:
        self._let_in()
        for active in list(self.active.values()):
            if self._allowance(active) > 0 and active.live.can_start:
                with self._fenced(active):
                    self._happen(active, TimePassed())

    def _let_in(self) -> None:
        """Take slots in pools for what waits for some: at once when it begins to wait or some were given back,
        otherwise once a second, since other processes count as well."""
        waiting = [active for active in self.active.values() if active.live.held]
        time = self.workspace.clock.monotonic()
        again = time - self.let_in >= LOOK_SECONDS
        for active in waiting:
            held = frozenset(active.live.held)
            if again or held != active.asked_for:
                active.asked_for = held
                with self._fenced(active):
                    self._reserve(active)
        if again:
            self.let_in = time

    def _reserve(self, active: ActiveRun) -> None:
        live = active.live
        for name in list(live.held):
            limit = live.run_limit
            if self._allowance(active) <= len(live.admitted) or (
                limit is not None and live.alive + len(live.admitted) >= limit
            ):
                return
            if live.rows[name].state is not BlockState.QUEUED:
                live.held.pop(name)
                continue
            full = active.slots.reserve(live, name)
            if full is None:
                live.admit(name)
            else:
                self._happen(active, BlockHeld(name, f"It {full.sentence}."))

    def _end_run(self, active: ActiveRun) -> None:
        if self.active.pop(active.id, None) is None:
            return
        self.lent.discard(active.id)
        if active.session is not None:
            self.executor.end_session(active.session)
            for identity in [each for each, holder in self.living.items() if holder == active.session]:
                self._attempt_over(identity)
        active.release()
        if active.id in self.awaited:
            self.watched = 0.0
        for identity, waiting in list(self.parked.items()):
            if waiting.run == active.id:
                self._return(identity, partial(self._answer_ended, identity, waiting, active.live.run))

    # Questions of block code ---------------------------------------------------------------------------------------

    def _asked(self, event: AttemptAsked) -> None:
        run, name, _ = parse_attempt_id(event.attempt_id)
        active = self.active.get(run)
        block = active.live.rows[name].block if active is not None else None
        try:
            answer = asks.answer(
                self.workspace, event.what, event.details, asker=run, block=block, attempt=event.attempt_id
            )
            if isinstance(answer, asks.Waiting):
                self._wait_for_run(event, answer)
                return
        except BlockwrightError as error:
            self.executor.answer(event.attempt_id, event.request, error=str(error))
            return
        self._answer(event.attempt_id, event.request, answer)

    def _wait_for_run(self, event: AttemptAsked, waiting: asks.Waiting) -> None:
        waiting = replace(waiting, request=event.request)
        asked = self.workspace.runs.get(waiting.run)
        if asked.project != self.workspace.project.name:
            self._has_ended(waiting.run)
        elif asked.queue is Queue.ENGINE:
            self.freed()  # whichever engine has room takes it when its limits allow
        elif not waiting.product:
            self.take(waiting.run)
        elif waiting.run not in self.active:
            self._has_ended(waiting.run)  # takes it, if nobody else has it
        run = self.workspace.runs.get(waiting.run)
        if run.state.final:
            self._answer_ended(event.attempt_id, waiting, run)
        elif not waiting.wait:
            self._answer(event.attempt_id, event.request, asks.run_answer(run))
        else:
            until = None if waiting.seconds is None else self.workspace.clock.monotonic() + waiting.seconds
            self._park(event.attempt_id, replace(waiting, until=until))

    def _park(self, identity: str, waiting: asks.Waiting) -> None:
        """The attempt waits for another run, which may need what it holds: it gives back its slots in pools, and its
        run's place in limits when nothing else of the run is at work."""
        self.parked[identity] = waiting
        active = self._run_of(identity)
        if active is not None and active.slots.lend(active.live, parse_attempt_id(identity)[1]):
            self.freed()
        self._lend()

    def _lend(self) -> None:
        for active in list(self.active.values()):
            limits = active.live.run.settings.limits
            if limits and active.live.run.queue is Queue.ENGINE and active.id not in self.lent and self._waits(active):
                with self._fenced(active):
                    self.workspace.queues.lend(active.id)
                    self.lent.add(active.id)
                    self.freed()

    def _waits(self, active: ActiveRun) -> bool:
        """Whether all that the run does is to wait for other runs."""
        living = {identity for identity in self.living if self._belongs(identity, active.id)}
        awaits = any(run == active.id for waiters in self.awaited.values() for run, _ in waiters)
        return living <= self.parked.keys() and (bool(living) or awaits)

    def _return(self, identity: str, answer: Callable[[], None]) -> None:
        """Give the answer that an attempt has waited for, as soon as it may go on."""
        self.parked.pop(identity, None)
        self.returning[identity] = answer
        self._let_return()

    def _let_return(self) -> None:
        """Let in again who has waited. Who waits holds nothing, so that nobody waits for each other."""
        for run in [run for run in self.lent if run not in self.active or not self._waits(self.active[run])]:
            active = self.active.get(run)
            if active is None:
                self.lent.discard(run)
                continue
            with self._fenced(active):
                if self.workspace.queues.admit(run, active.live.run.project, active.live.run.settings.limits) is None:
                    self.lent.discard(run)
        for identity, answer in list(self.returning.items()):
            active = self._run_of(identity)
            if active is None:
                self.returning.pop(identity)
            elif active.id not in self.lent:
                with self._fenced(active):
                    if active.slots.take_back(active.live, parse_attempt_id(identity)[1]):
                        self.returning.pop(identity)
                        answer()

    def _cancel_child(self, active: ActiveRun, identity: str, why: str) -> None:
        """A run that block code started and waits for ends with the block; one that it let go goes on by itself."""
        waiting = self.parked.get(identity)
        if waiting is None or why not in ("cancelled", "timeout"):
            return
        with suppress(Conflict):  # it has just ended
            runs.ask_cancel(self.workspace, waiting.run, f"run {active.id}, which waited for it, was stopped")
            self.looked = 0.0

    def _watch_awaited(self) -> None:
        """Let those go on whose awaited run has ended; drive the one that nobody drives."""
        for run_id, waiters in list(self.awaited.items()):
            here_too = [(self.active[run], name) for run, name in waiters if run in self.active]
            if not here_too:
                self.awaited.pop(run_id)
            elif run_id not in self.active:
                with self._fenced(here_too[0][0]):
                    if self._has_ended(run_id):
                        self.awaited.pop(run_id)
                        for active, name in here_too:
                            self._happen(active, AwaitedEnded(name))

    def _watch_parked(self) -> None:
        """Answer block code that waits for a run which somebody else has driven."""
        for identity, waiting in list(self.parked.items()):
            if waiting.run not in self.active:
                with self._fenced(self._run_of(identity)):
                    if self._has_ended(waiting.run):
                        run = self.workspace.runs.get(waiting.run)
                        self._return(identity, partial(self._answer_ended, identity, waiting, run))

    def _has_ended(self, run_id: RunId) -> bool:
        from blockwright.services import products  # only here: few runs await another

        try:
            run = self.workspace.runs.get(run_id)
        except NotFound:
            return True
        if run.project != self.workspace.project.name:
            if not run.state.final:
                self.elsewhere(run)
        elif products.abandoned(self.workspace, run):
            with suppress(Conflict):  # somebody was faster
                self.take(run_id)
        return run.state.final

    def _end_waiting(self, time: float) -> None:
        """Tell block code that waited as long as it said; the run that it waits for goes on."""
        for identity, waiting in list(self.parked.items()):
            if waiting.until is not None and time >= waiting.until:
                told = f"Run {waiting.run} has not ended within {waiting.seconds:g} s; it goes on."
                self._return(identity, partial(self.executor.answer, identity, waiting.request, error=told))

    def _answer_ended(self, identity: str, waiting: asks.Waiting, run: Run) -> None:
        try:
            value = asks.ended(self.workspace, waiting, run)
        except BlockwrightError as error:
            self.executor.answer(identity, waiting.request, error=str(error))
        else:
            self._answer(identity, waiting.request, value)

    def _answer(self, identity: str, request: int, value: Any) -> None:
        self.executor.answer(identity, request, value=value)


def _could_not_start(name: BlockRunName, attempt: int, error: BlockwrightError) -> BlockFailed:
    failure = Failure(type(error).__name__, error.message, hint=error.hint, code=error.code)
    return BlockFailed(name, attempt, failure, retry=False)
