"""Case 4: however an address is spelled, what is served is what was judged; and it is judged before a body is read."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Scope

from blockwright.core.access import Permission
from blockwright.web.route_table import RouteTable
from blockwright.web.routing import NEED, Need, Routes, declared_open, needs, signed_in
from tests.security.servers import SECONDS, ask, head, listening
from tests.security.sites import City

SPELLINGS = [
    "{0}/",
    "{0}//",
    "/{0}",
    "/.{0}",
    "/health/..{0}",
    "/health/%2e%2e{0}",
    "/health;{0}",
    "{0};param",
    "{0}%3Bparam",
    "{0}.",
    "{0}.json",
    "{0}%00",
    "{0}%20",
    "{0}%2f",
    "{0}?x=/health",
    "{0}#/health",
    "/health%23{0}",
    "/health?{0}",
    "\\health{0}",
    "http://localhost{0}",
    "{0}/../../../health",
    "{0}/%2e%2e/%2e%2e/health",
]


@pytest.fixture(scope="module")
def port(town: City) -> Iterator[int]:
    with listening(town) as port:
        yield port


@pytest.mark.parametrize("path", ["/api/v1/projects", "/api/v1/people", "/api/v1/projects/shop"])
def test_no_spelling_of_an_address_lets_a_stranger_in(town: City, port: int, path: str) -> None:
    spelled = [spelling.format(path) for spelling in SPELLINGS] + [path.swapcase(), path.replace("api", "%61pi")]
    inside = (b"shop", b"example.com", b"bank")
    for spelling in spelled:
        for method in ("GET", "HEAD", "POST", "get", "X"):
            status, answer = ask(port, head(f"{method} {spelling} HTTP/1.1", port))
            assert status >= 400 or b'"status":"ok"' in answer or method == "HEAD", (method, spelling, answer)
            assert not any(word in answer.lower() for word in inside if word.decode() not in spelling), spelling


@pytest.mark.parametrize(
    "header",
    [
        "X-HTTP-Method-Override: GET",
        "X-Original-URL: /health",
        "X-Rewrite-URL: /health",
        "X-Forwarded-Host: localhost",
        "X-Forwarded-Prefix: /health",
        "X-Forwarded-For: 127.0.0.1",
        "Authorization: Basic b3duZXI6b3duZXI=",
        "Authorization: Bearer",
        "Authorization: Bearer bw_",
        "Cookie: blockwright=1; oauth_token=1",
        "X-API-KEY: anything",
    ],
)
def test_no_header_lets_a_stranger_in(port: int, header: str) -> None:
    assert ask(port, head("GET /api/v1/projects HTTP/1.1", port, header))[0] == 401


def test_refused_before_a_byte_of_the_body_was_sent(port: int) -> None:
    """The body is announced and never comes: an answer that waited for it would not come either."""
    announced = head("POST /api/v1/people HTTP/1.1", port, "Content-Type: application/json", "Content-Length: 1000000")
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(announced)
        assert connection.recv(100).split(b" ")[1] == b"401"


def made_app() -> FastAPI:
    """Each endpoint answers its own template."""
    inner, outer = Routes(prefix="/in"), Routes(prefix="/api")

    @inner.get("/{project}/x")
    @needs(Permission.VIEW)
    def in_project(project: str) -> str:
        return "/api/in/{project}/x"

    @inner.get("/open/x")
    @declared_open
    def never_reached() -> str:
        return "/api/in/open/x"

    @inner.get("/x/open")
    @declared_open
    def before_the_path() -> str:
        return "/api/in/x/open"

    @outer.get("/{path:path}/open")
    @signed_in
    def by_path(path: str) -> str:
        return "/api/{path:path}/open"

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    outer.include_router(inner)
    app.include_router(outer)
    files = StaticFiles(directory=".")
    setattr(files, NEED, Need(open=True))
    app.mount("/static", files)
    app.mount("/closed", StaticFiles(directory="."))
    return app


APP = made_app()
TABLE = RouteTable(APP)
SEGMENTS = st.sampled_from(["in", "open", "x", "", ".", "..", "shop", "X", "a b", "%2e", "é"])


@given(st.lists(SEGMENTS, max_size=4).map(lambda parts: "/".join(["/api", *parts])))
def test_the_gate_and_the_router_find_the_same_route(path: str) -> None:
    scope: Scope = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
    matched, served = TABLE.match(dict(scope)), asyncio.run(reached(scope))
    assert (None if matched is None or matched.allowed else matched.template) == served


async def reached(scope: Scope) -> str | None:
    """The template of the route that the app's own router serves; None: none, or a way round by redirection."""
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message)

    await APP({**scope, "query_string": b"", "raw_path": scope["path"].encode()}, receive, send)
    return json.loads(answers[1]["body"]) if answers[0]["status"] == 200 else None


def test_what_is_mounted_is_closed_unless_it_says_otherwise() -> None:
    scope: Scope = {"type": "http", "method": "GET", "root_path": "", "headers": []}
    opened, closed = (TABLE.match({**scope, "path": path}) for path in ("/static/a.js", "/closed/a.js"))
    assert opened is not None
    assert closed is not None
    assert (opened.need.open, closed.need.open) == (True, False)
