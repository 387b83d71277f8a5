"""A platform of two projects behind the real gate, people of every role, and the requests of a stranger.

Addresses, roles and parameters come from the app's own router: a route that is added is attacked without another line.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from blockwright.adapters.rates.local import LocalRates
from blockwright.compose import Embedded
from blockwright.core.access import Grant, Role
from blockwright.ports.access import Access, Person
from blockwright.services.access import tokens
from blockwright.services.access.audit import command_line
from blockwright.settings import read
from blockwright.web.app import create_app
from blockwright.web.gate import Gate
from blockwright.web.routing import NEED, Need
from blockwright.web.site import Site
from tests.project import Project

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
CODE = """
from blockwright import data_loader


@data_loader
def load(*args, **kwargs):
    return {"rows": 1}
"""
PASSWORD = "an unlikely sequence of words"
LOCAL = command_line("test")


class SetClock:
    """Goes on by itself, and further when told to."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return self.now().timestamp()


@dataclass(frozen=True)
class Address:
    """One route: its method, its path with names of parameters, and what it says that it needs."""

    method: str
    template: str
    need: Need

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)(?::\w+)?}", self.template)

    def filled(self, **values: str) -> str:
        """The path; a parameter that is not given is `1`, which is a number as well as a name."""
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], "1"), self.template)

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass
class City:
    """``people`` by name of their role and place; each has a token that may all that they may."""

    platform: Embedded
    site: Site
    app: FastAPI
    clock: SetClock
    root: Path
    people: dict[str, Person] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def access(self) -> Access:
        return self.site.access

    def join(self, name: str, *grants: Grant, password: str | None = None) -> Person:
        """A person with these grants, and a token."""
        hashed = None if password is None else self.access.passwords.hash(password)
        person = self.access.store.add_person(
            f"{name.replace(' ', '.')}@example.com", name, hashed, grants, self.clock.now()
        )
        self.people[name] = person
        self.secrets[name] = tokens.new(self.access, LOCAL, person, "test").secret
        return person

    def call(self, method: str, path: str, *, by: str | None = None, **options: Any) -> httpx.Response:
        """Over ASGI in this process; ``by`` sends the token of that person."""
        headers = {**({"Authorization": f"Bearer {self.secrets[by]}"} if by else {}), **options.pop("headers", {})}
        return asyncio.run(self._call(method, path, headers, options))

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], options: dict[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(
            app=options.pop("app", self.app), client=(options.pop("client", "127.0.0.1"), 1)
        )
        base = options.pop("base", "http://localhost")
        async with httpx.AsyncClient(
            transport=transport, base_url=base, cookies=options.pop("cookies", None)
        ) as client:
            return await client.request(method, path, headers=headers, **options)

    def judge(self, method: str, path: str, *, by: str) -> httpx.Response:
        """What the gate says; 299 when it lets the request through, which then goes no further."""

        async def let_through(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body"})

        return self.call(method, path, by=by, app=Gate(let_through, self.app))

    def addresses(self) -> list[Address]:
        return addresses(self.app)


def addresses(app: FastAPI) -> list[Address]:
    """Every route and method of the app; sockets have none, and a test of their own (`test_18_sockets.py`)."""
    return [
        Address(method, context.path or "", getattr(context.endpoint, NEED, Need()))
        for context in iter_route_contexts(app.routes)
        if not isinstance(context.original_route, WebSocketRoute)
        for method in sorted(context.methods or {"GET"})
    ]


def open_city(folder: Path, **site: Any) -> City:
    for name in ("shop", "bank"):
        project = Project(folder / name)
        project.root.mkdir(parents=True)
        for pipeline in ("sales", "stock"):
            project.pipeline(pipeline, {"kind": "loader", "id": f"{name}_{pipeline}", "code": CODE})
    (folder / "settings.yaml").write_text("projects:\n  shop: {}\n  bank: {}\n")
    platform = Embedded(read({"PATH": "/usr/bin:/bin", "BLOCKWRIGHT_SLOTS": "1"}))
    installation = platform.installation(folder)
    clock = SetClock()
    shared = installation.access
    access = Access(shared.store, shared.passwords, LocalRates(clock.monotonic), clock, shared.publish)
    made = Site(installation, access, "0.0", **site)
    city = City(platform, made, create_app(made, gate=Gate), clock, folder)
    city.join("owner", Grant(Role.OWNER))
    for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
        city.join(role.value, Grant(role))
        city.join(f"{role.value} of shop", Grant(role, "shop"))
        city.join(f"{role.value} of sales", Grant(role, "shop", "sales"))
    city.join("nobody")
    return city
