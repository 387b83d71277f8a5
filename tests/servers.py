"""``blockwright start`` and its like as processes: started, asked over HTTP, ended."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.processes import gone, marked
from tests.project import Project

SECONDS = 60.0
MARK = "BLOCKWRIGHT_TEST_MARK"


@dataclass
class Serving:
    """A server that has said where it answers; ``welcome`` is what it told at its first start."""

    process: subprocess.Popen[str]
    url: str
    welcome: str

    def get(self, path: str) -> tuple[int, Any]:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """Somebody signed in as the owner, at the first start only."""
        found = re.search(r"address\s+(\S+)\s+password\s+(\S+)", self.welcome)
        assert found is not None, self.welcome
        with self.somebody() as client:
            body = {"email": found[1], "password": found[2]}
            client.post("/api/v1/session", json=body).raise_for_status()
            yield client

    def somebody(self, like: httpx.Client | None = None) -> httpx.Client:
        """A client; with what ``like`` has, which signed in at an earlier server of the same data folder."""
        client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=SECONDS)
        if like is not None:
            client.cookies.update({cookie.name: cookie.value or "" for cookie in like.cookies.jar})
        return client

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextmanager
def serving(
    project: Project, *arguments: str, command: str = "start", environ: Mapping[str, str] | None = None
) -> Iterator[Serving]:
    """The server on a free port; ended at the end, and nothing of it may be left."""
    project.environ = {**project.environ, MARK: str(project.root)}
    process = project.start(command, "--port", "0", "--json", *arguments, environ=environ)
    try:
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], SECONDS)
        line = process.stdout.readline() if readable else ""
        assert line, f"no word from {command}: {process.stderr.read() if process.stderr and not readable else ''}"
        yield Serving(process, **json.loads(line))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
        gone(marked(str(project.root)), SECONDS)


def children(pid: int) -> dict[int, str]:
    """Every process below ``pid`` with its command line."""
    found: dict[int, str] = {}
    todo = [pid]
    while todo:
        parent = todo.pop()
        for name in (name for name in os.listdir("/proc") if name.isdecimal()):
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    above = int(file.read().rpartition(b")")[2].split()[1])
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    command = file.read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if above == parent and int(name) not in found:
                found[int(name)] = command
                todo.append(int(name))
    return found


def child(pid: int, word: str) -> int:
    """The process below ``pid`` whose command line has ``word``, once it is there."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = [each for each, command in children(pid).items() if word in command]
        if found:
            return min(found)
        time.sleep(0.02)
    raise AssertionError(f"no `{word}` below {pid}: {children(pid)}")
