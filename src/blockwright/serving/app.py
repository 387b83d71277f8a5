"""The service's door: a small ASGI app by hand, since a framework costs more than a prediction.

What is declared open is ``/health`` and ``/ready``; everything else needs the token, or, where the service listens on
this machine alone and has no token, a caller on this machine that is no page of another site.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from blockwright.core.endpoints import Mode, breach, choose
from blockwright.serving import arrow, openapi, rows
from blockwright.serving.figures import Counted, Tally
from blockwright.serving.loading import Loaded
from blockwright.serving.predictions import Answered, PredictionLog, now
from blockwright.serving.refusals import Refusal
from blockwright.serving.registry import Registry, Served

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LARGEST_BODY = 16 * 1024 * 1024
BODY_SECONDS = 30.0
QUICK_SECONDS = 0.005
"""A model that answers this fast does so where the request is read; a slower one in a thread, so that others and the
health checks do not wait for it."""
LONGEST_KEY = 200
_LOCAL = ("127.0.0.1", "::1", "localhost")
_OPEN = ("/health", "/ready")


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in. ``token`` empty: callers on this machine alone. ``names``: the Host headers that are ours."""

    token: str = ""
    largest_body: int = LARGEST_BODY


class Service:
    """The app. ``default`` names the model of ``/predict`` where several are served; ``retire`` takes a canary out."""

    def __init__(
        self,
        registry: Registry,
        predictions: PredictionLog | None,
        *,
        version: str,
        door: Door,
        default: str = "",
        retire: Callable[[str, int, str], None] = lambda model, revision, why: None,
    ) -> None:
        self._registry = registry
        self._predictions = predictions
        self._version = version
        self._door = door
        self._default = default
        self._retire = retire
        self._retired: set[tuple[str, int]] = set()
        self._tally = Tally()
        self._threads = ThreadPoolExecutor(max(2, len(os.sched_getaffinity(0))), thread_name_prefix="predict")
        self._pace: dict[tuple[str, int], float] = {}
        self._began = time.time()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        request_id = f"{time.time_ns():x}-{os.urandom(4).hex()}"
        try:
            status, headers, body = await self._answer(scope, receive, request_id)
        except Refusal as error:
            self._tally.refuse(error.code)
            headers = [(b"content-type", b"application/problem+json"), *_more(error)]
            status, body = error.status, _encoded(error.document(request_id))
        except Exception:
            log.exception("serving.failed request=%s", request_id)
            refusal = Refusal(500, "internal", "The service failed.", hint="Its log has the request's id.")
            headers = [(b"content-type", b"application/problem+json")]
            status, body = 500, _encoded(refusal.document(request_id))
        headers += [(b"x-request-id", request_id.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> tuple[int, Headers, bytes]:
        path, method = scope["path"], scope["method"]
        if path not in _OPEN:
            self._let_in(scope)
        if path == "/predict" or (path.startswith("/models/") and path.endswith("/predict")):
            _require_method(method, "POST")
            model = path[len("/models/") : -len("/predict")] if path != "/predict" else ""
            return await self._predict(scope, receive, request_id, model)
        found = {
            "/health": self._health,
            "/ready": self._ready,
            "/models": self._models,
            "/metrics": self._metrics,
            "/openapi.json": self._openapi,
        }.get(path)
        if found is None:
            raise Refusal(404, "no_route", "There is nothing at this address.", hint="`/openapi.json` lists them.")
        _require_method(method, "GET")
        return found()

    # Who comes in ----------------------------------------------------------------------------------------------------

    def _let_in(self, scope: Scope) -> None:
        headers = {name: value for name, value in scope["headers"] if name in (b"authorization", b"host", b"origin")}
        if self._door.token:
            given = headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, b"Bearer " + self._door.token.encode()):
                hint = "Send the header `Authorization: Bearer TOKEN`; `blockwright serve --show-token` prints it."
                raise Refusal(401, "signed_out", "A token is needed, and this is none.", hint=hint)
            return
        host = headers.get(b"host", b"").decode("latin-1")
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        client = scope.get("client")
        local = client is not None and client[0] in _LOCAL
        if not local or name not in _LOCAL or b"origin" in headers:
            hint = "Set BLOCKWRIGHT_SERVING_TOKEN and send it, to be asked from elsewhere."
            raise Refusal(403, "not_local", "Without a token only programs on this machine are answered.", hint=hint)

    # Predictions -----------------------------------------------------------------------------------------------------

    async def _predict(self, scope: Scope, receive: Receive, request_id: str, model: str) -> tuple[int, Headers, bytes]:
        began = time.perf_counter()
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
        body = await self._body(headers, receive)
        key = headers.get(b"x-request-key", b"").decode("latin-1")[:LONGEST_KEY]
        document: Any = None
        if kind == arrow.MEDIA_TYPE:
            served = self._served(model)
        elif kind in _JSON_KINDS:
            document = _parsed(body)
            model, key = _beside(document, model, key)
            served = self._served(model)
        else:
            detail = f"The body is `{kind.decode('latin-1')[:100]}`; it must be JSON or an Arrow stream."
            raise Refusal(415, "media_type", detail)
        chosen = choose(served.endpoint, key or request_id)
        loaded, role = served.champion, "champion"
        if served.challenger is not None and chosen.version == served.challenger.number:
            loaded, role = served.challenger, "challenger"
        if (served.endpoint.model, served.endpoint.revision) in self._retired:
            loaded, role = served.champion, "champion"
        given = arrow.read(body, loaded.signature) if document is None else rows.read(document, loaded.signature)
        answers = await self._answers(served, loaded, role, given, request_id, key, began)
        shadow = served.challenger
        if shadow is not None and chosen.shadow == shadow.number:
            self._threads.submit(self._shadow, shadow, given, request_id, key)
        said = {
            "predictions": answers,
            "model": loaded.wanted.model,
            "version": loaded.number,
            "request_id": request_id,
        }
        return 200, [_JSON, (b"x-model-version", str(loaded.number).encode())], _encoded(said)

    def _served(self, model: str) -> Served:
        picture = self._registry.current
        name = model or self._default or (next(iter(picture.served)) if len(picture.served) == 1 else "")
        served = picture.served.get(name)
        if served is not None:
            return served
        known = ", ".join(f"`{one}`" for one in picture.served)
        if name in picture.waiting:
            hint = "Promote a version that can answer: `blockwright models promote`."
            raise Refusal(503, "not_ready", f"Model `{name}`: {picture.waiting[name]}.", hint=hint)
        if not picture.served:
            raise Refusal(
                503, "no_model", "No model is served.", hint="`blockwright models promote MODEL` lets one answer."
            )
        if not name:
            hint = f"Ask `/models/NAME/predict` or send `model`: there are {known}."
            raise Refusal(422, "which_model", "Several models are served.", field="model", hint=hint)
        raise Refusal(404, "model_not_found", f"No model `{name[:100]}` is served.", hint=f"There is {known}.")

    async def _answers(
        self, served: Served, loaded: Loaded, role: str, given: rows.Rows, request_id: str, key: str, began: float
    ) -> list[Any]:
        place = (loaded.wanted.model, loaded.number)
        counted = self._tally.of(*place)
        error = ""
        answers: list[Any] = []
        predicting = time.perf_counter()
        try:
            if given.count == 1 and self._pace.get(place, 0.0) < QUICK_SECONDS:
                answers = loaded.predict(given)
            else:
                answers = await asyncio.get_running_loop().run_in_executor(self._threads, loaded.predict, given)
        except Exception as raised:  # code of the project
            error = f"{type(raised).__name__}: {raised}"[:1_000]
        ended = time.perf_counter()
        if given.count == 1:
            self._pace[place] = 0.9 * self._pace.get(place, ended - predicting) + 0.1 * (ended - predicting)
        counted.add(ended - began, given.count, failed=bool(error))
        self._note(loaded, role, given, answers, error, request_id, key, ended - began)
        if role == "challenger" and served.endpoint.traffic.mode is Mode.CANARY:
            self._judge(served, counted.figures() if counted.requests % 10 == 0 or error else None)
        if error:
            log.warning("serving.model_failed model=%s version=%d request=%s problem=%r", *place, request_id, error)
            detail = f"Version {loaded.number} of model `{loaded.wanted.model}` failed: {error}"
            raise Refusal(500, "model_failed", detail, hint="The request fits the signature; the model's code raised.")
        return answers

    def _shadow(self, loaded: Loaded, given: rows.Rows, request_id: str, key: str) -> None:
        """Runs in a thread, after the answer: it may be late, and its failures are nobody's but its own."""
        began = time.perf_counter()
        answers: list[Any] = []
        error = ""
        try:
            answers = loaded.predict(given)
        except Exception as raised:  # code of the project
            error = f"{type(raised).__name__}: {raised}"[:1_000]
        self._note(loaded, "shadow", given, answers, error, request_id, key, time.perf_counter() - began)

    def _note(
        self,
        loaded: Loaded,
        role: str,
        given: rows.Rows,
        answers: list[Any],
        error: str,
        request_id: str,
        key: str,
        seconds: float,
    ) -> None:
        if self._predictions is None:
            return
        place = (loaded.wanted.model, loaded.number)
        self._predictions.add(
            Answered(request_id, key, *place, role, now(), seconds, given.columns, given.count, answers, error)
        )

    def _judge(self, served: Served, figures: Any) -> None:
        """Take a canary out that is worse than its bounds: here at once, in the records by ``retire``."""
        place = (served.endpoint.model, served.endpoint.revision)
        if figures is None or place in self._retired:
            return
        why = breach(served.endpoint.traffic, figures)
        if why:
            self._retired.add(place)
            log.warning("serving.canary_out model=%s why=%r", served.endpoint.model, why)
            self._threads.submit(self._retire, *place, why)

    # Everything else -------------------------------------------------------------------------------------------------

    def _health(self) -> tuple[int, Headers, bytes]:
        return 200, [_JSON], _encoded({"status": "ok", "seconds": round(time.time() - self._began, 3)})

    def _ready(self) -> tuple[int, Headers, bytes]:
        picture = self._registry.current
        ready = bool(picture.served)
        problems = {name: one.problem for name, one in picture.served.items() if one.problem}
        said = {
            "ready": ready,
            "models": {name: one.champion.number for name, one in picture.served.items()},
            "problems": {**problems, **picture.waiting},
            "records": picture.away or "ok",
        }
        return (200 if ready else 503), [_JSON], _encoded(said)

    def _models(self) -> tuple[int, Headers, bytes]:
        picture = self._registry.current
        described = [{**_described(one), "versions": self._versions(one)} for one in picture.served.values()]
        return 200, [_JSON], _encoded({"models": described})

    def _versions(self, served: Served) -> list[dict[str, Any]]:
        """How each version that answers did since the process began."""
        both = {"champion": served.champion, "challenger": served.challenger}
        found = []
        for role, loaded in both.items():
            if loaded is None:
                continue
            counted = self._tally.versions.get((loaded.wanted.model, loaded.number)) or Counted()
            figures = counted.figures()
            found.append(
                {
                    "version": loaded.number,
                    "role": role,
                    "requests": figures.requests,
                    "rows": counted.rows,
                    "errors": figures.errors,
                    "milliseconds": round(figures.slow, 3),
                }
            )
        return found

    def _metrics(self) -> tuple[int, Headers, bytes]:
        picture = self._registry.current
        serving = {}
        for name, one in picture.served.items():
            serving[name, "champion"] = one.champion.number
            if one.challenger is not None:
                serving[name, "challenger"] = one.challenger.number
        gauges: dict[str, float] = {"serving_records_away": float(bool(picture.away))}
        if self._predictions is not None:
            gauges["prediction_log_waiting_rows"] = self._predictions.waiting
            gauges["prediction_log_dropped_rows"] = self._predictions.dropped
            gauges["prediction_log_lost_rows"] = self._predictions.lost
        text = self._tally.text(gauges, serving).encode()
        return 200, [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")], text

    def _openapi(self) -> tuple[int, Headers, bytes]:
        return 200, [_JSON], _encoded(openapi.document(self._registry.current, self._version))

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        said = headers.get(b"content-length", b"0")
        if said.isdigit() and int(said) > self._door.largest_body:
            raise self._too_large()
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            if len(body) > self._door.largest_body:
                raise self._too_large()
            return body
        return await self._rest(bytearray(body), receive)

    async def _rest(self, body: bytearray, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > self._door.largest_body:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            detail = f"The body did not come within {BODY_SECONDS:g} seconds."
            raise Refusal(408, "body_too_slow", detail) from None

    def _too_large(self) -> Refusal:
        largest = self._door.largest_body / 1024 / 1024
        return Refusal(413, "body_too_large", f"The body is larger than {largest:g} MiB.", field="body")


_JSON = (b"content-type", b"application/json")
_JSON_KINDS = (b"application/json", b"", b"application/x-www-form-urlencoded", b"text/plain")
"""The last two are what `curl -d` and its like say of a body of which they know nothing; pages of other sites, which
could send them unasked, are not let in (``Origin``)."""


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _require_method(given: str, wanted: str) -> None:
    if given != wanted and not (given == "HEAD" and wanted == "GET"):
        raise Refusal(405, "no_method", f"This address does not take {given[:20]}.", hint=f"Use {wanted}.")


def _more(error: Refusal) -> Headers:
    if error.status == 401:
        return [(b"www-authenticate", b"Bearer")]
    # What is left of the body is not read: the connection is of no use any more.
    return [(b"connection", b"close")] if error.status in (408, 413) else []


def _parsed(body: bytes) -> Any:
    if not body:
        raise Refusal(422, "invalid_body", "The body is empty.", hint='Send {"features": [1.0, 2.0]}.')
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refusal(400, "invalid_json", f"The body is no JSON: {str(error)[:200]}.", field="body") from None


def _beside(document: Any, model: str, key: str) -> tuple[str, str]:
    """The model and the key that a document names."""
    if not isinstance(document, dict):
        return model, key
    said = document.get("model", model)
    if not isinstance(said, str) or (model and said != model):
        raise Refusal(422, "invalid_field", "`model` is not the one of the address.", field="model")
    own = document.get("key", key)
    if isinstance(own, int) and not isinstance(own, bool):
        own = str(own)
    if not isinstance(own, str) or len(own) > LONGEST_KEY:
        detail = f"`key` must be text of at most {LONGEST_KEY} characters."
        raise Refusal(422, "invalid_field", detail, field="key")
    return said, own


def _described(served: Served) -> dict[str, Any]:
    endpoint, traffic = served.endpoint, served.endpoint.traffic
    signature = served.champion.signature
    return {
        "model": endpoint.model,
        "version": served.champion.number,
        "created": served.champion.wanted.created,
        "metrics": dict(served.champion.wanted.metrics),
        "sha256": served.champion.wanted.file.sha256,
        "mode": traffic.mode.value,
        "challenger": None if served.challenger is None else served.challenger.number,
        "share": traffic.share,
        "inputs": [] if signature is None else [str(field) for field in signature.inputs],
        "problem": served.problem,
    }


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def _encoded(said: Any) -> bytes:
    return _ENCODER.encode(said).encode("ascii")
