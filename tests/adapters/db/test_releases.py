"""What each release has written is opened by today's code, brought up to date, and goes on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from blockwright.adapters.db.schema import CURRENT, VERSION_TABLE
from tests.adapters.db.conftest import SERVER
from tests.adapters.db.write_release import RELEASED, SCHEMA
from tests.project import Project

pytestmark = pytest.mark.slow

RELEASES = sorted(folder.name for folder in RELEASED.iterdir())
LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"}
OPEN = """
import sys
from pathlib import Path
from blockwright.adapters.db import open_database
from blockwright.wire import kill_points
kill_points.arm(sys.argv[3])
open_database(sys.argv[1] or None, folder=Path(sys.argv[2]), durable=False).close()
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", LOAD)
    return project


def on_sqlite(project: Project, release: str) -> Path:
    folder = project.root / ".blockwright"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "blockwright.db")) as connection:
        connection.executescript((RELEASED / release / "sqlite.sql").read_text())
    return folder / "blockwright.db"


def on_postgres(url: str, release: str) -> Mapping[str, str]:
    import psycopg

    schema = url.rpartition("%3D")[2]
    text = (RELEASED / release / "postgres.sql").read_text().replace(SCHEMA, schema)
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(text)
    return {"BLOCKWRIGHT_DATABASE_URL": url}


def goes_on(project: Project) -> None:
    """What was written is there, and a new run takes its place behind it."""
    before = project.report("runs")["runs"]
    assert [(run["run"], run["state"]) for run in before][-1] == (1, "completed")
    assert {block["id"] for block in project.report("show", "1")["blocks"]} == {"load", "step"}
    assert [trigger["name"] for trigger in project.report("trigger", "list")["triggers"]] == ["nightly"]
    made = project.report("run", "p")
    assert made["state"] == "completed", made
    assert made["run"] == max(run["run"] for run in before) + 1


@pytest.mark.parametrize("release", RELEASES)
def test_the_records_of_a_release_are_opened_and_go_on(shop: Project, release: str) -> None:
    path = on_sqlite(shop, release)
    shop.write("pipelines/p/triggers.yaml", "triggers:\n- name: nightly\n  schedule_interval: '@daily'\n")
    goes_on(shop)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == (CURRENT.version,)


@pytest.mark.postgres
@pytest.mark.parametrize("release", RELEASES)
def test_so_are_those_on_postgres(shop: Project, postgres_url: str, release: str) -> None:
    shop.environ = on_postgres(postgres_url, release)
    shop.write("pipelines/p/triggers.yaml", "triggers:\n- name: nightly\n  schedule_interval: '@daily'\n")
    goes_on(shop)


@pytest.mark.postgres
def test_a_newer_schema_on_postgres_is_refused_and_left_alone(shop: Project, postgres_url: str) -> None:
    import psycopg

    shop.environ = on_postgres(postgres_url, RELEASES[-1])
    schema = postgres_url.rpartition("%3D")[2]
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"UPDATE {schema}.{VERSION_TABLE} SET version_num = '9999'")
        refused = shop.report("runs")
        assert (refused["exit"], refused["error"]["code"]) == (1, "database_newer")
        assert "9999" in refused["error"]["message"]
        kept = connection.execute(f"SELECT version_num FROM {schema}.{VERSION_TABLE}").fetchone()
        assert kept == ("9999",)


@pytest.mark.postgres
@pytest.mark.fault
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_kill_while_postgres_is_made_leaves_none_or_a_whole_one(
    shop: Project, postgres_url: str, tmp_path: Path, point: str
) -> None:
    command = [sys.executable, "-c", OPEN, postgres_url, str(tmp_path), f"database.{point}_commit"]
    killed = subprocess.run(command, check=False, timeout=100)
    assert killed.returncode == -signal.SIGKILL
    shop.environ = {"BLOCKWRIGHT_DATABASE_URL": postgres_url}
    assert shop.report("runs")["runs"] == []
    assert shop.report("run", "p")["state"] == "completed"
