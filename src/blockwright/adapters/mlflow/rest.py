"""The REST client of a tracking server: one connection pool, retries where asking twice does no harm, clear errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from blockwright.adapters.mlflow.endpoints import Endpoint
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    import httpx

_SECONDS = 60.0
_TRIES = 4
_PAUSE = 0.25
"""Before the second try; twice as long before each further one."""
_AGAIN = frozenset({429, 502, 503, 504})
UNNOTICED = {"X-Blockwright-Unnoticed": "1"}
"""Goes along with what is asked again and again: a server of our own does not stay awake for it."""
_FAMILIES: dict[str, type[BlockwrightError]] = {
    "RESOURCE_DOES_NOT_EXIST": NotFound,
    "ENDPOINT_NOT_FOUND": NotFound,
    "RESOURCE_ALREADY_EXISTS": Conflict,
    "RESOURCE_CONFLICT": Conflict,
    "INVALID_STATE": Conflict,
    "INVALID_PARAMETER_VALUE": Invalid,
    "BAD_REQUEST": Invalid,
    "MALFORMED_REQUEST": Invalid,
}


class TrackingServer(Protocol):
    """``OwnServer`` or ``ElsewhereServer``."""

    def ensure(self) -> Endpoint: ...

    def standing(self) -> str: ...

    def close(self) -> None: ...


class MlflowRest:
    """Safe to use from every thread. ``call("GET", "runs/get", {"run_id": …})`` asks ``/api/2.0/mlflow/runs/get``."""

    def __init__(self, server: TrackingServer, *, seconds: float = _SECONDS) -> None:
        self.server = server
        self._seconds = seconds
        self._opening = threading.Lock()
        self._client: httpx.Client | None = None

    def call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        once: bool = False,
        api: str = "2.0",
        tries: int = _TRIES,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer. ``fields`` are the query of a GET and else the body. ``once``: do not ask again when the answer
        got lost, because asking twice would make two; ``tries``: how often it is asked at most. Raises NotFound,
        Conflict or Invalid as the server says it, and Unavailable when it does not answer or fails."""
        options: dict[str, Any] = {"params": _flat(fields)} if method == "GET" else {"json": dict(fields or {})}
        options["headers"] = headers or {}
        with self._answered(method, f"/api/{api}/mlflow/{path}", once=once, tries=tries, **options) as response:
            response.read()
            document = response.json() if response.content else {}
        return document if isinstance(document, dict) else {}

    @contextmanager
    def stream(self, path: str, params: Mapping[str, str]) -> Iterator[httpx.Response]:
        """A file of the server as it comes; ``path`` from the root (``/get-artifact``)."""
        with self._answered("GET", path, once=False, params=dict(params)) as response:
            yield response

    def upload(self, path: str, file: Path) -> None:
        """Put a file there; ``path`` from the root."""
        with file.open("rb") as content, self._answered("PUT", path, once=True, content=content) as response:
            response.read()

    def close(self) -> None:
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None
        self.server.close()

    @contextmanager
    def _answered(
        self,
        method: str,
        path: str,
        *,
        once: bool,
        tries: int = _TRIES,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Iterator[httpx.Response]:
        """A good answer whose body is not read yet."""
        import httpx

        pause = _PAUSE
        for left in reversed(range(tries)):
            endpoint = self.server.ensure()  # each time: it may have come back elsewhere
            client = self._opened()
            request = client.build_request(
                method, endpoint.url + path, headers={**(headers or {}), **_headers(endpoint)}, **options
            )
            try:
                response = client.send(request, auth=_basic(endpoint), stream=True)
            except httpx.HTTPError as error:
                # Who could not connect has asked nothing yet.
                if left and (not once or isinstance(error, httpx.ConnectError)):
                    time.sleep(pause)
                    pause *= 2
                    continue
                raise Unavailable(
                    f"The tracking server at {endpoint.url} does not answer: {type(error).__name__} {error}".strip(),
                    hint="`blockwright doctor` looks at it; its log is `mlflow/server.log` in the data folder.",
                    code="tracking",
                ) from error
            try:
                if left and not once and response.status_code in _AGAIN:
                    time.sleep(pause)
                    pause *= 2
                    continue
                if response.status_code >= 400:
                    response.read()
                    raise _refusal(endpoint, path, response)
                yield response
                return
            finally:
                response.close()

    def _opened(self) -> httpx.Client:
        with self._opening:
            if self._client is None:
                import httpx

                # Proxies of the environment are for the outside world; so is a .netrc.
                self._client = httpx.Client(timeout=httpx.Timeout(self._seconds, connect=10.0), trust_env=False)
            return self._client


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {endpoint.token}"} if endpoint.token else {}


def _basic(endpoint: Endpoint) -> tuple[str, str] | None:
    return (endpoint.user, endpoint.password) if endpoint.user and not endpoint.token else None


def _flat(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (fields or {}).items() if value is not None}


def _refusal(endpoint: Endpoint, path: str, response: httpx.Response) -> BlockwrightError:
    try:
        document = response.json()
        code, words = str(document.get("error_code", "")), str(document.get("message", ""))
    except (ValueError, AttributeError):
        code, words = "", response.text[:500]
    if response.status_code in (401, 403):
        return Unavailable(
            f"The tracking server at {endpoint.url} does not let us in.",
            hint="Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
            code="tracking_refused",
        )
    family = _FAMILIES.get(code, NotFound if response.status_code == 404 else Unavailable)
    if family is Unavailable:
        return Unavailable(
            f"The tracking server failed at `{path}` with status {response.status_code}: {words[:300]}",
            hint="Its log is `mlflow/server.log` in the data folder.",
            code="tracking",
        )
    return family(words or f"The tracking server says {code}.")
