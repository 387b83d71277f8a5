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

    def names(self, project: str) -> Sequence[str]: ...
