"""An output of the catalogue as a program sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from blockwright.client.calls import Api


@dataclass(frozen=True)
class Asset:
    """Nothing is fetched before it is asked for. A version is named by its number."""

    api: Api = field(repr=False)
    project: str = field(repr=False)
    pipeline: str
    block: str
    name: str | None = None

    def describe(self) -> dict[str, Any]:
        """Its newest version with columns and how they changed, its readers, and how fresh it is."""
        document: dict[str, Any] = self.api.get(self._path("outputs"), name=self.name)
        return document

    def versions(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Newest first."""
        return self.api.items(self._path("versions"), limit=limit, name=self.name)

    def history(self, **options: Any) -> list[dict[str, Any]]:
        """Sizes, columns and statistics over time: ``limit``, ``column``."""
        steps: list[dict[str, Any]] = self.api.get(self._path("history"), name=self.name, **options)
        return steps

    def pin(self, version: int) -> dict[str, Any]:
        """Keep it for ever."""
        return self._change("PUT", version, "pin")

    def unpin(self, version: int) -> dict[str, Any]:
        return self._change("DELETE", version, "pin")

    def alias(self, name: str, version: int) -> dict[str, Any]:
        """Call the version so, whichever was called so before."""
        return self._change("PUT", version, f"aliases/{quote(name, safe='')}")

    def restore(self, version: int) -> dict[str, Any]:
        """Let it stand in for the latest result of its block, until ``unrestore``."""
        return self._change("PUT", version, "restore")

    def unrestore(self, version: int) -> dict[str, Any]:
        """Let the newest result be the latest again."""
        return self._change("DELETE", version, "restore")

    def _change(self, method: str, version: int, what: str) -> dict[str, Any]:
        document: dict[str, Any] = self.api.call(method, f"{self.project}/output-versions/{version}/{what}").json()
        return document

    def _path(self, what: str) -> str:
        return f"{self.project}/catalog/{what}/{quote(self.pipeline, safe='')}/{quote(self.block)}"
