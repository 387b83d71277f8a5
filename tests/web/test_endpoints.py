"""What is served, over HTTP, with a prediction service that really answers beside it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from blockwright.core.access import Permission
from blockwright.web import endpoints
from blockwright.web.routing import NEED
from tests.project import Project
from tests.serving.test_service import answering
from tests.web.conftest import Server

FIT = """
    class Constant:
        def __init__(self, answer):
            self.answer = answer

        def predict(self, frame):
            if len(frame) > 2:
                raise ValueError("too many")
            return [self.answer] * len(frame)

    @custom
    def fit(*args, answer=1, **kwargs):
        return Constant(answer)
"""
FIELDS = [{"name": name, "type": "number", "nullable": False} for name in ("a", "b")]


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    """Version 1 is promoted, 2 a challenger."""
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    server = serve()
    for answer in (1, 2):
        run = int(server.call("POST", "runs", json={"pipeline": "train", "variables": {"answer": answer}}).json()["id"])
        assert server.drive(run).state == "completed"
        body = {"run": run, "block": "fit", "signature": {"inputs": FIELDS, "outputs": []}}
        assert server.call("POST", "models/delay/versions", json=body).status_code == 201
    assert server.call("POST", "models/delay/promote", json={"version": "1"}).status_code == 200
    return server


def predict(server: Server, rows: int, **row: float) -> Any:
    return server.call("POST", "models/delay/predict", json={"instances": [row or {"a": 1, "b": 2}] * rows})


def test_without_a_service_what_should_answer_is_still_told(server: Server) -> None:
    said = server.get("endpoints").json()
    assert said["service"]["state"] == "off"
    (one,) = said["endpoints"]
    assert (one["endpoint"]["version"], one["versions"], one["problem"]) == (1, [], "")
    refused = predict(server, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "serving_off")


@pytest.mark.slow
def test_the_service_is_found_asked_and_its_figures_told(server: Server) -> None:
    wish = {"mode": "split", "challenger": 2, "share": 1.0}
    with answering(server.project) as service:
        said = server.get("endpoints").json()
        assert (said["service"]["state"], said["service"]["url"]) == ("up", service.url)
        answered = predict(server, 2).json()
        assert (answered["predictions"], answered["version"]) == ([1, 1], 1)
        failed = predict(server, 3)
        assert (failed.status_code, failed.json()["code"]) == (422, "model_failed")
        wrong = predict(server, 1, b=1)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_field")
        missing = server.call("POST", "models/tips/predict", json={"instances": [{}]})
        assert (missing.status_code, missing.json()["code"]) == (404, "model_not_found")
        assert server.call("PUT", "models/delay/traffic", json=wish).status_code == 200
        service.until_version(2)
        champion, challenger = server.get("endpoints").json()["endpoints"][0]["versions"]
        assert (champion["version"], champion["role"], champion["requests"], champion["rows"], champion["errors"]) == (
            *(1, "champion"),
            *(champion["requests"], champion["requests"] + 3, 1),
        )
        assert (challenger["version"], challenger["role"]) == (2, "challenger")
        assert challenger["requests"] >= 1
    assert server.get("endpoints").json()["service"]["state"] == "off"


@pytest.mark.slow
def test_a_service_that_wants_a_token_gets_it_and_one_that_hangs_is_told_of(server: Server) -> None:
    with answering(server.project, environ={"BLOCKWRIGHT_SERVING_TOKEN": "another"}):
        refused = predict(server, 1)
        assert (refused.status_code, refused.json()["code"]) == (503, "serving_token")
        assert server.get("endpoints").json()["service"]["state"] == "away"
    with answering(server.project, "--host", "0.0.0.0") as service:
        assert predict(server, 1).json()["predictions"] == [1]
        child = service.child()
        service.process.send_signal(signal.SIGSTOP)
        try:
            os.kill(child, signal.SIGKILL)
            said = server.get("endpoints").json()["service"]
            assert said["state"] == "away"
            assert "does not answer" in said["problem"]
        finally:
            service.process.send_signal(signal.SIGCONT)


def test_looking_is_for_viewers_and_asking_is_not() -> None:
    needed = {
        route.endpoint.__name__: getattr(route.endpoint, NEED).permission
        for route in endpoints.routes.routes
        if isinstance(route, APIRoute)
    }
    assert needed == {"list_endpoints": Permission.VIEW, "predict": Permission.RUN}
