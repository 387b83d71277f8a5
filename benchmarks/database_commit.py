"""What one saved step costs beside SQLite's own commit: `python benchmarks/database_commit.py`.

The floor is a bare `sqlite3` loop that inserts one row and commits, with the same settings on the same disk. A step
is one block run, one attempt and one event, with its fencing check.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from blockwright.adapters.db.opening import open_database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.adapters.db.sqlite import connect
from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, RunId, RunRequest
from blockwright.ports.runs import AttemptRecord, Changes, NewEvent

STEPS = 2_000
ROUNDS = 5
NOW = datetime.now(UTC)


def main() -> None:
    print(f"load {os.getloadavg()[0]:.2f}, {STEPS} steps, median of {ROUNDS}, microseconds for each")
    print(f"{'durable':8} {'bare':>8} {'save':>8} {'beyond':>8} {'ratio':>6}")
    for durable in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            bare, saved = _medians(_bare(Path(folder), durable), _saved(Path(folder), durable))
        print(f"{durable!s:8} {bare:8.1f} {saved:8.1f} {saved - bare:8.1f} {saved / bare:6.2f}")
    with tempfile.TemporaryDirectory() as folder:
        print(f"create a run of 10,000 block runs: {_creation(Path(folder)):.0f} ms")


def _bare(folder: Path, durable: bool) -> Callable[[int], None]:
    connection = connect(folder / "bare.db", durable=durable)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE step (id INTEGER PRIMARY KEY, text TEXT)")

    def step(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO step (text) VALUES (?)", (f"{number:0200}",))
        connection.execute("COMMIT")

    return step


def _saved(folder: Path, durable: bool) -> Callable[[int], None]:
    runs = DatabaseRuns(open_database(None, folder=folder, durable=durable))
    block_runs = [BlockRun(BlockRunName(f"block_{i}"), BlockId(f"block_{i}")) for i in range(STEPS)]
    run = _create(runs, block_runs)
    lease = runs.claim(run, "benchmark", seconds=3600, now=NOW)
    output = OutputRecord("output_0", "d" * 64, "arrow", "dataframe", 1_000, 10, 3)

    def step(number: int) -> None:
        name = block_runs[number].name
        block_run = BlockRun(
            name,
            block_runs[number].block,
            state=BlockState.COMPLETED,
            attempt=1,
            started=NOW,
            finished=NOW,
            key=f"{number:064}",
            outputs=(output,),
        )
        attempt = AttemptRecord(run, name, 1, 0, "ended", NOW, 1, finished=NOW, pid=1, outcome="completed")
        event = NewEvent("block.completed", name, {"state": "completed"})
        runs.save(lease, Changes(block_runs=(block_run,), attempts=(attempt,), events=(event,)), now=NOW)

    return step


def _creation(folder: Path) -> float:
    runs = DatabaseRuns(open_database(None, folder=folder, durable=False))
    block_runs = [BlockRun(BlockRunName(f"block:{i}"), BlockId("block"), index=i) for i in range(10_000)]
    begin = time.perf_counter()
    _create(runs, block_runs)
    return (time.perf_counter() - begin) * 1000


def _create(runs: DatabaseRuns, block_runs: list[BlockRun]) -> RunId:
    request = RunRequest("project", "pipeline")
    return runs.create(
        request, variables={}, system={}, snapshot="", git_commit=None, block_runs=block_runs, now=NOW
    ).id


def _medians(*steps: Callable[[int], None]) -> list[float]:
    """The median of each; their rounds take turns, so that all meet the same load."""
    rounds = [[_round(step) for step in steps] for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def _round(step: Callable[[int], None]) -> float:
    begin = time.perf_counter()
    for number in range(STEPS):
        step(number)
    return (time.perf_counter() - begin) / STEPS * 1e6


if __name__ == "__main__":
    main()
