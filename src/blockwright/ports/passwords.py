"""Passwords as they are kept: hashes that are slow to guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """``better`` is a hash to keep instead, when the kept one is weaker than those made today."""

    right: bool
    better: str | None = None


class Passwords(Protocol):
    """Safe to use from every thread. Both take some 50 ms of a core on purpose."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, kept: str | None) -> Verdict:
        """``kept`` None (nobody there, or no password): wrong, after as much work as for a real one."""
        ...
