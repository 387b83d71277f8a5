"""The physical limits beside which the promises stand: a bare fork, a bare commit, a bare write."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FORK_AND_COMMIT = """
import os, sqlite3, sys, time
import pandas, pyarrow
count, workers, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
import gc
gc.collect(); gc.freeze()
database = sqlite3.connect(path, isolation_level=None)
database.execute("pragma journal_mode=wal")
database.execute("pragma synchronous=normal")
database.execute("create table done (n integer primary key, state text)")
began = time.perf_counter()
started = ended = alive = 0
while ended < count:
    while alive < workers and started < count:
        pid = os.fork()
        if not pid:
            os._exit(0)
        started += 1
        alive += 1
    os.wait()
    alive -= 1
    ended += 1
    database.execute("begin immediate")
    database.execute("insert into done values (?, 'completed')", (ended,))
    database.execute("commit")
print(time.perf_counter() - began)
"""


def fork_and_commit(count: int, workers: int) -> float:
    """Seconds for ``count`` forks of a parent with pandas and pyarrow, each followed by one committed row."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", FORK_AND_COMMIT, str(count), str(workers), str(Path(folder) / "bare.db")]
        environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    return float(done.stdout)


def commits(count: int) -> float:
    """Seconds for ``count`` rows inserted and committed one by one (WAL, synchronous=normal)."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=normal")
        database.execute("create table done (n integer primary key, state text)")
        began = time.perf_counter()
        for number in range(count):
            database.execute("begin immediate")
            database.execute("insert into done values (?, 'completed')", (number,))
            database.execute("commit")
        seconds = time.perf_counter() - began
        database.close()
    return seconds


def command(*arguments: str) -> float:
    """Seconds of wall time for a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True)
    return time.perf_counter() - began
