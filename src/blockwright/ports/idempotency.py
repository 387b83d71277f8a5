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


class Idempotency(Protocol):
    """Keys are of a project. ``request`` is a digest of what is asked for with the key."""

    def claim(self, project: str, key: str, request: str, *, now: datetime, stale: datetime) -> KeptAnswer | None:
        """None: the key is the caller's, who now does it and then calls ``settle`` or ``release``; else the answer of
        the first time. A claim from before ``stale`` that was never settled is given again. Raises Conflict: code
        ``idempotency_key_reused`` for another request, ``idempotency_in_progress`` while the first is being done."""
        ...

    def settle(self, project: str, key: str, answer: KeptAnswer) -> None: ...

    def release(self, project: str, key: str) -> None:
        """It was not done: the key may be used again."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget older keys; returns how many."""
        ...
