"""What a block costs: chains, fan-outs, three blocks on a frame, the first block."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import bare, projects
from benchmarks.table import Row


def measure(repeats: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        root.mkdir()
        return [
            _chain(root, repeats, one_process=False),
            _chain(root, repeats, one_process=True),
            _fan_out(root, repeats, one_process=False),
            _fan_out(root, repeats, one_process=True),
            _grows(root),
            _three_blocks(root, repeats),
            _first_block(root, repeats),
            _help(repeats),
        ]


def _run(root: Path, pipeline: str) -> dict[str, Any]:
    done = projects.blockwright("run", pipeline, "--project", str(root), "--json")
    report: dict[str, Any] = json.loads(done.stdout)
    if report.get("state") != "completed":
        raise RuntimeError(f"{pipeline}: {done.stdout[:2000]} {done.stderr[:2000]}")
    return report


def _span(root: Path, report: dict[str, Any]) -> float:
    """Seconds from the first attempt's start to the run's end: without the start of the process."""
    shown = projects.blockwright("show", str(report["run"]), "--project", str(root), "--json")
    attempts = json.loads(shown.stdout)["attempts"]
    first = min(datetime.fromisoformat(attempt["finished"]) for attempt in attempts)
    return (datetime.fromisoformat(report["finished"]) - first).total_seconds()


def _by_turns(repeats: int, ours: Callable[[], float], beside: Callable[[], float]) -> tuple[float, float]:
    """The median of each; measured by turns, so that whatever else the machine does falls on both."""
    pairs = [(ours(), beside()) for _ in range(repeats)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)


def _chain(root: Path, repeats: int, *, one_process: bool) -> Row:
    name = "chain_one" if one_process else "chain"
    projects.chain(root, name, 101, one_process=one_process)
    _run(root, name)
    if one_process:
        each, limit = _by_turns(repeats, lambda: _span(root, _run(root, name)) / 100, lambda: bare.commits(100) / 100)
        return Row("trivial block in a chain of 100, one process", each, "bare commit", limit, "at most 0.5 ms")
    each, limit = _by_turns(
        repeats, lambda: _span(root, _run(root, name)) / 100, lambda: bare.fork_and_commit(100, 1) / 100
    )
    return Row("trivial block in a chain of 100, isolated", each, "bare fork and commit", limit, "within 3×", 3.0)


def _fan_out(root: Path, repeats: int, *, one_process: bool) -> Row:
    name = "fan_one" if one_process else "fan"
    projects.fan_out(root, name, 500, one_process=one_process)
    if one_process:
        whole, limit = _by_turns(repeats, lambda: _span(root, _run(root, name)), lambda: bare.commits(500))
        return Row("500 dynamic children and reduction, one process", whole, "500 bare commits", limit, "under 0.46 s")
    cores = len(os.sched_getaffinity(0))
    whole, limit = _by_turns(repeats, lambda: _span(root, _run(root, name)), lambda: bare.fork_and_commit(500, cores))
    return Row(
        "500 dynamic children and reduction, isolated", whole, "500 bare forks, all cores", limit, "within 3×", 3.0
    )


def _grows(root: Path) -> Row:
    projects.fan_out(root, "fan_1000", 1_000, one_process=True)
    projects.fan_out(root, "fan_10000", 10_000, one_process=True)
    small = _span(root, _run(root, "fan_1000")) / 1_000
    large = _span(root, _run(root, "fan_10000")) / 10_000
    return Row("each of 10,000 children, one process", large, "each of 1,000", small, "linear", 1.3)


def _three_blocks(root: Path, repeats: int) -> Row:
    script = projects.three_blocks(root, "three")
    _run(root, "three")
    command = str(Path(sys.executable).with_name("blockwright"))
    bare.command(sys.executable, str(script))
    ours, plain = _by_turns(
        3 * repeats,
        lambda: bare.command(command, "run", "three", "--project", str(root), "--json"),
        lambda: bare.command(sys.executable, str(script)),
    )
    return Row("`run` of three blocks on 10,000 rows, wall", ours, "plain script", plain, "at most 1.2×", 1.2)


def _first_block(root: Path, repeats: int) -> Row:
    """From typing the command to the first line of block code, and the same for `import pandas` alone."""
    stamp = "import time\n\n\n@data_loader\ndef load(*args, **kwargs):\n    return time.time()\n"
    projects.write(root, "first", [{"uuid": "stamp", "type": "data_loader"}], {"data_loaders/stamp.py": stamp})
    _run(root, "first")
    waits = []
    for _ in range(repeats):
        began = time.time()
        report = _run(root, "first")
        shown = projects.blockwright("output", str(report["run"]), "stamp", "--project", str(root), "--json")
        waits.append(float(json.loads(shown.stdout)["preview"]["value"]) - began)
    plain = median(bare.command(sys.executable, "-c", "import pandas") for _ in range(repeats))
    return Row(
        "`run` reaches its first block", median(waits), "python -c 'import pandas'", plain, "at most 300 ms later"
    )


def _help(repeats: int) -> Row:
    command = str(Path(sys.executable).with_name("blockwright"))
    ours = median(bare.command(command, "--help") for _ in range(repeats))
    plain = median(bare.command(sys.executable, "-c", "pass") for _ in range(repeats))
    return Row("`blockwright --help`", ours, "python -c pass", plain, "under 150 ms")
