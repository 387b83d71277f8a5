"""The loops of an engine: each waits until something may be due, takes it, calls a service, and waits again.

A loop may run in several processes at once and may be killed at any point: what it does it does by services whose
writes are unique in the database, so that doing it twice changes nothing.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from blockwright.ports.bus import Topic


class Loop(Protocol):
    """``topics`` wake it before its time."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> frozenset[Topic]: ...

    def turn(self) -> float:
        """Do everything that is due now. Returns after how many seconds at most it wants its next turn."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A loop that holds something open. ``close`` is called once, after its last turn, by the same thread."""

    def close(self) -> None: ...
