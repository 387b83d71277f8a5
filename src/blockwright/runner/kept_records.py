"""Records that the tracking server did not take: kept in a folder, so that training goes on, and sent later."""

from __future__ import annotations

import fcntl
import json
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from blockwright.sdk.context import BlockContext
from blockwright.wire.messages import Ask

_SILENCE_SECONDS = 30.0
"""For so long nothing is asked of a server that did not answer."""
_BY_NAME = "name:"
_WRITES = frozenset(
    {"LogBatch", "LogMetric", "LogParam", "SetTag", "DeleteTag", "UpdateRun", "LogInputs", "LogOutputs"}
)
_RECORDS = "records.jsonl"


class KeptRecords:
    """``spool`` is the folder for those of all attempts; empty: there is none, and what cannot be sent is lost.
    ``problem`` says why there is no server at all."""

    def __init__(self, spool: str, problem: str = "") -> None:
        self._spool = spool
        self._problem = problem
        self._folder: Path | None = None
        self._descriptor: int | None = None
        self._silent_until = float("inf") if problem else 0.0
        self._records = 0
        self._lost = 0
        self._why = problem
        self.local: dict[str, Any] = {}
        """Runs that began here, as MLflow's own messages."""

    @property
    def silent(self) -> bool:
        """Whether the server is not worth asking now."""
        return time.monotonic() < self._silent_until

    @property
    def sentence(self) -> str:
        """What a person should know at the end; empty when everything was sent."""
        if self._lost:
            return f"{_count(self._lost)} of this block could not be sent to the tracking server: {self._why}"
        if self._records:
            return (
                f"{_count(self._records)} of this block wait to be sent, since the tracking server did not answer: "
                f"{self._why} They are sent when it does."
            )
        return ""

    def failed(self, error: Exception) -> None:
        """The server did not answer."""
        self._why = " ".join(str(error).split())[:300].rstrip(".") + "."
        self._silent_until = time.monotonic() + _SILENCE_SECONDS

    def keep(self, endpoint: str, method: str, body: dict[str, Any], local: str | None = None) -> None:
        if not self._spool:
            self._lost += 1
            return
        record = {"endpoint": endpoint, "method": method, "body": body}
        if local is not None:
            record["local"] = local
        os.write(self._opened(), json.dumps(record).encode("ascii") + b"\n")
        self._records += 1

    def files_of(self, run: str) -> str:
        """Where the files of a run that began here are kept."""
        if not self._spool:
            self._spool = os.path.join(os.getcwd(), ".blockwright-unsent")
        self._opened()
        assert self._folder is not None
        folder = self._folder / run
        folder.mkdir(exist_ok=True)
        return folder.as_uri()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        if self._descriptor is None:
            self._folder = Path(self._spool) / f"{time.time_ns()}-{os.urandom(4).hex()}"
            self._folder.mkdir(parents=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(self._folder / _RECORDS, flags, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)  # nobody sends them while we write
        return self._descriptor


@dataclass
class Tracking:
    """What one attempt has of the tracking server. ``before`` are the values of variables that were changed, ``ended``
    the last word on each run that it closed."""

    owner: BlockContext
    tags: dict[str, str]
    experiment: str
    kept: KeptRecords
    lock: int | None = None
    before: dict[str, str | None] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)


def store_class(current: Callable[[], Tracking | None]) -> Callable[[Any], Any]:
    """Makes a store of MLflow's REST store that keeps records back while the server does not answer."""
    exceptions: Any = import_module("mlflow.exceptions")

    def wrap(store: Any) -> Any:
        plain: Any = type(store)

        class BlockStore(plain):  # type: ignore[misc]  # MLflow's class is known at run time only
            def _call_endpoint(self, api: Any, json_body: Any = None, endpoint: Any = None, **options: Any) -> Any:
                tracking = current()
                if tracking is None:
                    return super()._call_endpoint(api, json_body, endpoint, **options)
                kept, body = tracking.kept, json.loads(json_body) if json_body else {}
                run = body.get("run_id")
                if api.__name__ == "UpdateRun" and "status" in body:
                    tracking.ended[str(run)] = str(body["status"])
                if run in kept.local or (kept.silent and _can_be_kept(api.__name__, body)):
                    return _kept(self, tracking, api, body)
                try:
                    response = super()._call_endpoint(api, json_body, endpoint, **options)
                except exceptions.RestException as error:  # it answered
                    if not _was_quicker(api.__name__, body, tracking, str(error.error_code)):
                        raise
                    response = api.Response()
                    response.experiment_id = self.get_experiment_by_name(body["name"]).experiment_id
                    return response
                except exceptions.MlflowException as error:
                    if not _can_be_kept(api.__name__, body):
                        raise
                    kept.failed(error)
                    return _kept(self, tracking, api, body)
                if api.__name__ == "CreateRun":
                    found = self.get_experiment(response.run.info.experiment_id)
                    _tell(tracking, response.run.info, found.name, waiting=False)
                return response

        store.__class__ = BlockStore
        return store

    return wrap


def _was_quicker(name: str, body: dict[str, Any], tracking: Tracking, code: str) -> bool:
    """Whether a neighbour made the experiment of this pipeline between MLflow's look and its own try."""
    return name == "CreateExperiment" and code == "RESOURCE_ALREADY_EXISTS" and body.get("name") == tracking.experiment


def _can_be_kept(name: str, body: dict[str, Any]) -> bool:
    return (
        name in _WRITES
        or name in ("CreateRun", "GetExperimentByName", "CreateExperiment")
        or (name == "GetExperiment" and str(body.get("experiment_id", "")).startswith(_BY_NAME))
    )


def _kept(store: Any, tracking: Tracking, api: Any, body: dict[str, Any]) -> Any:
    """Do without the server: what it would have answered."""
    response, kept = api.Response(), tracking.kept
    run = str(body.get("run_id", ""))
    match api.__name__:
        case "GetExperimentByName":
            _experiment(response.experiment, _BY_NAME + body["experiment_name"])
        case "GetExperiment":
            _experiment(response.experiment, body["experiment_id"])
        case "CreateExperiment":
            response.experiment_id = _BY_NAME + body["name"]
        case "CreateRun":
            _begin_run(tracking, response, body)
            kept.keep("/api/2.0/mlflow/runs/create", "POST", body, local=response.run.info.run_id)
            info = response.run.info
            _tell(tracking, info, info.experiment_id.removeprefix(_BY_NAME), waiting=True)
        case "GetRun":
            response.run.CopyFrom(kept.local[run])
        case "UpdateRun":
            known = kept.local.get(run)
            if known is not None:
                response.run_info.CopyFrom(known.info)
            kept.keep("/api/2.0/mlflow/runs/update", "POST", body)
        case name if name in _WRITES:
            endpoint, method = store._METHOD_TO_INFO[api]
            kept.keep(endpoint, method, body)
        case name:
            raise RuntimeError(f"The tracking server does not answer, and `{name}` cannot wait until it does.")
    return response


def _begin_run(tracking: Tracking, response: Any, body: dict[str, Any]) -> None:
    run = os.urandom(16).hex()
    info = response.run.info
    info.run_id = info.run_uuid = run
    info.experiment_id = str(body["experiment_id"])
    info.status = 1  # RUNNING
    info.start_time = int(body.get("start_time", time.time() * 1000))
    info.lifecycle_stage = "active"
    info.artifact_uri = tracking.kept.files_of(run)
    names = [one["value"] for one in body.get("tags", ()) if one.get("key") == "mlflow.runName"]
    info.run_name = str(body.get("run_name") or (names[0] if names else run[:8]))
    for one in body.get("tags", ()):
        response.run.data.tags.add(key=one["key"], value=one.get("value", ""))
    tracking.kept.local[run] = response.run


def _experiment(experiment: Any, identity: str) -> None:
    experiment.experiment_id = identity
    experiment.name = identity.removeprefix(_BY_NAME)
    experiment.lifecycle_stage = "active"


def _tell(tracking: Tracking, info: Any, experiment: str, *, waiting: bool) -> None:
    """Let the engine note whose run this is; without it the run is in the server's own lists only."""
    channel = tracking.owner.channel
    assert channel is not None
    try:
        channel.ask(Ask.TRACKED, tracked=info.run_id, experiment=experiment, name=info.run_name, waiting=waiting)
    except RuntimeError as error:
        warnings.warn(f"Blockwright could not note the tracked run `{info.run_name}`: {error}", stacklevel=2)


def _count(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"
