"""Answering on a socket: uvicorn, without its own ideas about signals and logs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

from fastapi import FastAPI
from uvicorn import Config
from uvicorn import Server as Uvicorn

from blockwright.web.sockets import LARGEST_MESSAGE

END_SECONDS = 5
"""What answers that are under way have to end."""


class WebServer:
    """A ``Server``: ``run`` in the main thread or any other; signals are the caller's business."""

    def __init__(
        self, app: FastAPI, listening: socket.socket, url: str, welcome: str, *, after: Callable[[], None]
    ) -> None:
        """``after`` is called when the last answer has been given."""
        self._after = after
        self.url = url
        self.welcome = welcome
        self._listening = listening
        config = Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=END_SECONDS,
            timeout_keep_alive=30,
            http="h11",  # also where a quicker parser is installed: that one takes headers without end
            h11_max_incomplete_event_size=64 * 1024,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,  # a few bytes at a time are not worth the memory of a compressor each
            loop="asyncio",
        )
        self._server = _Quiet(config)

    def run(self, ready: Callable[[], None]) -> None:
        self._server.ready = ready
        try:
            asyncio.run(self._server.serve(sockets=[self._listening]))
        finally:
            self._listening.close()
            self._after()

    def stop(self) -> None:
        if self._server.should_exit:
            self._server.force_exit = True
        self._server.should_exit = True


class _Quiet(Uvicorn):
    """Leaves signals alone, and says when it answers."""

    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None:
            self.ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
