"""What an isolated trivial block costs, beside a bare fork that commits one row to SQLite.

Run with ``python benchmarks/fork_overhead.py [attempts]``. The bare fork has a parent with the same imports. Both are
measured in turns, so that whatever else the machine does falls on both; the ratio is what counts.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.executor.fork_server import StartOptions
from blockwright.adapters.executor.local import LocalExecutor
from blockwright.ports.executors import AttemptCommitted, AttemptExited
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, ProjectContext

CODE = "@custom\ndef answer(*args, **kwargs):\n    return 42\n"
ROUND = 10


def main(attempts: int = 100) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        options = StartOptions(
            python=sys.executable, cache=root / "cache", environ=dict(os.environ), cwd=root, token="benchmark"
        )
        executor = LocalExecutor(options)
        executor.warm_up()
        load_like_the_fork_server()
        digest = store_code(root)
        try:
            run_one(executor, spec(root, digest, -1))
            ours: list[float] = []
            until_exit: list[float] = []
            bare: list[float] = []
            for start in range(0, attempts, ROUND):
                for number in range(start, start + ROUND):
                    committed, exited = run_one(executor, spec(root, digest, number))
                    ours.append(committed)
                    until_exit.append(exited)
                bare.extend(bare_fork(root) for _ in range(ROUND))
        finally:
            executor.close()
    report(bare, ours, until_exit)


def load_like_the_fork_server() -> None:
    for name in ("pandas", "pyarrow", "pyarrow.ipc", "pyarrow.pandas_compat", "cloudpickle", "blockwright.runner.life"):
        import_module(name)
    gc.collect()
    gc.freeze()


def store_code(root: Path) -> str:
    digest = blake3(CODE.encode()).hexdigest()
    path = root / "blobs" / digest[:2] / digest
    path.parent.mkdir(parents=True)
    path.write_text(CODE)
    (root / "blobs" / "tmp").mkdir()
    (root / "snapshot.json").write_text('{"files": {}}')
    return digest


def spec(root: Path, digest: str, number: int) -> AttemptSpec:
    work = root / "runs" / f"{number}"
    work.mkdir(parents=True)
    return AttemptSpec(
        attempt_id=f"1/answer/{number}",
        run=1,
        pipeline="benchmark",
        block="answer",
        block_run="answer",
        attempt=1,
        kind=AttemptKind.BLOCK,
        block_type="custom",
        language="python",
        code=CodeFile("custom/answer.py", digest),
        project=ProjectContext("project", str(root), str(root), str(root / "snapshot.json")),
        store=str(root / "blobs"),
        work=str(work),
        commit=str(work / "done-0.json"),
    )


def run_one(executor: LocalExecutor, attempt: AttemptSpec) -> tuple[float, float]:
    """Seconds until the attempt was committed, and until it was gone."""
    began = time.perf_counter()
    committed = 0.0
    executor.start(attempt)
    while True:
        for event in executor.wait(10):
            if isinstance(event, AttemptCommitted):
                committed = time.perf_counter() - began
            if isinstance(event, AttemptExited):
                assert event.status == 0, event
                return committed, time.perf_counter() - began


def bare_fork(root: Path) -> float:
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        with sqlite3.connect(root / "bare.db") as connection:
            connection.execute("create table if not exists result (value)")
            connection.execute("insert into result values (42)")
        os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - began


def report(bare: list[float], ours: list[float], until_exit: list[float]) -> None:
    base = statistics.median(bare)
    print(f"load {os.getloadavg()[0]:.2f}, {len(ours)} attempts")
    for name, times in (
        ("bare fork + commit + exit", bare),
        ("block, until committed", ours),
        ("block, until gone", until_exit),
    ):
        middle = statistics.median(times)
        print(
            f"{name:28} median {middle * 1000:7.2f} ms   best {min(times) * 1000:7.2f} ms   ratio {middle / base:5.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
