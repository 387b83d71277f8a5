"""What the server promises: quick to answer, small when idle, quick to start a run, steady under load.

``python -m benchmarks.server`` prints one line for each promise: with the records in SQLite, and what a server carries
once more with PostgreSQL, if one is reachable (``BLOCKWRIGHT_BENCH_POSTGRES``, by default on this machine).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

import httpx

from benchmarks import projects
from benchmarks.ends import Ends
from benchmarks.scratch import scratch_database

COMMAND = str(Path(sys.executable).with_name("blockwright"))
STAMP = "import time\n\n\n@data_loader\ndef load(*args, **kwargs):\n    return time.time()\n"
TRIGGERS = 60
BURST = 50
CHAINS, LENGTH = 40, 25


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    measured: str
    promise: str


@dataclass
class Served:
    """A server that answers; ``client`` is signed in as its owner, ``ends`` hears of runs."""

    process: subprocess.Popen[str]
    url: str
    client: httpx.Client
    ends: Ends
    first_answer: float

    def run(self, pipeline: str) -> int:
        answer = self.client.post("/api/v1/projects/bench/runs", json={"pipeline": pipeline})
        answer.raise_for_status()
        return int(answer.json()["id"])

    def started(self, run: int, block: str) -> float:
        """When the first attempt of a block began, in seconds since 1970."""
        answer = self.client.get(f"/api/v1/projects/bench/runs/{run}/block-runs/{block}")
        answer.raise_for_status()
        attempts = answer.json()["attempt_list"]
        return min(datetime.fromisoformat(attempt["started"]).timestamp() for attempt in attempts)


@contextmanager
def served(root: Path, **settings: str) -> Iterator[Served]:
    """A server of the project, with environment variables of its own. Its log goes to its files."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "start", str(root), "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **settings},
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        client = httpx.Client(base_url=told["url"], headers={"Origin": told["url"]}, timeout=60)
        client.get("/health").raise_for_status()
        first_answer = time.perf_counter() - began
        _sign_in(client, root, told["welcome"])
        with httpx.Client(base_url=told["url"], cookies=client.cookies) as following:
            ends = Ends(following, "bench")
            ends.begin()
            yield Served(process, told["url"], client, ends, first_answer)
        client.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def _sign_in(client: httpx.Client, root: Path, welcome: str) -> None:
    """With the password of the first start, kept for the later ones."""
    kept = root / "password"
    found = re.search(r"address\s+(\S+)\s+password\s+(\S+)", welcome)
    if found is not None:
        kept.write_text(" ".join(found.groups()))
    email, password = kept.read_text().split()
    client.post("/api/v1/session", json={"email": email, "password": password}).raise_for_status()


def measure(repeats: int = 5) -> list[Line]:
    return [*_on_sqlite(repeats), *_on_postgres()]


def _on_sqlite(repeats: int) -> list[Line]:
    with _project() as root:
        starts = [_first_answer(root) for _ in range(repeats)]
        with served(root) as server:
            time.sleep(8)  # until everything that is started when nothing else is to be done has been
            idle = _memory(server.process.pid)
            return [
                Line("start to first answer", f"{median(starts):.2f} s", "under 2 s"),
                Line("idle memory (Pss): " + ", ".join(idle), f"{sum(idle.values()):.0f} MB", "under 200 MB"),
                *_carried(server, "SQLite"),
            ]


def _on_postgres() -> list[Line]:
    with scratch_database() as url:
        if url is None:
            return [Line("the same on PostgreSQL", "not measured: no server reachable", "as on SQLite")]
        with _project() as root, served(root, BLOCKWRIGHT_DATABASE_URL=url) as server:
            return _carried(server, "PostgreSQL")


@contextmanager
def _project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        root.mkdir()
        projects.write(root, "stamp", [{"uuid": "stamp", "type": "data_loader"}], {"data_loaders/stamp.py": STAMP})
        projects.chain(root, "chain", LENGTH, one_process=False)
        yield root


def _carried(server: Served, records: str) -> list[Line]:
    """What the server carries, once everything has been used for the first time."""
    server.ends.wait(server.run("stamp"))
    server.ends.wait(server.run("chain"))
    return [*_triggers(server, records), _burst(server, records), *_sustained(server, records)]


def _first_answer(root: Path) -> float:
    with served(root) as server:
        return server.first_answer


def _triggers(server: Served, records: str) -> list[Line]:
    """From the call to the start of the block's attempt, one at a time."""
    waits = []
    for _ in range(TRIGGERS):
        called = time.time()
        run = server.run("stamp")
        server.ends.wait(run)
        waits.append(server.started(run, "stamp") - called)
    p99 = quantiles(waits, n=100)[98]
    what = f"trigger call to first block started, {records}"
    return [
        Line(f"{what}, median", f"{median(waits) * 1000:.0f} ms", "under 100 ms"),
        Line(f"{what}, p99", f"{p99 * 1000:.0f} ms", "under 500 ms"),
    ]


def _burst(server: Served, records: str) -> Line:
    began = time.perf_counter()
    runs = [server.run("stamp") for _ in range(BURST)]
    rate = BURST / (max(map(server.ends.wait, runs)) - began)
    return Line(f"a burst of {BURST} triggers, {records}", f"{rate:.0f} runs/s", "50 or more")


def _sustained(server: Served, records: str) -> list[Line]:
    """Chains side by side, while somebody else lists runs."""
    done = threading.Event()
    answers: list[float] = []

    def ask() -> None:
        with httpx.Client(base_url=server.url, cookies=server.client.cookies, timeout=60) as client:
            while not done.wait(0.05):
                began = time.perf_counter()
                client.get("/api/v1/projects/bench/runs?limit=50").raise_for_status()
                answers.append(time.perf_counter() - began)

    asking = threading.Thread(target=ask)
    asking.start()
    began = time.perf_counter()
    runs = [server.run("chain") for _ in range(CHAINS)]
    rate = CHAINS * LENGTH / (max(map(server.ends.wait, runs)) - began)
    done.set()
    asking.join()
    p95 = quantiles(answers, n=20)[18] if len(answers) > 1 else float("nan")
    return [
        Line(f"block runs sustained, {records}", f"{rate:.0f} a second", "100 or more"),
        Line(f"list of runs meanwhile, p95, {records}", f"{p95 * 1000:.0f} ms", "under 100 ms"),
    ]


def _memory(pid: int) -> dict[str, float]:
    """Megabytes of each kind of process of the tree, shared pages counted by share."""
    found: dict[str, float] = {}
    for each in [pid, *_below(pid)]:
        try:
            command = Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        kind = next((word for word in ("runner", "scheduler") if word in command), "server")
        size = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        if size is not None:
            found[kind] = found.get(kind, 0.0) + int(size[1]) / 1024
    return {f"{kind} {size:.0f}": size for kind, size in found.items()}


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for name in (name for name in os.listdir("/proc") if name.isdecimal()):
        try:
            parent = int(Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += [int(name), *_below(int(name))]
    return found


def table(lines: Iterable[Line]) -> str:
    rows = [f"| {line.what} | {line.measured} | {line.promise} |" for line in lines]
    return "\n".join(["| what | measured | promise |", "|---|---:|---|", *rows])


def print_table(lines: Iterable[Line]) -> None:
    print(f"load before {os.getloadavg()[0]:.2f}\n")
    print(table(lines))


if __name__ == "__main__":
    print_table(measure())
