"""A route is what it was declared as, whenever that is worked out."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel

from blockwright.web.routing import LateRoute, Routes, declared_open


class Sum(BaseModel):
    total: int


@pytest.fixture
def routes() -> Routes:
    made = Routes(prefix="/sums", tags=["sums"])

    @made.get("/{first}")
    @declared_open
    def add(first: int, second: Annotated[int, Query(ge=0)] = 1) -> Sum:
        """Add two numbers."""
        return Sum(total=first + second)

    return made


def test_matching_needs_nothing_of_it(routes: Routes) -> None:
    (route,) = routes.routes
    assert isinstance(route, LateRoute)
    scope = {"type": "http", "method": "GET", "path": "/sums/4", "root_path": "", "headers": []}
    match, found = route.matches(scope)
    assert (match.name, found["path_params"]) == ("FULL", {"first": "4"})
    assert route.matches({**scope, "method": "PUT"})[0].name == "PARTIAL"
    assert "dependant" not in vars(route)


def test_callers_who_come_first_together_are_answered_alike(routes: Routes) -> None:
    app = FastAPI()
    app.router.routes.extend(routes.routes)
    at_once = Barrier(8)

    async def ask(number: int) -> tuple[int, object]:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://sums") as client:
            answer = await client.get(f"/sums/{number}", params={"second": number - 1})
        return answer.status_code, answer.json().get("total")

    def call(number: int) -> tuple[int, object]:
        at_once.wait(30)
        return asyncio.run(ask(number))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert answers == [(422, None), *((200, 2 * number - 1) for number in range(1, 8))]


def test_it_is_described_as_it_was_declared(routes: Routes) -> None:
    app = FastAPI()
    app.router.routes.extend(routes.routes)
    described = app.openapi()["paths"]["/sums/{first}"]["get"]
    assert (described["tags"], described["operationId"], described["description"]) == (
        ["sums"],
        "add",
        "Add two numbers.",
    )
    assert [parameter["name"] for parameter in described["parameters"]] == ["first", "second"]
    shown = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert shown == {"$ref": "#/components/schemas/Sum"}


def test_what_it_has_not_is_missed_and_a_mistake_in_it_is_told_each_time() -> None:
    routes = Routes()

    @routes.get("/odd")
    @declared_open
    def odd(thing: object()) -> None:  # type: ignore[valid-type]
        """Its parameter is of no type."""

    (route,) = routes.routes
    for _ in range(2):
        with pytest.raises(Exception, match=r"thing|object"):
            _ = route.dependant  # type: ignore[attr-defined]
    whole = LateRoute("/whole", lambda: None)
    assert whole.dependant is not None
    with pytest.raises(AttributeError, match="nowhere"):
        _ = whole.nowhere
