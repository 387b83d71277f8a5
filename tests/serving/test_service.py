"""`blockwright serve` as a user has it: it answers, swaps versions under load, and comes back when it is killed."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from tests.processes import gone, marked
from tests.project import Project
from tests.servers import MARK, SECONDS, children, serving

pytestmark = pytest.mark.slow

FIT = """
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from blockwright import register_model

    @custom
    def fit(*args, scale=1.0, **kwargs):
        frame = pd.DataFrame({"a": [0.0, 1.0, 0.0, 2.0], "b": [0.0, 0.0, 1.0, 3.0]})
        model = LinearRegression().fit(frame, scale * frame.sum(axis=1))
        return register_model("delay", model, metrics={"mae": 1.0 / scale}, example=frame, held_out=frame)
"""
PUBLISH = """
    from blockwright import promote_model

    @custom
    def publish(version, *args, **kwargs):
        return promote_model("delay", version)["endpoint"]["version"]
"""


@dataclass
class Answering:
    """A prediction service; ``process`` is the one that stays, below it the one that answers."""

    process: subprocess.Popen[str]
    url: str

    def ask(self, *features: float) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/predict", json={"features": list(features)}, timeout=SECONDS)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}", timeout=SECONDS).json()

    def until_version(self, version: int) -> None:
        deadline = time.monotonic() + SECONDS
        while self.ask(1, 2)["version"] != version:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def child(self) -> int:
        (found,) = children(self.process.pid)
        return found


@contextmanager
def answering(project: Project, *arguments: str, environ: dict[str, str] | None = None) -> Iterator[Answering]:
    project.environ = {**project.environ, MARK: str(project.root)}
    process = project.start("serve", "--port", "0", "--json", *arguments, environ=environ)
    try:
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], SECONDS)
        line = process.stdout.readline() if readable else ""
        assert line, process.stderr.read() if process.stderr and not readable else ""
        yield Answering(process, json.loads(line)["url"])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
        gone(marked(str(project.root)), SECONDS)


def training(project: Project) -> None:
    publish = {"kind": "custom", "id": "publish", "code": PUBLISH, "after": ["fit"]}
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT}, publish)


@pytest.fixture
def trained(project: Project) -> Project:
    """Version 1 answers; `train` makes another one, whose answers are `scale` times as large."""
    project.pipeline(
        "train",
        {"kind": "custom", "id": "fit", "code": FIT},
        {"kind": "custom", "id": "publish", "code": PUBLISH, "after": ["fit"]},
    )
    assert project.run("run", "train").code == 0
    return project


def rows_written(project: Project) -> int:
    import pyarrow as pa

    found = (project.root / ".blockwright" / "predictions").rglob("*.arrow")
    return sum(pa.ipc.open_file(path).read_all().num_rows for path in found)


def test_what_is_served_is_seen_and_asked_from_the_terminal(trained: Project) -> None:
    off = trained.report("endpoints")
    assert (off["service"]["state"], off["endpoints"][0]["versions"]) == ("off", [])
    refused = trained.report("endpoints", "predict", "delay", "--row", "{}")
    assert (refused["exit"], refused["error"]["code"]) == (2, "serving_off")
    row = '{"a": 1.0, "b": 2.0}'
    with answering(trained) as service:
        said = trained.report("endpoints", "predict", "delay", "--row", row, "--file", "-", stdin=f"[{row}]")
        assert (said["version"], said["predictions"]) == (1, pytest.approx([3.0, 3.0]))
        shown = trained.report("endpoints")
        assert shown["service"]["url"] == service.url
        assert [(one["version"], one["rows"]) for one in shown["endpoints"][0]["versions"]] == [(1, 2)]
        for wrong in ("nothing", "[1]"):
            said = trained.report("endpoints", "predict", "delay", "--row", wrong)
            assert said["error"]["code"] == "row"


def test_what_was_promoted_answers_and_the_next_promotion_answers_without_a_restart(trained: Project) -> None:
    latest = json.loads((trained.root / "model_registry" / "latest.json").read_text())
    with answering(trained) as service:
        said = service.ask(1, 2)
        assert (said["model"], said["version"], said["predictions"]) == ("delay", 1, pytest.approx([3.0]))
        assert service.get("/models")["models"][0]["sha256"] == latest["checksum"]
        assert trained.run("run", "train", "--var", "scale=2").code == 0
        service.until_version(2)
        assert service.ask(1, 2)["predictions"] == pytest.approx([6.0])
        assert trained.run("models", "rollback", "delay").code == 0
        service.until_version(1)
        asked = httpx.get(f"{service.url}/metrics", timeout=SECONDS).text
        assert 'blockwright_serving_version{model="delay",role="champion"} 1' in asked
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(SECONDS) == 0
    assert rows_written(trained) >= 4


def test_versions_change_under_load_without_a_failed_request(trained: Project) -> None:
    assert trained.run("run", "train", "--var", "scale=2").code == 0
    with answering(trained) as service, ThreadPoolExecutor(4) as threads:
        service.until_version(2)
        ended, swapped = Event(), [Event() for _ in range(3)]

        def ask_on() -> tuple[int, set[int]]:
            count, seen = 0, set[int]()
            with httpx.Client(base_url=service.url, timeout=SECONDS) as client:
                while not ended.is_set():
                    answer = client.post("/predict", json={"features": [1, 2]})
                    assert answer.status_code == 200, answer.text
                    said = answer.json()
                    assert said["predictions"] == pytest.approx([3.0 * said["version"]])
                    count, seen = count + 1, seen | {said["version"]}
            return count, seen

        asking = [threads.submit(ask_on) for _ in range(3)]
        try:
            for event in swapped:
                assert trained.run("models", "rollback", "delay").code == 0
                event.set()
            service.until_version(1)
        finally:
            ended.set()
        results = [each.result(SECONDS) for each in asking]
    assert all(count > 0 for count, _ in results)
    assert set.union(*(seen for _, seen in results)) == {1, 2}


@pytest.mark.fault
def test_kill_9_under_load_costs_a_moment_and_what_is_lost_is_counted(trained: Project) -> None:
    with answering(trained) as service, httpx.Client(base_url=service.url, timeout=SECONDS) as client:
        answered = 0
        for _ in range(200):
            answered += client.post("/predict", json={"features": [1, 2]}).status_code == 200
        before = service.child()
        began = time.monotonic()
        os.kill(before, signal.SIGKILL)
        with httpx.Client(base_url=service.url, timeout=SECONDS) as again:
            deadline = time.monotonic() + SECONDS
            while True:
                try:
                    answer = again.post("/predict", json={"features": [1, 2]})
                    break
                except httpx.TransportError:  # what the killed process had accepted already
                    assert time.monotonic() < deadline
            assert answer.status_code == 200
            took = time.monotonic() - began
            answered += 1
            figures = again.get("/metrics").text
        assert service.child() != before
        assert took < 20.0  # 3 seconds are promised where nothing else runs
        (lost,) = [line.split()[1] for line in figures.splitlines() if "log_lost_rows " in line and "#" not in line]
    assert rows_written(trained) + int(lost) == answered
    assert not list((trained.root / ".blockwright" / "predictions").rglob("*.tmp"))


def test_a_version_that_cannot_be_served_is_refused_where_it_is_promoted(trained: Project) -> None:
    assert trained.run("run", "train", "--var", "scale=2").code == 0
    shown = trained.report("models", "show", "delay", "1")
    file = trained.root / ".blockwright" / "blobs" / shown["digest"][:2] / shown["digest"]
    data = file.read_bytes()
    with answering(trained) as service:
        file.write_bytes(data[:-5])
        refused = trained.report("models", "promote", "delay", "1", "--force")
        assert (refused["exit"], refused["error"]["code"]) == (2, "promotion_refused")
        assert "bytes instead of" in refused["error"]["message"]
        file.unlink()
        assert trained.report("models", "rollback", "delay")["error"]["code"] == "promotion_refused"
        assert service.ask(1, 2)["version"] == 2
        log = trained.report("models", "log", "delay")["promotions"]
        assert [entry["state"] for entry in log[:3]] == ["refused", "refused", "done"]


def test_it_answers_without_its_records(trained: Project) -> None:
    with answering(trained) as service:
        service.ask(1, 2)
    database = trained.root / ".blockwright" / "blockwright.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    database.write_bytes(b"no database " * 1_000)
    with answering(trained) as service:
        assert service.ask(1, 2)["predictions"] == pytest.approx([3.0])
        assert service.get("/ready")["records"] != "ok"


def test_elsewhere_than_on_this_machine_a_token_is_needed(trained: Project) -> None:
    token = trained.run("serve", "--show-token").out.strip()
    assert len(token) > 30
    with answering(trained, "--host", "0.0.0.0") as service:
        url = service.url.replace("0.0.0.0", "127.0.0.1")
        assert httpx.post(f"{url}/predict", json={"features": [1, 2]}, timeout=SECONDS).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert (
            httpx.post(f"{url}/predict", json={"features": [1, 2]}, headers=headers, timeout=SECONDS).status_code == 200
        )
    file = next((trained.root / ".blockwright" / "serving").rglob("token"))
    assert file.stat().st_mode & 0o077 == 0
    with answering(trained, environ={"BLOCKWRIGHT_SERVING_TOKEN": "own"}) as service:
        assert httpx.get(f"{service.url}/models", timeout=SECONDS).status_code == 401


def test_start_answers_predictions_as_soon_as_something_was_promoted(project: Project) -> None:
    project.pipeline(
        "train",
        {"kind": "custom", "id": "fit", "code": FIT},
        {"kind": "custom", "id": "publish", "code": PUBLISH, "after": ["fit"]},
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(project, "--serving-port", str(port)) as server:
        assert not any("serve" in command.split() for command in children(server.process.pid).values())
        assert project.run("run", "train").code == 0
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                answer = httpx.post(f"http://127.0.0.1:{port}/predict", json={"features": [1, 2]}, timeout=SECONDS)
                if answer.status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert answer.json()["predictions"] == pytest.approx([3.0])


def test_outside_of_a_project_it_says_so(tmp_path: Path) -> None:
    refused = Project(tmp_path).run("serve", "--json")
    assert refused.code == 2
    assert "error" in json.loads(refused.out)
