"""``health``: the parts of an installation, asked from a terminal."""

from __future__ import annotations

import socket

import pytest

from tests.project import Project
from tests.servers import serving

ONE = "@custom\ndef one(*args, **kwargs):\n    return 1\n"


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": ONE})
    return project


def nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_what_does_not_run_is_named_and_the_exit_code_says_so(shop: Project) -> None:
    done = shop.run("health", "--web", nobody(), "--predictions", nobody(), "--json")
    assert (done.code, done.json["healthy"]) == (1, False)
    told = {one["part"]: one["told"] for one in done.json["parts"]}
    assert set(told) == {"web", "scheduler", "predictions"}
    assert "does not answer" in told["web"]
    assert "no engine has said" in told["scheduler"]


def test_those_that_run_are_healthy_as_soon_as_they_do(shop: Project) -> None:
    with serving(shop) as server:
        done = shop.run("health", "web", "scheduler", "--web", server.url, "--wait", "60")
        assert done.code == 0, done.out
        assert "✓ web" in done.out
        assert "slots" in done.out


def test_a_server_that_answers_something_else_is_not_healthy(shop: Project) -> None:
    with serving(shop, "--no-scheduler") as server:
        done = shop.run("health", "predictions", "--predictions", f"{server.url}/nowhere")
        assert done.code == 1
        assert "answers with" in done.out


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1", "http://:1", "http://127.0.0.1:port"])
def test_what_is_no_address_is_refused(shop: Project, address: str) -> None:
    done = shop.run("health", "web", "--web", address)
    assert done.code == 2
    assert "no address" in done.err
