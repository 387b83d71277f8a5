"""What blocks kept back while the tracking server did not answer, and sending it.

A block leaves a folder with ``records.jsonl``, the requests in their order, and the files of runs that it had to begin
without the server. It holds a shared lock on that file as long as it writes. A run that began here has an id of ours
until it is sent; which ids the server gave stands in ``sent.json``, so that nothing is created twice.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from blockwright.adapters.mlflow.rest import MlflowRest
from blockwright.core.errors import BlockwrightError, Conflict, NotFound, Unavailable

RECORDS = "records.jsonl"
_SENT = "sent.json"
_BY_NAME = "name:"
"""An experiment that a block could only name."""
_PREFIX = "/api/2.0/mlflow/"

log = logging.getLogger(__name__)


def send_folders(rest: MlflowRest, spool: Path) -> Iterator[tuple[str, str, str]]:
    """Send what is there and not written to any more: of each run that got another id the old one, the new one and
    its status. Raises Unavailable when the server does not answer; what is left is sent the next time."""
    for folder in sorted(spool.iterdir()) if spool.is_dir() else ():
        try:
            descriptor = os.open(folder / RECORDS, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # nothing in it yet, or sent by somebody else just now
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        try:
            if (folder / RECORDS).exists():
                yield from _Sending(rest, folder).all()
        finally:
            os.close(descriptor)


class _Sending:
    """One folder. ``done`` counts the records that the server has; ``ids`` are those it gave for ours."""

    def __init__(self, rest: MlflowRest, folder: Path) -> None:
        self._rest = rest
        self._folder = folder
        told = _read(folder / _SENT)
        self._done = int(told.get("done", 0))
        self._ids: dict[str, str] = told.get("ids", {})
        self._statuses: dict[str, str] = told.get("statuses", {})

    def all(self) -> list[tuple[str, str, str]]:
        for place, line in enumerate((self._folder / RECORDS).read_bytes().splitlines()):
            if place < self._done:
                continue
            record = _parsed(line)
            if record is not None:
                self._one(record)
            self._done = place + 1
            self._note()
        for local, tracked in self._ids.items():
            self._upload(local, tracked)
        shutil.rmtree(self._folder)
        return [(local, tracked, self._statuses.get(local, "")) for local, tracked in self._ids.items()]

    def _one(self, record: dict[str, Any]) -> None:
        endpoint, body = str(record["endpoint"]), dict(record["body"])
        if not endpoint.startswith(_PREFIX):
            return
        for key in ("run_id", "run_uuid"):
            if body.get(key) in self._ids:
                body[key] = self._ids[body[key]]
        local = record.get("local")
        try:
            if local is not None:
                body["experiment_id"] = self._experiment(str(body["experiment_id"]))
                answer = self._rest.call("POST", "runs/create", body, once=True)
                self._ids[local] = answer["run"]["info"]["run_id"]
                return
            self._rest.call(record["method"], endpoint.removeprefix(_PREFIX), body)
        except Unavailable:
            raise
        except BlockwrightError as error:  # the server will never take this one
            log.warning("tracking.record_refused endpoint=%s %s", endpoint, error)
            return
        if endpoint.endswith("runs/update") and "status" in body:
            ours = next((local for local, tracked in self._ids.items() if tracked == body["run_id"]), None)
            if ours is not None:
                self._statuses[ours] = str(body["status"])

    def _experiment(self, experiment: str) -> str:
        if not experiment.startswith(_BY_NAME):
            return experiment
        name = experiment.removeprefix(_BY_NAME)
        try:
            found = self._rest.call("GET", "experiments/get-by-name", {"experiment_name": name})
            return str(found["experiment"]["experiment_id"])
        except NotFound:
            pass
        try:
            return str(self._rest.call("POST", "experiments/create", {"name": name}, once=True)["experiment_id"])
        except Conflict:  # somebody was quicker
            found = self._rest.call("GET", "experiments/get-by-name", {"experiment_name": name})
            return str(found["experiment"]["experiment_id"])

    def _upload(self, local: str, tracked: str) -> None:
        """The files that the block left for a run that began here."""
        files = self._folder / local
        if not files.is_dir():
            return
        found = self._rest.call("GET", "runs/get", {"run_id": tracked})
        parts = urlsplit(str(found["run"]["info"]["artifact_uri"]))
        if parts.scheme != "mlflow-artifacts":
            raise Unavailable(
                f"Files of tracked run `{tracked}` wait in `{files}`: its server keeps files in `{parts.scheme}`, "
                "which is not written to from here.",
                hint="Upload them with MLflow's own client, then delete the folder.",
                code="tracking",
            )
        for file in sorted(path for path in files.rglob("*") if path.is_file()):
            place = f"{parts.path.strip('/')}/{file.relative_to(files).as_posix()}"
            self._rest.upload(f"/api/2.0/mlflow-artifacts/artifacts/{quote(place)}", file)

    def _note(self) -> None:
        temporary = self._folder / f"{_SENT}.tmp"
        temporary.write_text(json.dumps({"done": self._done, "ids": self._ids, "statuses": self._statuses}))
        temporary.replace(self._folder / _SENT)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """None for a line that a killed process left unfinished."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and {"endpoint", "method", "body"} <= record.keys() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
