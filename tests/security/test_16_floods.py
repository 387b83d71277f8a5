"""Case 16: bodies that are too large or too slow, and connections that never end, cost others nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.servers import SECONDS, ask, head, listening
from tests.security.sites import City, open_city


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[City, int]]:
    folder: Path = tmp_path_factory.mktemp("floods")
    city = open_city(folder, body_seconds=1.0)
    with listening(city) as port:
        yield city, port
    city.platform.close()


def test_a_body_of_a_gigabyte_is_refused_by_its_length(served: tuple[City, int]) -> None:
    city, port = served
    for path, token in (("/api/v1/session", ""), ("/api/v1/me/tokens", city.secrets["owner"])):
        headers = ["Content-Type: application/json", f"Content-Length: {2**30}"]
        status, _ = ask(
            port, head(f"POST {path} HTTP/1.1", port, *headers, *([f"Authorization: Bearer {token}"] if token else []))
        )
        assert status == 413, path


def test_a_body_without_length_is_cut_off(served: tuple[City, int]) -> None:
    _, port = served
    request = head(
        "POST /api/v1/session HTTP/1.1", port, "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    chunk = b"%x\r\n%s\r\n" % (65536, b" " * 65536)
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(request)
        try:
            for _ in range(1000):
                connection.sendall(chunk)
        except OSError:
            return  # cut off while we were still sending
        assert connection.recv(100).split(b" ")[1] == b"413"


def test_a_body_that_does_not_come_is_not_waited_for(served: tuple[City, int]) -> None:
    _, port = served
    status, _ = ask(
        port,
        head("POST /api/v1/session HTTP/1.1", port, "Content-Type: application/json", "Content-Length: 100") + b"{",
    )
    assert status == 408


def test_connections_that_say_nothing_hold_nobody_up(served: tuple[City, int]) -> None:
    _, port = served
    idle = [socket.create_connection(("127.0.0.1", port), timeout=SECONDS) for _ in range(200)]
    try:
        for number, connection in enumerate(idle):
            connection.sendall(b"GET /health HTTP/1.1\r\n" if number % 2 else b"G")
        assert ask(port, head("GET /health HTTP/1.1", port))[0] == 200
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"email":' * 50_000,
        b'{"email": "' + b"a" * 900_000 + b'"}',
        b"\xff\xfe",
        b"{" + b'"a":1,' * 100_000,
    ],
    ids=["brackets", "objects", "text", "no text", "keys"],
)
def test_a_body_that_is_hard_to_read_is_an_error_of_the_caller(served: tuple[City, int], body: bytes) -> None:
    city, _ = served
    answer = city.call("POST", "/api/v1/session", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500


def test_many_headers_and_long_addresses(served: tuple[City, int]) -> None:
    _, port = served
    for line, headers in (
        (f"GET /{'a' * 200_000} HTTP/1.1", []),
        ("GET /health HTTP/1.1", [f"X-{number}: {'a' * 100}" for number in range(5000)]),
        ("GET /health HTTP/1.1", [f"Cookie: {'a=b; ' * 20_000}"]),
    ):
        try:
            status, _ = ask(port, head(line, port, *headers))
        except (OSError, IndexError, ValueError):
            continue  # cut off without an answer
        assert status in (200, 400, 401, 404, 413, 414, 431)
    assert ask(port, head("GET /health HTTP/1.1", port))[0] == 200
