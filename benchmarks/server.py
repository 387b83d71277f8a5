"""What the server promises: quick to answer, small when idle, quick to start a run, steady under load.

``python -m benchmarks.server`` prints one line for each promise.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from benchmarks import projects

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
    """A server that answers; ``client`` is signed in as its owner."""

    process: subprocess.Popen[str]
    url: str
    client: httpx.Client
    first_answer: float

    def run(self, pipeline: str) -> int:
        answer = self.client.post("/api/v1/projects/bench/runs", json={"pipeline": pipeline})
        answer.raise_for_status()
        return int(answer.json()["id"])

    def shown(self, run: int) -> dict[str, Any]:
        answer = self.client.get(f"/api/v1/projects/bench/runs/{run}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, run: int) -> dict[str, Any]:
        while True:
            shown = self.shown(run)
            if shown["state"] in ("completed", "failed", "cancelled"):
                if shown["state"] != "completed":
                    raise RuntimeError(f"run {run}: {shown}")
                return shown
            time.sleep(0.02)


@contextmanager
def served(root: Path, *arguments: str) -> Iterator[Served]:
    began = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "start", str(root), "--port", "0", "--json", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        client = httpx.Client(base_url=told["url"], headers={"Origin": told["url"]}, timeout=60)
        client.get("/health").raise_for_status()
        first_answer = time.perf_counter() - began
        _sign_in(client, root, told["welcome"])
        yield Served(process, told["url"], client, first_answer)
        client.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def _sign_in(client: httpx.Client, root: Path, welcome: str) -> None:
    """With the password of the first start, kept for the later ones."""
    kept = root / "password"
    found = re.search(r"as (\S+) with the password (\S+)", welcome)
    if found is not None:
        kept.write_text(" ".join(found.groups()))
    email, password = kept.read_text().split()
    client.post("/api/v1/session", json={"email": email, "password": password}).raise_for_status()


def measure(repeats: int = 5) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        root.mkdir()
        projects.write(root, "stamp", [{"uuid": "stamp", "type": "data_loader"}], {"data_loaders/stamp.py": STAMP})
        projects.chain(root, "chain", LENGTH, one_process=False)
        starts = [_first_answer(root) for _ in range(repeats)]
        with served(root) as server:
            time.sleep(8)  # until everything that is started when nothing else is to be done has been
            idle = _memory(server.process.pid)
            server.ended(server.run("stamp"))
            return [
                Line("start to first answer", f"{median(starts):.2f} s", "under 2 s"),
                Line("idle memory (Pss): " + ", ".join(idle), f"{sum(idle.values()):.0f} MB", "under 200 MB"),
                *_triggers(server),
                _burst(server),
                *_sustained(server),
            ]


def _first_answer(root: Path) -> float:
    with served(root) as server:
        return server.first_answer


def _triggers(server: Served) -> list[Line]:
    """From the call to the first line of the block's code, one at a time."""
    waits = []
    for _ in range(TRIGGERS):
        called = time.time()
        run = server.run("stamp")
        server.ended(run)
        answer = server.client.get(f"/api/v1/projects/bench/runs/{run}/block-runs/stamp").json()
        started = min(datetime.fromisoformat(attempt["started"]) for attempt in answer["attempt_list"])
        waits.append(started.timestamp() - called)
    return [
        Line("trigger call to first block started, median", f"{median(waits) * 1000:.0f} ms", "under 100 ms"),
        Line(
            "trigger call to first block started, p99", f"{quantiles(waits, n=100)[98] * 1000:.0f} ms", "under 500 ms"
        ),
    ]


def _burst(server: Served) -> Line:
    began = time.perf_counter()
    runs = [server.run("stamp") for _ in range(BURST)]
    for run in runs:
        server.ended(run)
    rate = BURST / (time.perf_counter() - began)
    return Line(f"a burst of {BURST} triggers", f"{rate:.0f} runs/s", "50 or more")


def _sustained(server: Served) -> list[Line]:
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
    for run in runs:
        server.ended(run)
    rate = CHAINS * LENGTH / (time.perf_counter() - began)
    done.set()
    asking.join()
    p95 = quantiles(answers, n=20)[18] if len(answers) > 1 else float("nan")
    return [
        Line("block runs sustained, SQLite", f"{rate:.0f} a second", "100 or more"),
        Line("list of runs meanwhile, p95", f"{p95 * 1000:.0f} ms", "under 100 ms"),
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


if __name__ == "__main__":
    print(f"load before {os.getloadavg()[0]:.2f}\n")
    print("| what | measured | promise |\n|---|---:|---|")
    for line in measure():
        print(f"| {line.what} | {line.measured} | {line.promise} |", flush=True)
