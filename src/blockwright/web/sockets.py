"""Open websockets: what they send and hear, how much at most, and when they end.

The gate has judged the upgrade as it judges a request. What was true then may end: ``following.Live`` looks after open
sockets as after open answers, and closes those of people who lost the right, or whose session is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import BlockwrightError, Unavailable
from blockwright.web.streams import Stream

LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes that any socket reads of one message; what a socket takes in the end is less."""

NORMAL, POLICY, TOO_BIG, TRY_LATER = 1000, 1008, 1009, 1013
"""Codes of a close: it is over; it may not be; the message was too big; the server cannot now."""

Message = str | bytes


@dataclass(eq=False, kw_only=True)
class SocketStream(Stream):
    """An open socket in the eyes of ``Live``: ``permission`` in the project (empty: everywhere) keeps it open."""

    permission: Permission

    def stays_for(self, actor: Actor) -> bool:
        return actor.may(self.permission, self.project)


class Refused(Exception):
    """The socket is closed with ``code`` and a machine word as reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass
class Allowance:
    """A bucket: ``burst`` units at once, ``rate`` a second. Who takes more is refused."""

    burst: float
    rate: float
    _left: float = field(init=False)
    _at: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        self._left = self.burst

    def take(self, units: float) -> None:
        now = time.monotonic()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        self._left -= units
        if self._left < 0:
            raise Refused(POLICY, "too_fast")


async def messages(socket: WebSocket, *, largest: int, count: Allowance, size: Allowance) -> AsyncIterator[Message]:
    """What comes in, until the other side goes. Raises Refused for one that is too large, or for too many."""
    while True:
        try:
            event = await socket.receive()
        except WebSocketDisconnect:
            return
        if event["type"] == "websocket.disconnect":
            return
        text = event.get("text")
        message: Message = text if text is not None else event.get("bytes") or b""
        length = len(message.encode("utf-8", "surrogatepass")) if isinstance(message, str) else len(message)
        if length > largest:
            raise Refused(TOO_BIG, "too_big")
        count.take(1)
        size.take(length)
        yield message


async def converse(
    socket: WebSocket,
    stream: SocketStream,
    *,
    hear: Callable[[], Awaitable[None]],
    speak: Callable[[], Awaitable[None]],
) -> None:
    """Hear and speak until one of them is done, or the stream is ended from outside; then close."""
    code, reason = NORMAL, ""
    tasks = [asyncio.ensure_future(work()) for work in (hear, speak, lambda: _ended(stream))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[2] in done:
            code, reason = POLICY, "ended"
        for task in done:
            task.result()
    except Refused as refused:
        code, reason = refused.code, refused.reason
    except Unavailable as error:
        code, reason = TRY_LATER, error.code
    except BlockwrightError as error:
        code, reason = POLICY, error.code
    except (WebSocketDisconnect, RuntimeError):
        pass  # gone while we spoke
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(code, reason)


async def _ended(stream: SocketStream) -> None:
    """Until ``Live`` ends the stream."""
    while await stream.queue.get() is not None:
        pass
