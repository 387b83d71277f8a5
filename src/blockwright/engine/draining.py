"""Ending an engine's work without ending its runs: another engine, or the next start, goes on where this one was."""

from __future__ import annotations

from collections.abc import Callable

from blockwright.core.errors import BlockwrightError
from blockwright.engine.driver import Engine

_END_SECONDS = 10.0
"""Seconds in which killed attempts are gone; after that the fork server's own end takes them along."""


def drain(engine: Engine, grace: float, hurried: Callable[[], bool]) -> None:
    """Begin nothing more, wait at most ``grace`` seconds (and no longer once ``hurried``) for what runs, then end it:
    those attempts are lost, and their blocks wait to run again."""
    engine.starting = False
    _wait(engine, grace, hurried)
    for identity in list(engine.living):
        engine.executor.cancel(identity, grace=0.0, why="closed")
    _wait(engine, _END_SECONDS, lambda: False)


def _wait(engine: Engine, seconds: float, enough: Callable[[], bool]) -> None:
    clock = engine.workspace.clock
    deadline = clock.monotonic() + seconds
    while engine.living and not enough() and (left := deadline - clock.monotonic()) > 0:
        try:
            engine.turn(left)
        except BlockwrightError:
            return  # the database is away: what was committed is adopted by whoever goes on
