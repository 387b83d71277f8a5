"""Counts what this process was asked for over HTTP, and how long it took to answer."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blockwright.ports.telemetry import SpanRecord, Telemetry

_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class HttpFigures:
    """The figures of one app. Labels are bounded: a route is named by its template, and what has none by nothing."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "blockwright_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "blockwright_http_request_seconds",
            "Seconds until the answer began.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        word = method if method in METHODS else "other"
        self._requests.labels(word, route, str(status)).inc()
        self._seconds.labels(word, route).observe(seconds)


class Counted:
    """An ASGI middleware around the routes. What the gate refuses has no route yet."""

    def __init__(self, app: ASGIApp, figures: HttpFigures, telemetry: Telemetry | None = None) -> None:
        self._app = app
        self._figures = figures
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, start = time.perf_counter(), datetime.now(UTC)
        status, until = 500, None

        async def note(message: Message) -> None:
            nonlocal status, until
            if message["type"] == "http.response.start":
                status, until = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            seconds = (until or time.perf_counter()) - begun
            self._figures.count(scope["method"], template_of(scope), status, seconds)
            if self._telemetry is not None and self._telemetry.on:
                self._telemetry.record([span_of(scope, status, start, seconds)])


def span_of(scope: Scope, status: int, start: datetime, seconds: float) -> SpanRecord:
    """The request as a span of the caller's trace, if it sent one, else of its own."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    template = template_of(scope)
    name = secrets.token_hex(16)
    return SpanRecord(
        kind="request",
        name=f"{method} {template}".strip(),
        trace=name,
        key=name,
        start=start,
        end=start + timedelta(seconds=seconds),
        attributes={"http.request.method": method, "http.route": template, "http.response.status_code": status},
        measured=("http.request.method", "http.route", "http.response.status_code"),
        error=f"answered {status}" if status >= 500 else "",
        remote=_caller(scope),
    )


def _caller(scope: Scope) -> tuple[int, int] | None:
    """Trace and span of the header `traceparent`."""
    header = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    found = _TRACEPARENT.fullmatch(header)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return int(found[1], 16), int(found[2], 16)


def template_of(scope: Scope) -> str:
    """The path of the route that answered, with the names of its parameters; empty when none did."""
    state = scope.get("state") or {}
    return str(state.get("template", ""))
