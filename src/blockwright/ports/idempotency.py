"""Creations that are asked for twice with one key happen once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time: an HTTP status and a JSON text."""

    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """Asked for since ``created`` by the process ``holder`` (a name of ``Owners``), and not answered yet. ``run`` is
    the run that was made for it, written in the very transaction that made it."""

    holder: str
    created: datetime
    run: int | None = None


class Idempotency(Protocol):
    """Keys are of a project. ``request`` is a digest of what is asked for with the key."""

    def claim(
        self, project: str, key: str, request: str, *, holder: str, now: datetime
    ) -> KeptAnswer | OpenClaim | None:
        """None: the key is the caller's, who now does it and then calls ``settle`` or ``release``; else the answer of
        the first time, or who is at it. Raises Conflict (code ``idempotency_key_reused``) for another request."""
        ...

    def take_over(self, project: str, key: str, before: OpenClaim, *, holder: str, now: datetime) -> bool:
        """The claim that was found is the caller's now; False when it has changed meanwhile."""
        ...

    def settle(self, project: str, key: str, answer: KeptAnswer) -> None: ...

    def release(self, project: str, key: str) -> None:
        """It was not done: the key may be used again. What made a run stays."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget older keys; returns how many."""
        ...
