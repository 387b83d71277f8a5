"""Whether a server grows with time: schedules, calls, streams opened and closed, blocks that fail and runs that are
cancelled, for as long as is asked, while memory, threads, file handles, connections and rows are counted.

``python -m benchmarks.soak --minutes 30`` prints a table and ends with exit code 1 when something grows that should
not. Each call that fails and each process that is replaced is a failure, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks import projects
from benchmarks.server import Served, served
from benchmarks.trends import Trend, trend

PROJECT = "/api/v1/projects/bench"
TRIGGERS = """triggers:
- name: {name}
  schedule_interval: '{schedule}'
  status: active
"""
FAILS = "@data_loader\ndef load(*args, **kwargs):\n    raise ValueError('as it is meant to be')\n"
SLOW = "import time\n\n\n@data_loader\ndef load(*args, **kwargs):\n    time.sleep(600)\n"
FRAME = """import pandas as pd


@data_loader
def load(*args, **kwargs):
    print('hello')
    return pd.DataFrame({'n': range(1000)})
"""
PIPELINES = ("frame", "chain", "one_process", "fails", "slow")
TOLERATED = {"memory MB": 4.0, "threads": 2.0, "files": 4.0, "connections": 4.0, "rows": 40.0}
"""What may be added over the time looked at and still be called flat, each in the unit of its measure."""
KEPT_SHARE = 0.03
"""And this part of what was there."""
BOUNDED = ("slot", "run_limit", "limit_turn", "run_inbox", "session", "process_figure", "trigger")
"""Tables that do not keep history: they must not grow with what has happened."""
PER_RUN = ("run", "block_run", "attempt", "event", "feed", "trigger_fire", "run_cost", "run_lease", "alert")
"""Tables that keep history until its age is over."""


@dataclass
class Load:
    """What is done to the server, each in a thread of its own. ``counts`` tells how often, ``problems`` what failed."""

    server: Served
    done: threading.Event = field(default_factory=threading.Event)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        jobs = [(self._start, 0.4), (self._cancel, 3.0), (self._look, 0.7), (self._measure, 5.0)]
        jobs += [(self._follow, 0.3)] * 3
        threads = [threading.Thread(target=self._again, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.done.set()
            for thread in threads:
                thread.join()

    def _again(self, what: Callable[[httpx.Client], None], pause: float) -> None:
        """Each turn with a client, and so with connections, of its own now and then, as browsers have them."""
        while not self.done.is_set():
            with httpx.Client(
                base_url=self.server.url,
                cookies=self.server.client.cookies,
                headers=self.server.client.headers,
                timeout=60,
            ) as client:
                for _ in range(20):
                    if self.done.wait(pause):
                        return
                    try:
                        what(client)
                        self.counts[what.__name__.strip("_")] = self.counts.get(what.__name__.strip("_"), 0) + 1
                    except (httpx.HTTPError, ValueError) as error:
                        self.problems.append(f"{what.__name__}: {type(error).__name__}: {error}"[:300])

    def _start(self, client: httpx.Client) -> None:
        pipeline = self.chance.choices(PIPELINES, weights=(4, 3, 3, 2, 1))[0]
        client.post(f"{PROJECT}/runs", json={"pipeline": pipeline}).raise_for_status()

    def _cancel(self, client: httpx.Client) -> None:
        answer = client.get(f"{PROJECT}/runs", params={"pipeline": "slow", "limit": 20}).raise_for_status()
        for run in answer.json()["items"]:
            if run["state"] in ("queued", "running"):
                answer = client.post(f"{PROJECT}/runs/{run['id']}/cancel")
                if answer.status_code != 409:  # it has just ended
                    answer.raise_for_status()

    def _look(self, client: httpx.Client) -> None:
        runs = client.get(f"{PROJECT}/runs", params={"limit": 50}).raise_for_status().json()["items"]
        run = self.chance.choice(runs)["id"] if runs else None
        if run is not None:
            for path in ("", "/events", "/logs"):
                client.get(f"{PROJECT}/runs/{run}{path}").raise_for_status()
        client.get(f"{PROJECT}/pipelines").raise_for_status()

    def _measure(self, client: httpx.Client) -> None:
        client.get("/metrics").raise_for_status()

    def _follow(self, client: httpx.Client) -> None:
        """A browser that opens the stream, reads a little and goes away without a word."""
        with client.stream("GET", f"{PROJECT}/events") as answer:
            answer.raise_for_status()
            for read, _ in enumerate(answer.iter_lines()):
                if read > self.chance.randrange(60) or self.done.is_set():
                    return


@dataclass
class Samples:
    """Series by (whose, which measure); a process that was replaced begins a new one."""

    server: Served
    database: Path
    began: float = field(default_factory=time.monotonic)
    series: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    restarts: int = 0

    def take(self) -> None:
        now = time.monotonic() - self.began
        for name, pid in _processes(self.server.process.pid):
            if self.pids.setdefault(name, pid) != pid:
                self.restarts += 1
                self.pids[name] = pid
                self.series = {key: values for key, values in self.series.items() if key[0] != name}
            with suppress(OSError):
                for measure, value in _figures(pid).items():
                    self.series.setdefault((name, measure), []).append((now, value))
        for table, rows in self._rows().items():
            self.series.setdefault((f"table {table}", "rows"), []).append((now, rows))

    def _rows(self) -> dict[str, int]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            tables = dict.fromkeys((*PER_RUN, *BOUNDED))
            return {table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables}


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    measure: str
    trend: Trend
    judged: bool
    growing: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (default 30; 4320 are three days)")
    parser.add_argument(
        "--every", type=float, default=10.0, metavar="SECONDS", help="how often is counted (default 10)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every sample in this file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        root.mkdir()
        _write(root)
        with served(root) as server:
            load = Load(server)
            samples = Samples(server, root / ".blockwright" / "blockwright.db")
            with load.at_work():
                _sample(samples, load, asked.minutes * 60, asked.every)
    if asked.json is not None:
        kept = {f"{name}: {measure}": values for (name, measure), values in samples.series.items()}
        asked.json.write_text(json.dumps(kept))
    return _tell(samples, load)


def _sample(samples: Samples, load: Load, seconds: float, every: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and samples.server.process.poll() is None:
        load.done.wait(every)
        samples.take()


def _tell(samples: Samples, load: Load) -> int:
    lines = judged(samples)
    runs = samples.series.get(("table run", "rows"), [(0.0, 0.0)])[-1][1]
    print(f"{runs:,.0f} runs; " + ", ".join(f"{what} {count:,}" for what, count in sorted(load.counts.items())))
    print(f"processes that were replaced: {samples.restarts}; calls that failed: {len(load.problems)}")
    for problem in load.problems[:5]:
        print(f"  {problem}")
    print("\n| whose | measure | first | last | slope an hour (95 %) | verdict |\n|---|---|---:|---:|---:|---|")
    for line in lines:
        found = line.trend
        verdict = "growing" if line.growing else "flat" if line.judged else "history"
        bounds = f"{found.slope:,.1f} ({found.low:,.1f} … {found.high:,.1f})"
        print(f"| {line.name} | {line.measure} | {found.first:,.1f} | {found.last:,.1f} | {bounds} | {verdict} |")
    growing = [line for line in lines if line.growing]
    ended = samples.server.process.returncode not in (0, None)
    print(f"\n{len(growing)} of {sum(line.judged for line in lines)} grow." + (" The server died." if ended else ""))
    return 1 if growing or load.problems or samples.restarts or ended or not lines else 0


def judged(samples: Samples) -> list[Line]:
    """A line for each series that is long enough."""
    lines = []
    for (name, measure), values in sorted(samples.series.items()):
        found = trend(values)
        if found is None:
            continue
        history = measure == "rows" and name.removeprefix("table ") in PER_RUN
        tolerance = max(TOLERATED[measure], KEPT_SHARE * found.first)
        lines.append(Line(name, measure, found, not history, not history and found.grows(tolerance)))
    return lines


def _processes(server: int) -> Iterator[tuple[str, int]]:
    """The processes that stay: server, scheduler, and the fork server with its guard; not those of blocks."""
    yield "server", server
    for scheduler in _children(server):
        yield "scheduler", scheduler
        for guard in _children(scheduler):
            yield "guard", guard
            yield from (("fork server", each) for each in _children(guard))


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(each) for each in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return found


def _figures(pid: int) -> dict[str, float]:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    size = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    targets = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        with suppress(OSError):
            targets.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return {
        "memory MB": int(size[1]) / 1024 if size else 0.0,
        "threads": len(os.listdir(f"/proc/{pid}/task")),
        "files": len(targets),
        "connections": sum(target.startswith("socket:") for target in targets),
    }


def _write(root: Path) -> None:
    projects.write(root, "frame", [{"uuid": "frame", "type": "data_loader"}], {"data_loaders/frame.py": FRAME})
    projects.write(root, "fails", [{"uuid": "fails", "type": "data_loader"}], {"data_loaders/fails.py": FAILS})
    projects.write(root, "slow", [{"uuid": "slow", "type": "data_loader"}], {"data_loaders/slow.py": SLOW})
    projects.chain(root, "chain", 3, one_process=False)
    projects.chain(root, "one_process", 3, one_process=True)
    for pipeline, schedule in {"frame": "*/5 * * * * *", "fails": "*/20 * * * * *", "chain": "*/7 * * * * *"}.items():
        path = root / "pipelines" / pipeline / "triggers.yaml"
        path.write_text(TRIGGERS.format(name=f"often {pipeline}", schedule=schedule))
    limits = root / "pipelines" / "frame" / "metadata.yaml"
    limits.write_text(limits.read_text() + "concurrency_config:\n  pipeline_run_limit_all_triggers: 4\n")


if __name__ == "__main__":
    sys.exit(main())
