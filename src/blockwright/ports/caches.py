"""What was worked out before and can be worked out again: small JSON documents, kept on a best-effort basis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Cache(Protocol):
    def load(self, name: str) -> Mapping[str, Any]:
        """The document, or an empty one when there is none or it cannot be read."""
        ...

    def store(self, name: str, document: Mapping[str, Any]) -> None:
        """Keep the document (atomically); a failure to do so is no error."""
        ...
