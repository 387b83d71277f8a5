"""``ports.tracking.Tracking`` over MLflow's REST API."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blockwright.adapters.mlflow.registry import MlflowRegistry
from blockwright.adapters.mlflow.rest import MlflowRest
from blockwright.adapters.mlflow.spool import send_folders
from blockwright.core.experiments.model import Artifact, Point, TrackedState
from blockwright.ports.registry import ModelRegistry
from blockwright.ports.tracking import Connection, Recorded, Sent

_STATES = {
    "RUNNING": TrackedState.RUNNING,
    "SCHEDULED": TrackedState.RUNNING,
    "FINISHED": TrackedState.COMPLETED,
    "FAILED": TrackedState.FAILED,
    "KILLED": TrackedState.CANCELLED,
}
_STATUSES = {
    TrackedState.RUNNING: "RUNNING",
    TrackedState.COMPLETED: "FINISHED",
    TrackedState.FAILED: "FAILED",
    TrackedState.CANCELLED: "KILLED",
}
_AT_ONCE = 200
"""Runs asked for in one request."""
_PAGE = 1_000
_LONGEST_HISTORY = 100_000
"""Values of a metric that are read before it is made thinner."""
_KNOWN_SECONDS = 10.0
"""How long the list of experiments is believed; a run in an experiment made meanwhile makes us look again."""


class MlflowTracking:
    """``spool`` is where blocks leave what they cannot send."""

    def __init__(self, rest: MlflowRest, spool: Path) -> None:
        self._rest = rest
        self._spool = spool
        self.registry: ModelRegistry = MlflowRegistry(rest)
        self._experiments: dict[str, str] = {}
        self._experiments_at = 0.0

    def standing(self) -> str:
        return self._rest.server.standing()

    def connection(self) -> Connection:
        found = self._rest.server.ensure()
        return Connection(found.url, found.token, found.user, found.password, found.lock, str(self._spool))

    def runs(self, ids: Collection[str]) -> Mapping[str, Recorded]:
        wanted = sorted({one for one in ids if one.isalnum()})
        found: dict[str, Recorded] = {}
        if not wanted:
            return found
        for again in (False, True):
            names = self._names(anew=again)
            missing = [one for one in wanted if one not in found]
            for start in range(0, len(missing), _AT_ONCE):
                found.update(self._some_runs(missing[start : start + _AT_ONCE], names))
            if len(found) == len(wanted):
                break
        return found

    def _some_runs(self, ids: Sequence[str], names: Mapping[str, str]) -> dict[str, Recorded]:
        listed = ", ".join(f"'{one}'" for one in ids)
        asked = {
            "experiment_ids": list(names),
            "filter": f"attributes.run_id IN ({listed})",
            "max_results": _AT_ONCE,
            "run_view_type": "ACTIVE_ONLY",
        }
        answer = self._rest.call("POST", "runs/search", asked) if names else {}
        recorded = (_recorded(run, names) for run in answer.get("runs", ()))
        return {run.id: run for run in recorded}

    def _names(self, *, anew: bool) -> Mapping[str, str]:
        """The names of all experiments by their ids."""
        if anew or not self._experiments or time.monotonic() - self._experiments_at > _KNOWN_SECONDS:
            names: dict[str, str] = {}
            token: str | None = None
            while True:
                answer = self._rest.call("GET", "experiments/search", {"max_results": _PAGE, "page_token": token})
                names |= {str(one["experiment_id"]): str(one["name"]) for one in answer.get("experiments", ())}
                token = answer.get("next_page_token") or None
                if token is None:
                    break
            self._experiments, self._experiments_at = names, time.monotonic()
        return self._experiments

    def history(self, run: str, metric: str, *, limit: int = 1_000) -> Sequence[Point]:
        points: list[Point] = []
        token: str | None = None
        while len(points) < _LONGEST_HISTORY:
            asked = {"run_id": run, "metric_key": metric, "max_results": 25_000, "page_token": token}
            answer = self._rest.call("GET", "metrics/get-history", asked)
            points += [
                Point(int(one.get("step", 0)), _moment(one.get("timestamp", 0)), float(one.get("value", "nan")))
                for one in answer.get("metrics", ())
            ]
            token = answer.get("next_page_token") or None
            if token is None:
                break
        points.sort(key=lambda point: (point.step, point.time))
        return _thinned(points, limit)

    def artifacts(self, run: str, path: str = "") -> Sequence[Artifact]:
        answer = self._rest.call("GET", "artifacts/list", {"run_id": run, "path": path or None})
        return [
            Artifact(one["path"], bool(one.get("is_dir")), int(one["file_size"]) if "file_size" in one else None)
            for one in answer.get("files", ())
        ]

    @contextmanager
    def artifact(self, run: str, path: str) -> Iterator[Iterator[bytes]]:
        with self._rest.stream("/get-artifact", {"run_id": run, "path": path}) as response:
            yield response.iter_bytes()

    def finish(self, run: str, state: TrackedState, ended: datetime) -> None:
        told = {"run_id": run, "status": _STATUSES[state], "end_time": int(ended.timestamp() * 1000)}
        self._rest.call("POST", "runs/update", told)

    def send_waiting(self) -> Sequence[Sent]:
        return [
            Sent(local, tracked, _STATES.get(status, TrackedState.RUNNING))
            for local, tracked, status in send_folders(self._rest, self._spool)
        ]

    def close(self) -> None:
        self._rest.close()


def _recorded(run: Mapping[str, Any], names: Mapping[str, str]) -> Recorded:
    info, data = run["info"], run.get("data", {})
    return Recorded(
        id=str(info["run_id"]),
        experiment=names.get(str(info.get("experiment_id")), ""),
        name=str(info.get("run_name", "")),
        state=_STATES.get(str(info.get("status")), TrackedState.RUNNING),
        params={str(one["key"]): str(one.get("value", "")) for one in data.get("params", ())},
        metrics={str(one["key"]): float(one.get("value", "nan")) for one in data.get("metrics", ())},
        tags={str(one["key"]): str(one.get("value", "")) for one in data.get("tags", ())},
        artifacts=str(info.get("artifact_uri", "")),
    )


def _thinned(points: list[Point], limit: int) -> list[Point]:
    """Evenly spread, with the first and the last."""
    if len(points) <= limit:
        return points
    last = len(points) - 1
    return [points[round(place * last / (limit - 1))] for place in range(limit)]


def _moment(milliseconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
