"""The threads of an engine: each does its turns until it is told to stop, survives what goes wrong in one, and can be
seen to be stuck."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable
from threading import Event, Thread

from blockwright.core.errors import BlockwrightError
from blockwright.engine.loops import Closing, Loop
from blockwright.ports.bus import EventBus, Listener, Topic

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
BREATH_SECONDS = 0.25
"""Who follows the feed reads it at most so often: while runs are driven it changes with every block, and each look
would take the interpreter, and often the database, from the thread that drives them."""
STUCK_SECONDS = 60.0


class Worker:
    """A named thread that calls ``turn`` again and again and ``rest`` with what it returned; ``wake`` ends a rest.

    A turn that raises is told and tried again, later each time. ``end`` is called once, at the end, by the same thread.
    """

    def __init__(
        self,
        name: str,
        *,
        turn: Callable[[], float],
        rest: Callable[[float], object],
        wake: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self.name = name
        self._turn = turn
        self._rest = rest
        self._wake = wake
        self._end = end
        self._stopped = Event()
        self._since: float | None = None
        self._told = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake()

    def join(self, seconds: float) -> bool:
        """Whether the thread has ended within so many seconds."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def complain_if_stuck(self) -> None:
        """Say once that the same turn has lasted too long, and where it is."""
        since = self._since
        lasted = 0.0 if since is None else time.monotonic() - since
        if lasted < STUCK_SECONDS or self._told or not self._thread.is_alive():
            return
        self._told = True
        frame = sys._current_frames().get(self._thread.ident or 0)
        place = " < ".join(f"{at.name}:{at.lineno}" for at in reversed(traceback.extract_stack(frame)[-4:]))
        log.warning("loop.stuck name=%s seconds=%.0f at %s", self.name, lasted, place)

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._since, self._told = time.monotonic(), False
            try:
                pause = self._turn()
                self._since, failures = None, 0
                self._rest(pause)
            except Exception as error:
                self._since = None
                failures += 1
                pause = min(LONGEST_PAUSE, 0.5 * 2.0 ** min(failures, 10))
                known = isinstance(error, BlockwrightError)
                log.warning(
                    "loop.failed name=%s again_in=%.0f %s", self.name, pause, error, exc_info=None if known else error
                )
                self._stopped.wait(pause)
        try:
            self._end()
        except Exception as error:
            log.warning("loop.end_failed name=%s %s", self.name, error, exc_info=error)


def worker_of(loop: Loop, bus: EventBus) -> Worker:
    """A thread for a loop of the engine: between two turns it waits on the loop's topics."""
    listener: Listener = bus.listen(loop.topics)
    breath = BREATH_SECONDS if Topic.FEED in loop.topics else 0.0
    ending = Event()

    def rest(seconds: float) -> None:
        if not ending.wait(min(breath, seconds)):
            listener.wait(max(0.0, seconds - breath))

    def wake() -> None:
        ending.set()
        listener.wake()

    def end() -> None:
        listener.close()
        if isinstance(loop, Closing):
            loop.close()

    return Worker(loop.name, turn=loop.turn, rest=rest, wake=wake, end=end)
