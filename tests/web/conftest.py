"""A site over a project in a temporary folder, called in process by somebody with given rights."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from blockwright.compose import Embedded
from blockwright.core.access import Actor, Grant, Role
from blockwright.core.runs.model import Run
from blockwright.ports.access import Person
from blockwright.services.access import tokens
from blockwright.services.access.audit import By
from blockwright.settings import read
from blockwright.web.app import create_app
from blockwright.web.site import Site
from tests.adapters.db.conftest import postgres_url
from tests.project import Project

__all__ = ["postgres_url"]  # a fixture of this folder, too

OWNER = Actor(0, "ada@example.com", (Grant(Role.OWNER),))


@dataclass
class StandIn:
    """In place of the gate: whoever ``actor`` is has been let in."""

    actor: Actor = OWNER

    def __call__(self, app: ASGIApp, _: FastAPI) -> ASGIApp:
        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {}).update(actor=self.actor, session="", cookie="blockwright")
            await app(scope, receive, send)

        return gated


@dataclass
class Server:
    """``call`` makes a request as the gate's actor; a path without leading slash is one of the project."""

    platform: Embedded
    site: Site
    gate: StandIn
    app: FastAPI
    project: Project

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._call(method, self.address(path), options))

    async def _call(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)

    def address(self, path: str) -> str:
        return path if path.startswith(("http:", "/")) else f"/api/v1/projects/shop/{path}"

    def token_of(self, person: Person) -> int:
        """A token of that person that is valid for ever."""
        return self._new_token(person).token.id

    def secret_of(self, person: Person) -> str:
        return self._new_token(person).secret

    def _new_token(self, person: Person) -> tokens.NewToken:
        by = By(Actor(person.id, person.email, person.grants))
        return tokens.new(self.site.access, by, person, "test")

    def drive(self, run: int) -> Run:
        """Let an engine of this process drive a run to its end."""
        driver = self.platform.driver(self.project.root, observer=lambda *_: None, progress=lambda *_: None)
        driver.take(run)  # type: ignore[arg-type]
        return driver.drive(run)  # type: ignore[arg-type]


CORE = (
    "test_backfills",
    "test_catalog",
    "test_experiments",
    "test_live",
    "test_mage",
    "test_models",
    "test_monitors",
    "test_notes",
    "test_oversight",
    "test_overview",
    "test_projects",
    "test_runs",
    "test_triggers",
    "test_workspace",
)
"""What is called on PostgreSQL as well: everything that asks the records for more than one row."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in CORE and "records" in metafunc.fixturenames:
        grown = pytest.param("postgres", marks=(pytest.mark.postgres, pytest.mark.slow))
        metafunc.parametrize("records", ["sqlite", grown], indirect=True)


@pytest.fixture
def records(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The settings that say where the records are."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return {}
    return {"BLOCKWRIGHT_DATABASE_URL": request.getfixturevalue("postgres_url")}


@pytest.fixture
def serve(project: Project, records: Mapping[str, str]) -> Iterator[Callable[[], Server]]:
    """Opens the project as it is now; closes what was opened."""
    opened: list[Server] = []

    def start() -> Server:
        settings = {"PATH": "/usr/bin:/bin", "BLOCKWRIGHT_SLOTS": "2", "BLOCKWRIGHT_ALERT_HOSTS": "127.0.0.0/8"}
        platform = Embedded(read({**settings, **records}))
        installation = platform.installation(project.root)
        access = platform.access(installation.data)
        site = Site(installation, access, "0.0", body_seconds=1.0)
        gate = StandIn()
        server = Server(platform, site, gate, create_app(site, gate=gate), project)
        opened.append(server)
        return server

    yield start
    for server in opened:
        server.app.state.live.close()
        server.platform.close()


@dataclass
class Listening:
    """A server on a socket of its own."""

    server: Server
    address: str

    @contextmanager
    def follow(self, path: str, **headers: str) -> Iterator[Iterator[tuple[str, Any, str]]]:
        with httpx.stream("GET", f"{self.address}{self.server.address(path)}", headers=headers, timeout=20) as answer:
            assert answer.status_code == 200, answer.read()
            yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any, str]]:
    """Name, data and id of each event."""
    found: dict[str, str] = {}
    for line in lines:
        if not line and "event" in found:
            yield found["event"], json.loads(found["data"]), found.get("id", "")
        if not line:
            found = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value


@pytest.fixture
def listen(serve: Callable[[], Server]) -> Iterator[Callable[[], Listening]]:
    """As ``serve``, on a socket."""
    opened: list[tuple[Listening, uvicorn.Server, threading.Thread, socket.socket]] = []

    def start() -> Listening:
        server = serve()
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(server.app, log_level="critical", lifespan="off", timeout_graceful_shutdown=5)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, args=([listener],))
        thread.start()
        found = Listening(server, f"http://127.0.0.1:{listener.getsockname()[1]}")
        opened.append((found, running, thread, listener))
        return found

    yield start
    for found, running, thread, listener in opened:
        found.server.app.state.live.close()
        running.should_exit = True
        thread.join(20)
        listener.close()
        assert not thread.is_alive()
