"""What was changed in a project's files through the platform, and what they held before: bounded in number and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """``before`` and ``after`` are digests (BLAKE3, hex) of the content, None where there was no file. ``kept``: both
    contents can be read back."""

    path: str
    before: str | None
    after: str | None
    bytes_before: int = 0
    bytes_after: int = 0
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """``what`` says it in words, ``by`` who did it."""

    id: int
    time: datetime
    by: str
    what: str
    files: tuple[ChangedFile, ...]


class History(Protocol):
    """Safe to use from every thread and process of a host. What it does not keep: files that usually hold passwords,
    and very large ones; that they changed is recorded nevertheless."""

    def record(
        self,
        files: Sequence[tuple[str, bytes | None, bytes | None]],
        *,
        by: str,
        what: str,
        now: datetime,
        join: bool = False,
    ) -> Change:
        """Note a change: of each file its path and what it held before and after. ``join``: it belongs to the change
        before it, if that was the same person's of the same file a moment ago (somebody types)."""
        ...

    def get(self, change: int) -> Change:
        """Raises NotFound (code ``change_not_found``)."""
        ...

    def list(self, *, path: str | None = None, before: int | None = None, limit: int = 50) -> Sequence[Change]:
        """Newest first; ``path``: those of this file; ``before`` is the id after which the page begins."""
        ...

    def content(self, digest: str) -> bytes:
        """Raises NotFound (code ``content_gone``) for what is not kept."""
        ...
