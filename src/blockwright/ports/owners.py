"""Who is alive on this host: an owner holds a file lock, so that a dead one is known at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Owners(Protocol):
    def hold(self) -> str:
        """Register this process as an owner and keep its lock until it ends; returns the owner's name
        (``host:pid:token.place``). Calling again returns the same."""
        ...

    def release(self) -> None:
        """Give the lock back, when every run was given back and every process ended; nothing of the owner is left."""
        ...

    def dead(self, owners: Sequence[str]) -> Sequence[str]:
        """Those of ``owners`` that lived on this host, with this data folder, and hold their lock no longer."""
        ...

    def end_attempts(self, owner: str) -> int:
        """End every process on this host that a dead owner's fork servers left behind; returns how many."""
        ...

    def wake(self, owner: str) -> None:
        """Make a living owner on this host look at its inbox now; others do so within a second anyway."""
        ...
