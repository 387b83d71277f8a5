"""A monitor as a program sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from blockwright.client.calls import Api


@dataclass(frozen=True)
class Monitor:
    """``document`` is what was known when it was read: ``latest``, ``findings``, its rules."""

    api: Api = field(repr=False)
    project: str = field(repr=False)
    name: str
    document: Mapping[str, Any] = field(repr=False)

    def run(self) -> dict[str, Any]:
        """Evaluate it now; the result with all its figures."""
        found: dict[str, Any] = self.api.post(f"{self._path}/run")
        return found

    def results(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Newest first."""
        return self.api.items(f"{self._path}/results", limit=limit)

    def result(self, number: int) -> dict[str, Any]:
        """One result with all its figures."""
        found: dict[str, Any] = self.api.get(f"{self._path}/results/{number}")
        return found

    @property
    def _path(self) -> str:
        return f"{self.project}/monitors/{quote(self.name, safe='')}"
