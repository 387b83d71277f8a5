"""Named secrets of a project: encrypted at rest, never in a log, a spec or a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Secrets(Protocol):
    def get(self, project: str, name: str) -> str | None: ...

    def set(self, project: str, name: str, value: str) -> None: ...

    def delete(self, project: str, name: str) -> None:
        """Raises NotFound."""
        ...

    def rotate(self) -> Sequence[str]:
        """Encrypt the secrets of all projects with the newest key, and whatever else it encrypts (tokens of triggers),
        all or nothing; returns what, in words.

        A key of a file is made anew first and the old one forgotten at the end; keys of the setting stay as they are
        there. Raises Unavailable (code ``secret_key``) naming those that no key opens."""
        ...

    def names(self, project: str) -> Sequence[str]: ...
