"""Disks that are full, limited or read-only: the message names what refused, and mending it is enough."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.project import COMMAND, Project, block_of

pytestmark = pytest.mark.fault

TWENTY_MEGABYTES = "import numpy as np\n\n@data_loader\ndef load(*args):\n    return np.zeros(2_500_000)\n"
SMALL = "@data_loader\ndef load(*args):\n    return 1\n"


def one_block(project: Project, code: str) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": code})


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path, project: Project) -> Iterator[Path]:
    """The project's data folder on a disk of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk))
    project.environ = {**project.environ, "BLOCKWRIGHT_DATA_DIR": str(disk)}
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def read_only(project: Project) -> Iterator[Project]:
    one_block(project, SMALL)
    root = str(project.root)
    mount("--bind", root, root)
    mount("-o", "remount,ro,bind", root)
    yield project
    subprocess.run(["umount", root], check=True)


def test_a_limit_on_the_size_of_files_is_named(project: Project) -> None:
    one_block(project, TWENTY_MEGABYTES)
    limited = f"ulimit -f 5000; exec {shlex.join(COMMAND)} run p"
    subprocess.run(["bash", "-c", limited], cwd=project.root, capture_output=True, timeout=60, check=False)
    error = block_of(project.report("show", "latest"), "load")["error"]
    assert error["code"] == "store"
    assert "File too large" in error["message"]
    assert "ulimit -f" in error["message"]
    assert project.report("retry", "latest")["state"] == "completed"


def test_a_full_disk_fails_the_block_and_room_mends_it(project: Project, small_disk: Path) -> None:
    one_block(project, TWENTY_MEGABYTES)
    report = project.report("run", "p")
    assert (report["exit"], report["state"]) == (1, "failed")
    assert "No space left on device after " in report["reason"]
    assert str(small_disk) in report["reason"]
    mount("-o", "remount,size=60m", str(small_disk))
    assert project.report("retry", "latest")["state"] == "completed"
    assert not list(small_disk.glob("blobs/tmp/*"))


def test_records_that_cannot_grow_name_the_disk(project: Project, small_disk: Path) -> None:
    one_block(project, SMALL)
    project.report("run", "p")
    filling = small_disk / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            continue
    refused = project.report("run", "p")
    assert (refused["exit"], refused["error"]["code"]) == (1, "database_full")
    assert str(small_disk) in refused["error"]["message"]
    filling.unlink()
    assert project.report("run", "p")["state"] == "completed"


@pytest.mark.parametrize("command", [("run", "p"), ("runs",), ("plan", "p"), ("retry", "latest"), ("gc",)])
def test_a_read_only_project_says_where_data_may_go(read_only: Project, command: tuple[str, ...]) -> None:
    refused = read_only.report(*command)
    assert refused["exit"] == 1
    assert str(read_only.root / ".blockwright") in refused["error"]["message"]
    assert "BLOCKWRIGHT_DATA_DIR" in refused["error"]["hint"]


def test_a_read_only_project_runs_with_its_data_elsewhere(read_only: Project, tmp_path: Path) -> None:
    read_only.environ = {**read_only.environ, "BLOCKWRIGHT_DATA_DIR": str(tmp_path / "data")}
    assert read_only.report("run", "p")["state"] == "completed"
    assert read_only.value("load") == 1
    assert os.listdir(read_only.root).count(".blockwright") == 0
