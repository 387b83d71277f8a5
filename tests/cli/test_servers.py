"""``start``, ``server`` and ``scheduler`` as somebody at a terminal has them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.project import Project
from tests.servers import child, serving

ONE = "@custom\ndef one(*args, **kwargs):\n    return 1\n"


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": ONE})
    return project


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_start_answers_drives_runs_and_leaves_nothing_behind(shop: Project, number: signal.Signals) -> None:
    with serving(shop) as server:
        assert server.get("/health") == (200, {"status": "ok", "tracking": "off"})
        assert "password" in server.welcome
        run = shop.report("run", "p", "--detach")["run"]
        child(server.process.pid, "scheduler")
        wait_until_ended(shop, run)
        assert server.end(number) == 0
    assert os.listdir(shop.root / ".blockwright" / "bus") == []


def test_the_owner_is_told_how_to_sign_in_once_only(shop: Project) -> None:
    with serving(shop, "--no-scheduler") as server:
        assert "password" in server.welcome
    with serving(shop, "--no-scheduler") as server:
        assert server.welcome == ""


def test_a_second_start_says_who_holds_the_data_folder(shop: Project) -> None:
    with serving(shop, "--no-scheduler") as server:
        second = shop.run("start", "--port", "0", "--json")
        assert second.code == 2
        error = second.json["error"]
        assert error["code"] == "data_held"
        assert f"process {server.process.pid}" in error["message"]
        assert server.url in error["message"]
        server.process.kill()
        server.process.wait()
    with serving(shop, "--no-scheduler"):
        pass


def test_a_taken_port_is_named_with_who_has_it(shop: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = shop.run("start", "--port", port, "--json")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "port_taken"
    assert f"Port {port}" in refused.json["error"]["message"]
    assert f"process {os.getpid()}" in refused.json["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--port", "http"), 2, "no port"),
        (("--port", "70000"), 2, "no port"),
        (("--port", "0", "--host", "no.such.host.invalid"), 2, "no address of this machine"),
        (("--grace", "-1"), 2, "grace"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_reason(
    shop: Project, arguments: tuple[str, ...], code: int, word: str
) -> None:
    refused = shop.run("start", "--json", *arguments)
    assert refused.code == code
    assert word in refused.json["error"]["message"]


def test_outside_of_a_project_the_way_to_make_one_is_told(project: Project) -> None:
    refused = project.run("start", "--json")
    assert refused.code == 2
    assert "blockwright init" in refused.json["error"]["hint"]


@pytest.mark.fault
def test_a_scheduler_that_is_killed_is_started_again_and_its_runs_go_on(shop: Project) -> None:
    with serving(shop) as server:
        first = child(server.process.pid, "scheduler")
        os.kill(first, signal.SIGKILL)
        wait_until_ended(shop, shop.report("run", "p", "--detach")["run"])
        assert child(server.process.pid, "scheduler") != first


@pytest.mark.fault
def test_when_the_server_is_killed_everything_below_it_ends(shop: Project) -> None:
    with serving(shop) as server:
        child(server.process.pid, "scheduler")
        server.process.kill()


def test_server_and_scheduler_run_apart(shop: Project) -> None:
    with serving(shop, command="server") as server:
        assert server.get("/health")[0] == 200
        run = shop.report("run", "p", "--detach")["run"]
        scheduler = shop.start("scheduler")
        try:
            wait_until_ended(shop, run)
        finally:
            scheduler.send_signal(signal.SIGTERM)
            scheduler.communicate(timeout=60)
        assert scheduler.returncode == 0


def wait_until_ended(project: Project, run: int) -> None:
    """Wait for the record; each look is a command of its own, as a person would."""
    for _ in range(100):
        if project.report("show", str(run))["state"] == "completed":
            return
    raise AssertionError(project.report("why", str(run)))


HELD = """
import os, signal, sys
from threading import Event
from blockwright.cli.servers import _on_signals

stopped = Event()
_on_signals((signal.SIGTERM,), stopped.set)
with stopped._cond:  # as the main thread has it for a moment whenever it begins to wait
    os.kill(os.getpid(), signal.SIGTERM)
    sum(range(1000))
assert stopped.wait(30)
"""


def test_a_signal_at_the_worst_moment_is_heard() -> None:
    subprocess.run([sys.executable, "-c", HELD], check=True, timeout=60)
