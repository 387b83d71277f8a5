"""An engine process: a dispatcher for each project, the loops, and the ways in which it starts and ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

from blockwright.engine.accounting import Accounting
from blockwright.engine.alerting import Alerting
from blockwright.engine.backfiller import Backfiller
from blockwright.engine.cataloguing import Cataloguing
from blockwright.engine.dispatcher import Dispatcher
from blockwright.engine.figures import Figures
from blockwright.engine.forgetting import Forgetting
from blockwright.engine.freshener import Freshener
from blockwright.engine.janitor import Janitor
from blockwright.engine.loops import Loop
from blockwright.engine.monitoring import Monitoring
from blockwright.engine.scheduler import Scheduler
from blockwright.engine.threads import Worker, worker_of
from blockwright.engine.tracker import Tracker
from blockwright.engine.watchers import Watchers
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation

log = logging.getLogger(__name__)

LOOPS: tuple[Callable[[Installation], Loop], ...] = (
    Janitor,
    Alerting,
    Accounting,
    Cataloguing,
    Figures,
    Forgetting,
    Scheduler,
    Watchers,
    Backfiller,
    Freshener,
    Tracker,
    Monitoring,
)
"""What every engine does besides driving runs; a column's loop adds its line here."""

LOOK_SECONDS = 5.0
"""How often the projects are read anew, and the threads looked at."""
END_SECONDS = 15.0
"""What a thread may need to end beyond the grace that attempts have."""


class Host:
    """Runs until ``stop``; ``grace`` is how many seconds running attempts then have to end by themselves."""

    def __init__(
        self, installation: Installation, *, grace: float, loops: Sequence[Callable[[Installation], Loop]] = LOOPS
    ) -> None:
        self._installation = installation
        self._grace = grace
        self._loops = loops
        self._dispatchers: dict[str, tuple[Dispatcher, Worker]] = {}
        self._workers: list[Worker] = []
        self._stopped = Event()

    def run(self) -> None:
        """Drive everything until ``stop``, then end cleanly."""
        bus = self._installation.bus
        listener = bus.listen({Topic.QUEUE, Topic.INBOX})
        post = Worker(
            "post",
            turn=lambda: LOOK_SECONDS,
            rest=lambda seconds: self._hand_out(listener.wait(seconds)),
            wake=listener.wake,
            end=listener.close,
        )
        self._workers = [post, *(worker_of(make(self._installation), bus) for make in self._loops)]
        for worker in self._workers:
            worker.start()
        log.info("engine.started data=%s", self._installation.data)
        try:
            while not self._stopped.is_set():
                self._follow_projects()
                for worker in self._all():
                    worker.complain_if_stuck()
                self._stopped.wait(LOOK_SECONDS)
        finally:
            self._end()

    def stop(self) -> None:
        """From any thread but that of ``run``, as is ``look``. Called again, running attempts are ended at once."""
        if self._stopped.is_set():
            for dispatcher, _ in list(self._dispatchers.values()):
                dispatcher.hurry()
        self._stopped.set()

    @property
    def stopping(self) -> bool:
        return self._stopped.is_set()

    def look(self) -> None:
        """Look at queues and inboxes now."""
        for dispatcher, _ in list(self._dispatchers.values()):
            dispatcher.look()

    def _all(self) -> list[Worker]:
        return [*self._workers, *(worker for _, worker in self._dispatchers.values())]

    def _hand_out(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            for project, (dispatcher, _) in list(self._dispatchers.items()):
                if notice.project not in ("", project):
                    continue
                if notice.topic is Topic.INBOX:
                    dispatcher.look()
                else:
                    dispatcher.call()

    def _follow_projects(self) -> None:
        """A dispatcher for each project there is; one whose project has gone gives its runs back."""
        projects = self._installation.projects()
        for name in projects.keys() - self._dispatchers.keys():
            try:
                self._dispatchers[name] = self._open(name, alone=len(projects) == 1)
            except Exception as error:
                log.warning("project.not_opened project=%s %s", name, error)
        for name in self._dispatchers.keys() - projects.keys():
            _, worker = self._dispatchers.pop(name)
            log.info("project.gone project=%s", name)
            worker.stop()
            self._workers.append(worker)

    def _open(self, name: str, *, alone: bool) -> tuple[Dispatcher, Worker]:
        # A fork server costs memory: of several projects each gets its own when it first runs something.
        dispatcher = Dispatcher(
            self._installation.workspace(name), self._installation.executor(name), self._installation.bus, warm=alone
        )
        worker = Worker(
            f"project {name}",
            turn=dispatcher.turn,
            rest=lambda _: None,  # it waits in the executor, as a part of its turn
            wake=dispatcher.stop,
            end=lambda: dispatcher.end(self._grace),
        )
        worker.start()
        log.info("project.opened project=%s", name)
        return dispatcher, worker

    def _end(self) -> None:
        log.info("engine.draining grace=%g", self._grace)
        workers = self._all()
        for worker in workers:
            worker.stop()
        deadline = time.monotonic() + self._grace + END_SECONDS
        for worker in workers:
            if not worker.join(deadline - time.monotonic()):
                log.warning("loop.left name=%s", worker.name)
        log.info("engine.stopped")
