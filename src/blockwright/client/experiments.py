"""A tracked run as a program sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blockwright.client.calls import Api


@dataclass(frozen=True)
class TrackedRun:
    """``id`` is that of the tracking server; ``run`` and ``block_run`` say which block of which run recorded it."""

    api: Api = field(repr=False)
    project: str = field(repr=False)
    id: str
    name: str
    experiment: str
    state: str
    run: int
    block_run: str
    params: Mapping[str, str]
    metrics: Mapping[str, float | None]

    @staticmethod
    def of(api: Api, project: str, document: Mapping[str, Any]) -> TrackedRun:
        told = {name: document[name] for name in ("id", "name", "experiment", "state", "run", "block_run")}
        return TrackedRun(api, project, **told, params=document["params"], metrics=document["metrics"])

    def curve(self, metric: str, *, points: int = 1_000) -> list[dict[str, Any]]:
        """The way of a metric: ``step``, ``time``, ``value``."""
        found: list[dict[str, Any]] = self.api.get(self._path("metric"), metric=metric, points=points)
        return found

    def files(self, path: str = "") -> list[dict[str, Any]]:
        """What it kept: ``path``, ``folder``, ``bytes``."""
        found: list[dict[str, Any]] = self.api.call("GET", self._path("files"), params={"path": path}).json()
        return found

    def file(self, path: str) -> bytes:
        return self.api.call("GET", self._path("file"), params={"path": path}).content

    def _path(self, what: str) -> str:
        return f"{self.project}/tracked-runs/{self.id}/{what}"
