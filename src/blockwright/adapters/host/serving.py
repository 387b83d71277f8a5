"""How the prediction service of a project is found on this machine: a file with its address, locked while it lives.

The lock is what counts: whoever takes the port after the service has ended is never asked, and never told the token.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound, Unavailable, UserCode
from blockwright.ports.serving import ServedModel, ServedVersion, Standing

_NAME = "address.json"
SECONDS = 5.0
"""What a look may take; a prediction has ``PREDICT_SECONDS``."""
PREDICT_SECONDS = 30.0
LARGEST_ANSWER = 16 * 1024 * 1024
_TRIES = 100
_TRY_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Address:
    """``needs_token``: the service answers nobody without its token."""

    url: str
    needs_token: bool


class ServingSign:
    """Says where the service answers, as long as the process (or one forked from it) lives. Where another one of the
    same project has said so already, that one stays the one that is found."""

    def __init__(self, folder: Path, url: str, *, needs_token: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _locked(self._descriptor):
            os.close(self._descriptor)
            return
        word = json.dumps({"url": url, "needs_token": needs_token, "pid": os.getpid()}).encode("ascii")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, word, 0)


def _locked(descriptor: int) -> bool:
    """Whoever looks for the service holds the lock for a moment; a service holds it for as long as it lives."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_TRY_SECONDS)
        else:
            return True
    return False


def address(folder: Path) -> Address | None:
    """Where the service answers; None when none lives."""
    try:
        descriptor = os.open(folder / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            word = json.loads(os.pread(descriptor, 4096, 0))
            return Address(str(word["url"]), bool(word["needs_token"]))
        except (ValueError, KeyError, TypeError):
            return None  # it is being written
    finally:
        os.close(descriptor)
    return None


class LocalService:
    """Implements ``PredictionService``. ``token`` gives what a service that needs one wants to see."""

    def __init__(self, folder: Path, token: Callable[[], str]) -> None:
        self._folder = folder
        self._token = token

    def standing(self) -> Standing | None:
        where = address(self._folder)
        if where is None:
            return None
        url = where.url
        _, health = self._ask(where, "GET", "/health", SECONDS)
        _, ready = self._ask(where, "GET", "/ready", SECONDS)
        status, served = self._ask(where, "GET", "/models", SECONDS)
        if status != 200:
            raise _refusal(status, served)
        try:
            return Standing(
                url,
                float(health["seconds"]),
                tuple(_model(one) for one in served["models"]),
                {name: str(why) for name, why in ready["problems"].items() if name not in ready["models"]},
                "" if ready["records"] == "ok" else str(ready["records"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _away(url, f"it said {type(error).__name__} of its standing") from error

    def predict(self, model: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
        where = address(self._folder)
        if where is None:
            raise Conflict(
                "No prediction service runs on this machine.",
                hint="`blockwright start` starts one when a version was promoted; `blockwright serve` is it alone.",
                code="serving_off",
            )
        body = json.dumps(document).encode()
        status, said = self._ask(where, "POST", f"/models/{quote(model, safe='')}/predict", PREDICT_SECONDS, body)
        if status != 200:
            raise _refusal(status, said)
        return said

    def _ask(
        self, where: Address, method: str, path: str, seconds: float, body: bytes | None = None
    ) -> tuple[int, dict[str, Any]]:
        url, parts = where.url, urlsplit(where.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if where.needs_token:
            headers["Authorization"] = f"Bearer {self._token()}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read(LARGEST_ANSWER))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _away(url, type(error).__name__) from error
        finally:
            connection.close()
        if not isinstance(said, dict):
            raise _away(url, "its answer is no object")
        return answer.status, said


def _model(said: Mapping[str, Any]) -> ServedModel:
    versions = tuple(
        ServedVersion(
            int(one["version"]),
            str(one["role"]),
            int(one["requests"]),
            int(one["rows"]),
            int(one["errors"]),
            float(one["milliseconds"]),
        )
        for one in said["versions"]
    )
    return ServedModel(str(said["model"]), versions, str(said["problem"]))


def _refusal(status: int, said: Mapping[str, Any]) -> BlockwrightError:
    """What the service says, in the family that fits its status."""
    code, hint = str(said.get("code") or "serving"), str(said.get("hint") or "")
    detail = str(said.get("detail") or f"The prediction service answered with status {status}.")
    if code == "model_failed":
        return UserCode(detail, hint=hint, code=code)
    if status == 404:
        return NotFound(detail, hint=hint, code=code)
    if status in (401, 403):
        hint = "It was started with another token than this server has: BLOCKWRIGHT_SERVING_TOKEN."
        return Unavailable("The prediction service does not let this server in.", hint=hint, code="serving_token")
    return Invalid(detail, hint=hint, code=code) if status < 500 else Unavailable(detail, hint=hint, code=code)


def _away(url: str, why: str) -> Unavailable:
    return Unavailable(
        f"The prediction service at {url} does not answer: {why}.",
        hint="Its log is `logs/serving.log` in the data folder.",
        code="serving_away",
    )
