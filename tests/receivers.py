"""Real servers on loopback that keep what they were sent: HTTP and mail, and two that misbehave."""

from __future__ import annotations

import json
import queue
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECONDS = 20.0


@dataclass
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpReceiver:
    """Answers every request with ``status``; ``next`` waits for one."""

    port: int = 0
    status: int = 200
    location: str = ""
    got: queue.Queue[Received] = field(default_factory=queue.Queue)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def next(self) -> Received:
        return self.got.get(timeout=SECONDS)


@contextmanager
def http_receiver(status: int = 200, location: str = "") -> Iterator[HttpReceiver]:
    receiver = HttpReceiver(status=status, location=location)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            receiver.got.put(Received(self.path, dict(self.headers), body))

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(SECONDS)


@contextmanager
def hanging() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextmanager
def dripping() -> Iterator[int]:
    """The port of a server that never ends its answer: a byte now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads: list[Thread] = []

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(0.05)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                    while True:
                        connection.sendall(b"x")
                        try:
                            connection.recv(4096)
                        except TimeoutError:
                            continue
            except OSError:
                return

        threads.append(Thread(target=serve, daemon=True))
        threads[0].start()
        yield listener.getsockname()[1]


def refusing() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class MailServer:
    port: int
    got: queue.Queue[Message]

    def next(self) -> Message:
        return self.got.get(timeout=SECONDS)


@contextmanager
def mail_server(*, login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """Takes every mail; with ``login`` only after these words."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

    got: queue.Queue[Message] = queue.Queue()

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            mail = message_from_bytes(envelope.content or b"")  # type: ignore[arg-type]
            mail["X-Recipients"] = ",".join(envelope.rcpt_tos)
            got.put(mail)
            return "250 OK"

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        words = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=words == login, handled=False)

    options: dict[str, Any] = {}
    if login is not None:
        options = {"authenticator": known, "auth_require_tls": False}
    controller = Controller(Handler(), hostname="127.0.0.1", port=_free(), **options)
    controller.start()
    try:
        yield MailServer(controller.port, got)
    finally:
        controller.stop()


def _free() -> int:
    """aiosmtpd wants to know its port beforehand."""
    return refusing()
