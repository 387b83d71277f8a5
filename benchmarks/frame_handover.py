"""A large frame from one block to the next: `python -m benchmarks.frame_handover [millions of rows]`.

The floor of writing is pyarrow writing the same table to a file, uncompressed, without naming it by its content. Both
are measured in turn, so that a busy machine is busy for both; reading is measured to the ready frame, with the private
memory it adds, and again after one cell was written.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.table import Row, render
from blockwright import codecs
from blockwright.codecs import blobs

ROUNDS = 5
NUMBERS = 12


def main() -> None:
    rows = int(float(sys.argv[1] if len(sys.argv) > 1 else 10) * 1_000_000)
    print(f"load {os.getloadavg()[0]:.2f}\n\n{render(measure(rows, ROUNDS))}")


def measure(rows: int = 10_000_000, repeats: int = ROUNDS) -> list[Row]:
    """Write and read of a frame of so many rows, twelve columns of numbers and one of strings."""
    frame = _frame(rows)
    table = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
    size = f"{rows / 1e6:g} M rows, {table.nbytes / 1e9:.1f} GB"
    with tempfile.TemporaryDirectory() as folder:
        return _measure(frame, table, Path(folder), size, repeats)


def _measure(frame: pd.DataFrame, table: pa.Table, folder: Path, size: str, repeats: int) -> list[Row]:
    floor, ours, reads, added, written = [], [], [], [], []
    codecs.read(codecs.write(frame.head(0), name="output_1", store=folder), store=folder)  # the libraries' first use
    for _ in range(repeats):
        floor.append(_seconds(lambda: _write_bare(table, folder / "bare.arrow")))
        (folder / "bare.arrow").unlink()
        start = time.perf_counter()
        output = codecs.write(frame, name="output_0", store=folder)
        ours.append(time.perf_counter() - start)
        reads.append(_read(output, folder, added, written))
        blobs.path_of(folder, output.digest).unlink()
    bare, kept = statistics.median(floor), statistics.median(ours)
    ready = statistics.median(reads)
    private = f"{statistics.median(added) / 1024:.0f} kB private"
    after = f"{statistics.median(written) / 1024:.0f} kB after a cell was written"
    return [
        Row(f"store a frame ({size})", kept, "pyarrow writes the table", bare, "at most 1.3×", 1.3),
        Row(f"read it ({private}, {after})", ready, "storing it", kept, "under 50 ms, no private memory"),
    ]


def _frame(rows: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{place}": random.random(rows) for place in range(NUMBERS)})
    names = pa.array([f"customer-{number}" for number in range(1_000)], pa.large_string())
    frame["name"] = names.take(pa.array(random.integers(0, 1_000, rows))).to_pandas()
    return frame


def _write_bare(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(output: Any, folder: Path, added: list[int], written: list[int]) -> float:
    before = _private_bytes()
    start = time.perf_counter()
    frame = codecs.read(output, store=folder)
    seconds = time.perf_counter() - start
    added.append(_private_bytes() - before)
    frame.iloc[len(frame) // 2, 0] = -1.0
    written.append(_private_bytes() - before)
    return seconds


def _private_bytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
