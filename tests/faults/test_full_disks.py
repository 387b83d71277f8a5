"""The data folder's disk fills up under a server that is at work: it goes on to answer, says what is wrong, leaves
nothing half-written, and goes on by itself when there is room again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.gates import Gate, arriving
from tests.faults.test_kill_points import check_store
from tests.project import Project
from tests.servers import serving

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

SMALL = "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"
TWENTY_MEGABYTES = "import numpy as np; return np.zeros(2_500_000)"
RUNS = "/api/v1/projects/shop/runs"
SECONDS = 100.0


@pytest.fixture
def disk(tmp_path: Path, project: Project) -> Iterator[Path]:
    """The project's data folder on a disk of 40 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1" and os.geteuid() == 0:
            raise RuntimeError(f"mount: {done.stderr.strip()}")
        pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")
    project.environ = {**project.environ, "BLOCKWRIGHT_DATA_DIR": str(folder)}
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Whatever is free is taken by a file."""
    filling = disk / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            continue
    return filling


def until(what: Callable[[], bool], told: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


def ended(client: httpx.Client, run: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}

    def is_over() -> bool:
        answer = client.get(f"{RUNS}/{run}")
        answer.raise_for_status()
        shown.update(answer.json())
        return shown["state"] in ("completed", "failed", "cancelled")

    until(is_over, lambda: shown)
    return shown


def start(client: httpx.Client, pipeline: str) -> httpx.Response:
    return client.post(RUNS, json={"pipeline": pipeline})


def test_a_server_outlives_a_full_disk(project: Project, disk: Path) -> None:
    gate = Gate(project.root.parent / "gate")
    with gate.beside("go") as go:
        project.pipeline("small", {"kind": "loader", "id": "small", "code": SMALL})
        code = arriving(then=f"open(kwargs['go'], 'rb', buffering=0).read(1); {TWENTY_MEGABYTES}")
        variables = {"gate": str(gate.path), "go": str(go.path)}
        project.pipeline("big", {"kind": "loader", "id": "big", "code": code}, variables=variables)
        with serving(project, "--grace", "5") as server, server.signed_in() as client:
            assert ended(client, start(client, "small").json()["id"])["state"] == "completed"
            begun = start(client, "big").json()["id"]
            gate.hear()
            filling = fill(disk)
            go.tell("x" * 100)  # also for attempts that follow
            refused = start(client, "small")
            assert refused.status_code == 503, refused.text
            assert refused.json()["code"] == "database_full", refused.text
            assert str(disk) in refused.json()["detail"]
            assert client.get("/health").status_code == 200
            assert client.get(RUNS).status_code == 200
            assert client.get(f"{RUNS}/{begun}").status_code == 200
            filling.unlink()
            # The block fails for want of room if that could be recorded; else it runs again once there is room.
            shown = ended(client, begun)
            if shown["state"] != "completed":
                assert "No space left on device" in shown["reason"], shown
                assert client.post(f"{RUNS}/{begun}/retry").status_code == 202
                until(lambda: client.get(f"{RUNS}/{begun}").json()["state"] == "completed", lambda: shown)
            assert ended(client, start(client, "small").json()["id"])["state"] == "completed"
        check_store(project)
        assert not list(disk.glob("blobs/tmp/*"))
    gate.close()
