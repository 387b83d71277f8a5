"""Threads that carry messages: one for each channel, so that one that hangs holds up nobody else."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread

from blockwright.core.alerts.model import Target
from blockwright.core.errors import BlockwrightError
from blockwright.ports.alerts import Delivery
from blockwright.ports.workspace import Workspace
from blockwright.services import alerts

MOST = 32
"""Channels that messages are carried to at once; the others wait for the next look."""

log = logging.getLogger(__name__)

Errand = tuple[Workspace, Delivery, Callable[[], None]]


class Couriers:
    """``hand`` never waits. A delivery that was handed twice goes once: whoever carries it must take it first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._lanes: dict[str, deque[Errand]] = {}

    @property
    def busy(self) -> bool:
        return bool(self._lanes)

    def hand(self, workspace: Workspace, delivery: Delivery, *, done: Callable[[], None]) -> None:
        """Carry the delivery after those that go to the same place; ``done`` is called when that place has had all."""
        lane = _lane(workspace, delivery)
        errand = (workspace, delivery, done)
        with self._lock:
            waiting = self._lanes.get(lane)
            if waiting is not None:
                if all(_key(other) != _key(errand) for other in waiting):
                    waiting.append(errand)
                return
            if len(self._lanes) >= self._most:
                return
            self._lanes[lane] = deque([errand])
        Thread(target=self._carry, args=(lane,), name=f"courier-{delivery.channel}", daemon=True).start()

    def _carry(self, lane: str) -> None:
        while True:
            with self._lock:
                if not self._lanes[lane]:
                    del self._lanes[lane]
                    break
                workspace, delivery, done = self._lanes[lane][0]
            try:
                alerts.deliver(workspace, delivery)
            except BlockwrightError as error:  # the records cannot be reached: it is due again later
                log.warning("alert.not_tried alert=%d %s", delivery.alert, error.message)
            with self._lock:
                self._lanes[lane].popleft()
        done()


def _key(errand: Errand) -> tuple[int, str]:
    return errand[1].alert, errand[1].channel


def _lane(workspace: Workspace, delivery: Delivery) -> str:
    """By where it goes, and not by name: pipelines may have channels of their own under the same name."""
    project = workspace.project.name
    pipeline = workspace.oversight.alerts.get(project, delivery.alert).about.pipeline
    channels = alerts.wiring_of(workspace, pipeline).channels
    target = next((channel.target for channel in channels if channel.name == delivery.channel), None)
    return f"{project}/{delivery.channel}/{_mark(target)}"


def _mark(target: Target | None) -> str:
    """A digest that names the target in memory without showing its address."""
    return hashlib.sha256(repr(target and dataclasses.astuple(target)).encode()).hexdigest()
