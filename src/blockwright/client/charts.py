"""Charts beside blocks and dashboards as a program sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from blockwright.client.calls import Api
from blockwright.client.runs import Run


@dataclass(frozen=True)
class Chart:
    """Nothing is fetched before it is asked for."""

    api: Api = field(repr=False)
    project: str = field(repr=False)
    pipeline: str
    name: str

    def show(self) -> dict[str, Any]:
        """What it draws now: the chart's settings and its ``marks``, or why there are none (``problem``)."""
        document: dict[str, Any] = self.api.get(self._path("charts"))
        return document

    def draw(self, *, anew: bool = False) -> Run | None:
        """Run its code; ``wait`` waits for it. None when what it shows is what it would draw, unless ``anew``."""
        path = self._path("chart-drawings")
        number = self.api.call("POST", path, params={"anew": anew}, json={}).json()["run"]
        return None if number is None else Run(self.api, self.api.get(f"{self.project}/runs/{number}"))

    def change(
        self, configuration: Mapping[str, Any], *, name: str | None = None, upstream: Sequence[str] | None = None
    ) -> None:
        """Set keys of its settings; None takes one out. ``name`` and ``upstream`` None: as they are."""
        body = {
            "configuration": dict(configuration),
            "name": name,
            "upstream": None if upstream is None else list(upstream),
        }
        self.api.call("PUT", self._path("charts"), json=body)

    def remove(self, *, delete_file: bool = True) -> None:
        """Its file goes along, unless another pipeline uses it."""
        self.api.call("DELETE", self._path("charts"), params={"delete_file": delete_file})

    def _path(self, what: str) -> str:
        return f"{self.project}/pipelines/{quote(self.pipeline, safe='')}/{what}/{quote(self.name)}"


@dataclass(frozen=True)
class Dashboard:
    """Nothing is fetched before it is asked for."""

    api: Api = field(repr=False)
    project: str = field(repr=False)
    id: str

    def describe(self) -> dict[str, Any]:
        """Its charts with their places, its variables with the values that one may choose."""
        document: dict[str, Any] = self.api.get(self._path)
        return document

    def chart(self, name: str, variables: Mapping[str, str | Sequence[str]] | None = None) -> dict[str, Any]:
        """What a chart of it shows of the rows that ``variables`` let through; one that is not given is as the
        dashboard's file has it, one without any value lets all through."""
        said: list[str] = []
        for variable, given in (variables or {}).items():
            values = [given] if isinstance(given, str) else list(given)
            said += [f"{variable}={value}" for value in values or [""]]
        document: dict[str, Any] = self.api.get(f"{self._path}/charts/{quote(name)}", variable=said or None)
        return document

    @property
    def _path(self) -> str:
        return f"{self.project}/dashboards/{quote(self.id, safe='')}"
