"""A PostgreSQL server of a test's own, on a free port, that can be stopped as if it had crashed and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60.0
USER = "postgres"


class PostgresServer:
    """PostgreSQL refuses to run as root: then it runs as the user of the machine's own installation. The cluster lies
    beside the test's folder and not in it, as that user may not enter there."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._user = USER if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="blockwright-postgres-"))
        if self._user is not None:
            os.chown(self.folder, pwd.getpwnam(USER).pw_uid, -1)
        self._data = self.folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"
        command = (
            "initdb",
            "-D",
            self._data,
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--no-instructions",
        )
        subprocess.run(**self._as_user(*command), check=True, capture_output=True, timeout=SECONDS)
        self.start()

    def start(self) -> None:
        """Returns when it takes connections; after a crash it has then put its files in order."""
        import psycopg

        options = [f"port={self._port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        command = ["postgres", "-D", self._data, *(part for option in options for part in ("-c", option))]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(**self._as_user(*command), stdout=log, stderr=log)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                psycopg.connect(self.url, connect_timeout=3).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def crash(self) -> None:
        """What ``pg_ctl stop -m immediate`` does: no connection is told, no file put in order."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(SECONDS)

    def close(self) -> None:
        if self._process.poll() is None:
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_user(self, program: str, *arguments: str | Path) -> dict[str, Any]:
        """How to start a program of the server's."""
        command = [self._programs / program, *arguments]
        extra = {"user": self._user, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if self._user else {}
        return {"args": command, "cwd": self.folder, "stdin": subprocess.DEVNULL, **extra}


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


def _programs() -> Path:
    """The folder with the newest programs of PostgreSQL; skips the test where there are none."""
    pytest.importorskip("psycopg")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found or on_path:
        return found[-1].parent if found else Path(str(on_path)).parent
    if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1":
        raise RuntimeError("no programs of a PostgreSQL server")
    pytest.skip("no programs of a PostgreSQL server")
