"""Drives the runs of one project for as long as it is there: takes those that wait, as far as limits and slots allow,
and those whose owner is gone.

One thread, one ``Engine``. It sleeps in the executor and is woken through it; the database is looked at when something
may have changed and once a second in any case, since wake-ups may be lost.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound, Unavailable
from blockwright.core.runs.events import RetryAsked
from blockwright.core.runs.model import BlockRun, Run, RunId, RunState
from blockwright.engine.draining import drain
from blockwright.engine.driver import LOOK_SECONDS, Engine
from blockwright.ports.bus import EventBus, Notice, Topic
from blockwright.ports.executors import Executor
from blockwright.ports.queues import HeldRun
from blockwright.ports.runs import InboxMessage
from blockwright.ports.workspace import Workspace
from blockwright.services import endings, limits
from blockwright.services.advance import LEASE_SECONDS

log = logging.getLogger(__name__)

PAGE = 100
"""Waiting runs looked at in one go."""
MOST_ACTIVE = 500
"""Runs driven at once by one engine: each is held in memory."""
UNCLAIMED_SECONDS = 60.0
"""A run that its maker was to drive and has not taken for so long has lost its maker."""
TROUBLE_SECONDS = 3600.0
"""For how long it is remembered that a run could not be driven, when it was not tried again."""
TRIES = 3
"""How often a run that cannot be driven is tried before it is given up."""
WARM_AFTER_SECONDS = 1.0
WARM_AGAIN_SECONDS = 30.0


@dataclass(slots=True)
class Trouble:
    """A run that could not be driven so far: how often, and when it is tried again (monotonic)."""

    times: int = 0
    again: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Until when another's lease was to last, and since when (monotonic) it has been seen so."""

    until: datetime | None
    since: float


@dataclass
class Dispatcher:
    """``warm``: start the fork server as soon as nothing else is to be done, so that the first run finds it ready."""

    workspace: Workspace
    executor: Executor
    bus: EventBus
    warm: bool = True
    stopping: bool = False
    hurried: bool = False
    called: bool = True
    changed: bool = False
    troubles: dict[RunId, Trouble] = field(default_factory=dict)
    leases: dict[tuple[RunId, str], Seen] = field(default_factory=dict)
    looked: float = 0.0
    warmed: float | None = None

    def __post_init__(self) -> None:
        self.project = self.workspace.project.name
        self.clock = self.workspace.clock
        self.engine = Engine(
            self.workspace,
            self.executor,
            self._changed,
            self._progress,
            fence=self._fallen,
            freed=self._tell_room,
            elsewhere=self._tell_others,
        )
        self.began = self.clock.monotonic()

    # For other threads --------------------------------------------------------------------------------------------

    def call(self) -> None:
        """Look at the queue now."""
        self.called = True
        self.executor.wake()

    def look(self) -> None:
        """Look at the inboxes now."""
        self.called = True
        self.engine.look_now()

    def stop(self) -> None:
        self.stopping = True
        self.executor.wake()

    def hurry(self) -> None:
        """Wait no longer for what still runs."""
        self.hurried = True
        self.executor.wake()

    # In its own thread --------------------------------------------------------------------------------------------

    def turn(self) -> float:
        """Take what may be taken, then wait for something to happen and let it happen."""
        now = self.clock.monotonic()
        if self.called or now - self.looked >= LOOK_SECONDS:
            self.called, self.looked = False, now
            self._forget_troubles(now)
            self._take_over()
            wishes = self.workspace.runs.wishes(self.project, "cancel", "retry")
            self._take_wishes([wish for wish in wishes if wish.kind == "retry"])
            self._take_waiting({wish.run for wish in wishes if wish.kind == "cancel"})
        self._warm_up(now)
        try:
            self.engine.turn(0.0 if self.called or self.stopping else LOOK_SECONDS)
        finally:
            if self.changed:  # once for all that was saved
                self.changed = False
                self._tell_change()
        return 0.0

    def end(self, grace: float) -> None:
        """Start nothing more, let attempts end for at most ``grace`` seconds, and give every run back."""
        drain(self.engine, grace, lambda: self.hurried)
        for active in list(self.engine.active.values()):
            log.info("run.given_back run=%s project=%s", active.id, self.project)
            self.engine.let_go(active)
        self._tell_change()
        self._tell_room()

    # Taking runs ----------------------------------------------------------------------------------------------------

    def _take_waiting(self, unwanted: Collection[RunId]) -> None:
        """Runs that wait, highest priority first, until one more would have nothing to run on. ``unwanted`` are those
        that somebody cancels, for which there need be no place in limits."""
        waiting = self.workspace.queues.waiting(self.project, limit=PAGE)
        for run in waiting:
            if not self._room():
                return
            if self._may_try(run.run) and (run.run in unwanted or limits.admit(self.workspace, run) is None):
                self._take(run.run)
        if len(waiting) == PAGE and self._room():
            self.called = True

    def _take_over(self) -> None:
        """Runs that have begun and that nobody drives."""
        older_than = self.clock.now() - timedelta(seconds=UNCLAIMED_SECONDS)
        for run in self._without_owner(self.workspace.queues.held(self.project, older_than=older_than)):
            if self._may_try(run.run):
                log.info("run.taken_over run=%s project=%s from=%s", run.run, self.project, run.owner or "nobody")
                self._count(run.run)
                self._take(run.run, silent=run.owner)

    def _without_owner(self, held: Sequence[HeldRun]) -> Iterator[HeldRun]:
        others = [run for run in held if run.run not in self.engine.active]
        own = self.workspace.owners.hold()
        owners = {run.owner for run in others if run.owner not in (None, own)}
        # What is still in our name and not driven was let go of while the database was away.
        dead = {own, *(self.workspace.owners.dead(sorted(owners)) if owners else ())}
        silent = self._silent(others)
        for run in others:
            if run.owner is None or run.owner in dead or run.run in silent:
                yield run

    def _silent(self, held: Sequence[HeldRun]) -> Collection[RunId]:
        """Runs whose owner has not renewed its lease for as long as one lasts. That is measured and not read from the
        lease: somebody may set the clock, and the clocks of two hosts may differ."""
        now = self.clock.monotonic()
        before, self.leases = self.leases, {}
        for run in held:
            if run.owner is not None:
                seen = before.get((run.run, run.owner))
                same = seen is not None and seen.until == run.until
                self.leases[run.run, run.owner] = seen if seen is not None and same else Seen(run.until, now)
        return {run for (run, _), seen in self.leases.items() if now - seen.since >= LEASE_SECONDS}

    def _take_wishes(self, wishes: Sequence[InboxMessage]) -> None:
        """Ended runs that somebody wants to be run again."""
        for wish in wishes:
            if wish.run in self.engine.active or not self._may_try(wish.run) or not self._room():
                continue
            run = self.workspace.runs.get(wish.run)
            if not run.state.final:
                continue  # it goes on as it is; the wish is heard when it has ended
            full = self.workspace.queues.admit(run.id, self.project, run.settings.limits)
            if full is None:
                self._take(run.id, wish)

    def _count(self, run: RunId) -> None:
        """What has begun counts, also when its last owner had lent its place."""
        limits_of = self.workspace.runs.get(run).settings.limits
        if limits_of:
            self.workspace.queues.count(run, self.project, limits_of)

    def _take(self, run: RunId, wish: InboxMessage | None = None, *, silent: str | None = None) -> None:
        try:
            if wish is None:
                self.engine.take(run, silent=silent)
            else:
                start = tuple(BlockId(name) for name in wish.data.get("start") or ())
                self.engine.take(run, retry=RetryAsked(start), same_code=bool(wish.data.get("same_code")))
        except Exception as error:
            active = self.engine.active.get(run)
            if active is not None:
                self.engine.let_go(active)
            if wish is not None and _for_ever(error):
                self._refuse(wish, error)
            else:
                self._in_trouble(run, error)
        else:
            log.info("run.taken run=%s project=%s", run, self.project)

    def _room(self) -> bool:
        """Whether another run would find a slot: no more runs wait for one here than there are slots."""
        starved = sum(
            active.live.can_start for active in self.engine.active.values() if active.id not in self.engine.lent
        )
        return starved < self.workspace.options.slots and self.engine.busy < MOST_ACTIVE

    # What goes wrong ------------------------------------------------------------------------------------------------

    def _may_try(self, run: RunId) -> bool:
        trouble = self.troubles.get(run)
        return run not in self.engine.active and (trouble is None or trouble.again <= self.clock.monotonic())

    def _forget_troubles(self, now: float) -> None:
        """Of runs that ended elsewhere nobody tells us."""
        old = [run for run, trouble in self.troubles.items() if now - trouble.again > TROUBLE_SECONDS]
        for run in old:
            self.troubles.pop(run)

    def _fallen(self, run: Run, error: Exception) -> None:
        self._in_trouble(run.id, error)

    def _in_trouble(self, run: RunId, error: Exception) -> None:
        """The run was let go of. Somebody else may have it; or what we depend on is away; or it cannot be driven."""
        if isinstance(error, Conflict) and error.code in ("fenced", "owned", "run_owned"):
            log.info("run.lost run=%s project=%s %s", run, self.project, error)
            return
        known = isinstance(error, BlockwrightError)
        log.warning("run.trouble run=%s project=%s %s", run, self.project, error, exc_info=None if known else error)
        trouble = self.troubles.setdefault(run, Trouble())
        if not isinstance(error, Unavailable):
            trouble.times += 1
        trouble.again = self.clock.monotonic() + 2.0 ** min(trouble.times, 5)
        if trouble.times >= TRIES:
            self._give_up(run, error)

    def _refuse(self, wish: InboxMessage, error: Exception) -> None:
        try:
            endings.refuse_retry(self.workspace, wish, str(error))
        except BlockwrightError as why:
            self._in_trouble(wish.run, why)
            return
        log.info("run.retry_refused run=%s project=%s %s", wish.run, self.project, error)
        self._tell_change()
        self._tell_room()

    def _give_up(self, run: RunId, error: Exception) -> None:
        what = str(error) if isinstance(error, BlockwrightError) else f"{type(error).__name__}: {error}"
        try:
            endings.give_up(self.workspace, run, f"cannot be driven: {what}")
        except BlockwrightError as why:
            log.warning("run.not_given_up run=%s project=%s %s", run, self.project, why)
            return
        self.troubles.pop(run, None)
        self._tell_change()
        self._tell_room()

    # What others are told -------------------------------------------------------------------------------------------

    def _changed(self, run: Run, rows: Sequence[BlockRun]) -> None:
        self.changed = True
        if run.state.final:
            log.info("run.ended run=%s project=%s state=%s", run.id, self.project, run.state.value)
            self.troubles.pop(run.id, None)
            if run.settings.limits:
                self.workspace.queues.forget(run.id)
            self._tell_room()

    def _tell_change(self) -> None:
        self.bus.publish(Notice(Topic.FEED, self.project))

    def _tell_room(self) -> None:
        self.called = True
        self.bus.publish(Notice(Topic.QUEUE, self.project))

    def _tell_others(self, run: Run) -> None:
        """The dispatcher of that run's project takes it."""
        if run.state is RunState.QUEUED:
            self.bus.publish(Notice(Topic.QUEUE, run.project))

    def _progress(self, attempt: str, frame: Mapping[str, Any]) -> None:
        self.bus.publish(Notice(Topic.PROGRESS, self.project, {"attempt": attempt, "frame": dict(frame)}))

    def _warm_up(self, now: float) -> None:
        if not self.warm or self.engine.active or now - self.began < WARM_AFTER_SECONDS:
            return
        if self.warmed is None or now - self.warmed >= WARM_AGAIN_SECONDS:
            self.warmed = now
            self.executor.warm_up()


def _for_ever(error: Exception) -> bool:
    """Whether a wish for another try cannot be met however often it is tried: the project is another one now."""
    return isinstance(error, NotFound | Invalid) or (isinstance(error, Conflict) and error.code == "pipeline_changed")
