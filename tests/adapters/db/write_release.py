"""Keeps the records of a small project as this version writes them, for later versions to open.

``make release-fixture NAME=0.2.0`` writes ``released/0.2.0``: the tables and rows as SQL of SQLite and of PostgreSQL.
Until the first release there is one, ``unreleased``: whoever changes the tables writes it anew.
"""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.adapters.db.conftest import SERVER
from tests.project import Project

RELEASED = Path(__file__).with_name("released")
PLACE, HOST = "/srv/shop", "host"
SCHEMA = "released"
LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"}
STEP = "@transformer\ndef step(value, *args, **kwargs):\n    return value + 1\n"


def main() -> None:
    folder = RELEASED / sys.argv[1]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        (folder / "sqlite.sql").write_text(_of_sqlite(_project(Path(place) / "one" / "shop")), encoding="utf-8")
        (folder / "postgres.sql").write_text(_of_postgres(_project(Path(place) / "two" / "shop")), encoding="utf-8")


def _project(root: Path) -> Project:
    root.mkdir(parents=True)
    project = Project(root)
    project.pipeline("p", LOAD, {"kind": "transformer", "id": "step", "code": STEP, "after": ["load"]})
    return project


def _lived(project: Project) -> None:
    """A little of everything that leaves rows."""
    for command in (
        ("run", "p"),
        ("run", "p", "--detach"),
        ("trigger", "new", "p", "nightly", "--schedule", "@daily"),
        ("trigger", "run", "nightly"),
        ("backfill", "start", "p", "--from", "2024-01-01", "--to", "2024-01-03"),
    ):
        done = project.run(*command)
        assert done.code == 0, (command, done.err)


def _of_sqlite(project: Project) -> str:
    _lived(project)
    with closing(sqlite3.connect(project.root / ".blockwright" / "blockwright.db")) as connection:
        return _portable("\n".join(connection.iterdump()), project) + "\n"


def _of_postgres(project: Project) -> str:
    schema = f"released_{uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            project.environ = {"BLOCKWRIGHT_DATABASE_URL": f"{SERVER}?options=-csearch_path%3D{schema}"}
            _lived(project)
            command = ["pg_dump", "--schema", schema, "--no-owner", "--no-privileges", "--rows-per-insert=1", SERVER]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
    lines = [
        line for line in text.splitlines() if line and not line.startswith(("--", "\\", f"CREATE SCHEMA {schema}"))
    ]
    return _portable("\n".join(lines), project).replace(schema, SCHEMA) + "\n"


def _portable(text: str, project: Project) -> str:
    """Without the names of the machine on which it was written."""
    name = re.escape(socket.gethostname())
    return re.sub(rf"(?<=')({name})(?=[':])", HOST, text.replace(str(project.root), PLACE))


if __name__ == "__main__":
    main()
