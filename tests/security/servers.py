"""A site behind a real uvicorn on loopback, and requests as bytes: what a client library would mend stays broken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tests.security.sites import City

SECONDS = 20.0


@contextmanager
def listening(city: City) -> Iterator[int]:
    """The port at which the site answers."""
    config = uvicorn.Config(city.app, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive()


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """Send ``request`` as it is; the status and the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return int(answer.split(b" ", 2)[1]), answer


def head(line: str, port: int, *headers: str) -> bytes:
    return "\r\n".join([line, f"Host: localhost:{port}", "Connection: close", *headers, "", ""]).encode()
