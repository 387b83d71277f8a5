"""The description of the API: complete, and true to what the server answers, whatever it is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies

from blockwright.web import problems
from tests.project import Project
from tests.web.conftest import Server

EXAMPLES = int(os.environ.get("BLOCKWRIGHT_TEST_API_EXAMPLES", "5"))
"""Calls made up for each route; some hundreds find more."""

STREAMS = ("/events", "/logs/follow")


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(): return 1"})
    return serve()


def test_every_route_is_described(server: Server) -> None:
    document = server.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = f"{method} {path}"
            assert operation.get("summary"), told
            assert operation["operationId"], told
            assert any(code.startswith(("2", "3")) for code in operation["responses"]), told
            if path.startswith("/api/v1") and "{project}" in path:
                assert {"401", "403", "404"} <= operation["responses"].keys(), told
    ids = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_nothing_that_is_asked_breaks_the_server(server: Server) -> None:
    """Made-up calls of every route: none is answered by 5xx, nor otherwise than described."""
    run = int(server.call("POST", "runs", json={"pipeline": "sales"}).json()["id"])
    server.drive(run)
    there = {"project": "shop", "pipeline": "sales", "run": run, "other": run, "block": "load", "name": "load"}
    broken: list[str] = []
    schema = schemathesis.openapi.from_dict(server.get("/api/v1/openapi.json").json())
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.endswith(STREAMS):
            described = {code: set(answer.get("content", {})) for code, answer in _responses(operation).items()}
            try:
                _ask(server, operation, described, there)
            except AssertionError as error:
                broken.append(str(error).partition("\nassert")[0])
    assert not broken, "\n".join(broken)


def _responses(operation: Any) -> dict[str, Any]:
    found: dict[str, Any] = operation.definition.raw["responses"]
    return found


def _ask(server: Server, operation: Any, described: Mapping[str, set[str]], there: Mapping[str, Any]) -> None:
    quiet = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @quiet
    @given(case=operation.as_strategy(), known=strategies.integers(0, 3))
    def ask(case: Any, known: int) -> None:
        if known:  # else the made-up names, which are hardly ever there
            case.path_parameters.update({name: there[name] for name in case.path_parameters if name in there})
        options = case.as_transport_kwargs(base_url="http://localhost")
        told = f"{case.method} {options['url']} {options.get('json', options.get('data'))!r:.300}"
        answer = server.call(
            case.method,
            options["url"],
            params=options.get("params"),
            headers=dict(options.get("headers") or {}),
            **{"json" if "json" in options else "content": options.get("json", options.get("data"))},
        )
        assert answer.status_code < 500, f"{told}: {answer.text}"
        known_answer = answer.status_code >= 400 or str(answer.status_code) in described
        assert known_answer, f"{told}: {answer.status_code} {answer.text}"
        if answer.content and answer.status_code >= 400 and operation.path.startswith("/api/v1/"):
            assert answer.headers["content-type"] == problems.MEDIA_TYPE, told

    ask()
