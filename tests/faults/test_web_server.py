"""SIGSTOP and SIGKILL to the web server's process, at work or idle: callers get an answer or a clean break, what was
answered is kept, what was asked once happens once, and the next start goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.project import Project
from tests.servers import Serving, child, serving

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

SMALL = "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"
RUNS = "/api/v1/projects/shop/runs"
CALLERS, CALLS = 4, 15
SECONDS = 60.0


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": SMALL})
    return project


def ask(client: httpx.Client, key: str) -> int:
    """Ask for a run; the same key asks for the same run."""
    answer = client.post(RUNS, json={"pipeline": "p"}, headers={"Idempotency-Key": key})
    answer.raise_for_status()
    return int(answer.json()["id"])


def runs_of(client: httpx.Client) -> dict[int, str]:
    answer = client.get(RUNS, params={"limit": 200})
    answer.raise_for_status()
    return {run["id"]: run["state"] for run in answer.json()["items"]}


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def test_what_a_killed_server_answered_is_kept_and_asked_again_happens_once(shop: Project) -> None:
    answered: dict[str, int] = {}
    broken: list[httpx.HTTPError] = []
    some = threading.Event()

    def call(server: Serving, like: httpx.Client, caller: int) -> None:
        with server.somebody(like) as client:
            for number in range(CALLS):
                try:
                    answered[f"{caller}-{number}"] = ask(client, f"{caller}-{number}")
                except httpx.TransportError as error:  # a break, and not a wait without end
                    broken.append(error)
                    return
                if len(answered) >= CALLERS * CALLS // 3:
                    some.set()

    with serving(shop, "--grace", "5") as server, server.signed_in() as first:
        with ThreadPoolExecutor(CALLERS) as pool:
            calls = [pool.submit(call, server, first, caller) for caller in range(CALLERS)]
            assert some.wait(SECONDS)
            server.process.kill()
            for each in calls:
                each.result(SECONDS)
        server.process.wait(SECONDS)
    port = str(urlsplit(server.url).port)  # a session's cookie is named after it
    with serving(shop, "--grace", "5", "--port", port) as server, server.somebody(first) as client:
        for key, run in answered.items():
            assert ask(client, key) == run
        asked = {f"{caller}-{number}": 0 for caller in range(CALLERS) for number in range(CALLS)}
        asked = {key: ask(client, key) for key in asked}
        assert len(set(asked.values())) == CALLERS * CALLS
        until(lambda: set(runs_of(client).values()) == {"completed"})
        assert runs_of(client).keys() == set(asked.values())


def test_a_killed_server_breaks_open_streams(shop: Project) -> None:
    with serving(shop, "--grace", "5") as server, server.signed_in() as client:
        with client.stream("GET", "/api/v1/projects/shop/events") as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith(("id:", "event: ready"))
            server.process.kill()
            with pytest.raises(httpx.TransportError):
                list(lines)
        server.process.wait(SECONDS)


def test_a_stopped_server_holds_nobody_who_drives_runs_and_answers_when_it_goes_on(shop: Project) -> None:
    with serving(shop, "--grace", "5") as server, server.signed_in() as client:
        child(server.process.pid, "scheduler")
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            run = shop.report("run", "p", "--detach")["run"]
            until(lambda: shop.report("show", str(run))["state"] == "completed")
            with server.somebody(client) as other, pytest.raises(httpx.TimeoutException):
                other.get(RUNS, timeout=0.5)
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(ask, client, "while it stood")
                os.kill(server.process.pid, signal.SIGCONT)
                made = waiting.result(SECONDS)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        assert ask(client, "while it stood") == made
        until(lambda: runs_of(client) == {run: "completed", made: "completed"})
