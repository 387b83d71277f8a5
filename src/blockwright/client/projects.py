"""A server and its projects as a program sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from blockwright.client.calls import Api
from blockwright.client.catalog import Asset
from blockwright.client.charts import Chart, Dashboard
from blockwright.client.experiments import TrackedRun
from blockwright.client.monitors import Monitor
from blockwright.client.runs import Run


class Client:
    """``token`` is a personal token. Close it when done, or use it in a ``with`` block."""

    def __init__(self, url: str, token: str, *, timeout: float = 30.0) -> None:
        self.api = Api(url, token, timeout=timeout)

    def projects(self) -> list[str]:
        return [item["name"] for item in self.api.items("/projects")]

    def project(self, name: str) -> Project:
        return Project(self.api, name)

    def close(self) -> None:
        self.api.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Project:
    api: Api = field(repr=False)
    name: str

    def start(
        self,
        pipeline: str,
        *,
        variables: Mapping[str, Any] | None = None,
        blocks: Sequence[str] = (),
        upstream: bool = False,
        reuse: bool | None = None,
        execution_date: datetime | None = None,
        priority: int = 0,
        key: str | None = None,
    ) -> Run:
        """Start a run; ``wait`` waits for it. With the same ``key`` a second call gives the run of the first; without
        one, a call that is repeated because the server was busy starts one run all the same."""
        body: dict[str, Any] = {
            "pipeline": pipeline,
            "variables": dict(variables or {}),
            "blocks": list(blocks),
            "upstream": upstream,
            "reuse": reuse,
            "priority": priority,
        }
        if execution_date is not None:
            body["execution_date"] = execution_date.astimezone().isoformat()
        return Run(self.api, self.api.post(f"{self._path}/runs", body, key=key or uuid4().hex))

    def run(self, number: int) -> Run:
        return Run(self.api, self.api.get(f"{self._path}/runs/{number}"))

    def runs(self, *, limit: int | None = None, **filters: Any) -> Iterator[Run]:
        """Newest first. Filters: ``pipeline``, ``state``, ``kind``, ``trigger``, ``since``, ``until``."""
        for document in self.api.items(f"{self._path}/runs", limit=limit, **filters):
            yield Run(self.api, document)

    def pipelines(self, **filters: Any) -> Iterator[dict[str, Any]]:
        return self.api.items(f"{self._path}/pipelines", **filters)

    def pipeline(self, uuid: str) -> dict[str, Any]:
        document: dict[str, Any] = self.api.get(f"{self._path}/pipelines/{quote(uuid, safe='')}")
        return document

    def checks(self, pipeline: str, block: str | None = None, *, runs: int = 20) -> list[dict[str, Any]]:
        """What the declared checks of its blocks found in its latest runs, newest first."""
        path = f"{self._path}/pipelines/{quote(pipeline, safe='')}/checks"
        found: list[dict[str, Any]] = self.api.get(path, block=block, runs=runs)["items"]
        return found

    def frames(self, pipeline: str, block: str) -> dict[str, Any]:
        """What a block may read: ``frames`` of the blocks before it and ``tables``, each with its ``columns``."""
        path = f"{self._path}/pipelines/{quote(pipeline, safe='')}/frames/{quote(block, safe='/')}"
        document: dict[str, Any] = self.api.get(path)
        return document

    def catalog(self, search: str = "", **filters: Any) -> Iterator[dict[str, Any]]:
        """Outputs and data products whose name has ``search`` in it. Filters: ``column``, ``tag``."""
        return self.api.items(f"{self._path}/catalog", search=search, **filters)

    def asset(self, pipeline: str, block: str, name: str | None = None) -> Asset:
        """An output of a block, its first one without ``name``: its versions, and what is kept of them."""
        return Asset(self.api, self._path, pipeline, block, name)

    def lineage(self, **around: Any) -> dict[str, Any]:
        """Where values come from and go to: ``pipeline`` and ``block``, or ``product``; ``up`` and ``down`` steps."""
        document: dict[str, Any] = self.api.get(f"{self._path}/catalog/lineage", **around)
        return document

    def charts(self, pipeline: str) -> list[Chart]:
        """The charts beside the blocks of a pipeline."""
        found = self.api.get(f"{self._path}/pipelines/{quote(pipeline, safe='')}/charts")
        return [Chart(self.api, self._path, pipeline, one["uuid"]) for one in found]

    def chart(self, pipeline: str, name: str) -> Chart:
        return Chart(self.api, self._path, pipeline, name)

    def add_chart(
        self,
        pipeline: str,
        name: str,
        configuration: Mapping[str, Any],
        *,
        upstream: Sequence[str] = (),
        code: str | None = None,
    ) -> Chart:
        """A new chart of what ``upstream`` gives, with the format's settings: ``chart_type``, ``group_by`` …"""
        body = {"name": name, "configuration": dict(configuration), "upstream": list(upstream), "code": code}
        made = self.api.post(f"{self._path}/pipelines/{quote(pipeline, safe='')}/charts", body)
        return Chart(self.api, self._path, pipeline, made["name"])

    def preview_chart(self, pipeline: str, block: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """What these settings would draw of a block's newest result; nothing is stored."""
        path = f"{self._path}/pipelines/{quote(pipeline, safe='')}/chart-previews"
        document: dict[str, Any] = self.api.post(path, {"block": block, "configuration": dict(configuration)})
        return document

    def dashboards(self, *, pipeline: str | None = None) -> list[Dashboard]:
        """Those of the project, or only those of a pipeline."""
        items = self.api.items(f"{self._path}/dashboards", pipeline=pipeline)
        return [Dashboard(self.api, self._path, one["id"]) for one in items]

    def dashboard(self, id: str) -> Dashboard:
        return Dashboard(self.api, self._path, id)

    def experiments(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The one with the latest run first."""
        return self.api.items(f"{self._path}/experiments", limit=limit)

    def tracked_runs(
        self, experiment: str | None = None, *, where: str = "", limit: int | None = None, **options: Any
    ) -> Iterator[TrackedRun]:
        """Newest first, or by ``order`` (`metrics.rmse`, with ``descending``); ``where`` is a filter."""
        path = f"{self._path}/tracked-runs"
        for document in self.api.items(path, limit=limit, experiment=experiment, where=where, **options):
            yield TrackedRun.of(self.api, self._path, document)

    def monitors(self) -> list[Monitor]:
        """In the order of the project's file."""
        return [Monitor(self.api, self._path, one["name"], one) for one in self.api.get(f"{self._path}/monitors")]

    def monitor(self, name: str) -> Monitor:
        document = self.api.get(f"{self._path}/monitors/{quote(name, safe='')}")
        return Monitor(self.api, self._path, name, document)

    def findings(self, *, limit: int | None = None, **filters: Any) -> Iterator[dict[str, Any]]:
        """What monitors found, newest first. Filters: ``monitor``, ``kind``, ``holding``."""
        return self.api.items(f"{self._path}/findings", limit=limit, **filters)

    def tell_truth(self, model: str, truths: Sequence[Mapping[str, Any]]) -> int:
        """Tell what was really the case: rows of ``actual`` and ``request_id`` (with ``row``) or ``key``; how many are
        kept now. More than 10,000 are sent in parts."""
        path, kept = f"{self._path}/models/{quote(model, safe='')}/truth", 0
        for start in range(0, len(truths), 10_000):
            body = {"truths": [dict(one) for one in truths[start : start + 10_000]]}
            kept += int(self.api.post(path, body)["kept"])
        return kept

    def endpoints(self) -> dict[str, Any]:
        """What is served: ``service`` says how the prediction service does, ``endpoints`` which versions answer."""
        found: dict[str, Any] = self.api.get(f"{self._path}/endpoints")
        return found

    def predict(self, model: str, rows: Sequence[Mapping[str, Any]], *, key: str = "") -> list[Any]:
        """What the version that is served answers, a value for each of ``rows`` (by name, as its signature has them).
        The same ``key`` is answered by the same version. Raises ApiError when the service does not answer."""
        body = {"instances": list(rows), "key": key}
        found: list[Any] = self.api.post(f"{self._path}/models/{quote(model, safe='')}/predict", body)["predictions"]
        return found

    def compare(self, *runs: TrackedRun | str) -> dict[str, Any]:
        """Tracked runs side by side: ``params`` and ``metrics``, what differs first."""
        ids = [run if isinstance(run, str) else run.id for run in runs]
        document: dict[str, Any] = self.api.get(f"{self._path}/tracked-runs/compare", tracked=ids)
        return document

    @property
    def _path(self) -> str:
        return f"/projects/{quote(self.name, safe='')}"
