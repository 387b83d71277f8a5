"""The outermost layer: every answer gets an id and the headers that keep browsers safe, no traceback leaves, and a
body that comes too slowly is not waited for."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blockwright.core.errors import Unavailable
from blockwright.web import problems

LOG = logging.getLogger("blockwright.web")

# An answer of the API is no page: opened in a browser it may load nothing. A page sets a policy of its own.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
}


class Edge:
    """``body_seconds``: how long a body may take altogether to arrive; ``largest``: how many bytes one may have."""

    def __init__(self, app: ASGIApp, *, body_seconds: float, largest: Callable[[Scope], int]) -> None:
        self._app = app
        self._body_seconds = body_seconds
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        body = _Body(scope, receive, self._body_seconds, self._largest(scope))
        try:
            await self._app(scope, body.receive, answer.send)
        except Exception:  # the fence of this door: reported with its id, told without a word of ours
            LOG.exception("web.failed request=%s method=%s path=%s", answer.id, scope["method"], scope["path"])
            detail = "The server failed at this request; its log says more."
            document = problems.plain(500, detail, "server_error", answer.id, "Tell the request id to whoever runs it.")
            await answer.fail(scope, receive, document)


class _Answer:
    """Passes the answer on with our headers; those that a route has set itself stay."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = self.id
        self._send = send
        self._started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def fail(self, scope: Scope, receive: Receive, document: problems.ProblemDocument) -> None:
        if self._started:
            raise Unavailable("The answer was cut off.", code="cut_off")
        await problems.answer(document, {"Connection": "close"})(scope, receive, self.send)


class _Body:
    """Refuses, as the framework refuses a request, a body that is too large (before it is read, if it says so itself)
    or too slow."""

    def __init__(self, scope: Scope, receive: Receive, seconds: float, largest: int) -> None:
        self._receive = receive
        self._seconds = seconds
        self._largest = largest
        self._told = _content_length(scope)
        self._read = 0
        self._until: float | None = None
        self._whole = False

    async def receive(self) -> Message:
        """The next message, and the whole body within the time; afterwards only its end is waited for."""
        if self._whole:
            return await self._receive()
        if self._told > self._largest:
            raise HTTPException(413)
        if self._until is None:
            self._until = time.monotonic() + self._seconds
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"The body did not arrive within {self._seconds:g} s.") from None
        self._read += len(message.get("body", b""))
        if self._read > self._largest:
            raise HTTPException(413)
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def _content_length(scope: Scope) -> int:
    text = Headers(scope=scope).get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 20 else 0
