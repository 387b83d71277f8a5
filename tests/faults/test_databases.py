"""Databases that are locked, newer, damaged or no database: a sentence and exit code 1, never a traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.project import Project

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("once") / "shop"
    root.mkdir()
    project = Project(root)
    project.pipeline("p", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args):\n    return 1\n"})
    assert project.report("run", "p")["state"] == "completed"
    return project


@pytest.fixture
def project(once: Project, tmp_path: Path) -> Project:
    """A project after a run, for the test alone."""
    return once.copy(tmp_path)


@pytest.fixture
def database(project: Project) -> Path:
    return project.root / ".blockwright" / "blockwright.db"


def refusal(project: Project, *command: str) -> tuple[int, str]:
    """The exit code and the error's word; the message must name the file."""
    refused = project.report(*command)
    assert "blockwright.db" in refused["error"]["message"]
    assert refused["error"]["hint"]
    return refused["exit"], refused["error"]["code"]


@pytest.mark.slow
def test_a_locked_database_is_waited_for_and_then_named(project: Project, database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert refusal(project, "run", "p") == (1, "database_locked")
        assert project.report("runs")["exit"] == 0  # readers are never in the way
        other.execute("ROLLBACK")
    assert project.report("run", "p")["state"] == "completed"


def test_a_database_of_a_newer_version_is_left_alone(project: Project, database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("UPDATE blockwright_version SET version_num = '9999'")
    assert refusal(project, "run", "p") == (1, "database_newer")
    assert "9999" in project.run("runs").err


def test_a_file_that_is_no_database_is_named(project: Project, database: Path) -> None:
    for file in database.parent.glob("blockwright.db*"):
        file.unlink()
    database.write_bytes(b"these are the notes of last summer\n" * 500)
    assert refusal(project, "runs") == (1, "database_corrupt")
    assert database.read_bytes().startswith(b"these are the notes")


def test_a_damaged_database_is_named(project: Project, database: Path) -> None:
    for file in database.parent.glob("blockwright.db-*"):
        file.unlink()
    data = bytearray(database.read_bytes())
    data[4096:40960] = b"\xff" * (40960 - 4096)
    database.write_bytes(data)
    assert refusal(project, "run", "p") == (1, "database_corrupt")


def test_a_folder_in_its_place_is_named(project: Project, database: Path) -> None:
    for file in database.parent.glob("blockwright.db*"):
        file.unlink()
    database.mkdir()
    assert refusal(project, "runs") == (1, "database_unavailable")
