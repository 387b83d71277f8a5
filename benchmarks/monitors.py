"""What monitors promise: a million logged predictions are summarised in under two seconds.

``python -m benchmarks.monitors [--rows 1000000]`` writes a log as the prediction service does (12 features, ten days, a
batch a minute), has it put together, and measures a window over all of it in the process that does so for monitors. A
machine that is busy burdens everything alike, so beside it stands what reading the same files and sorting their numbers
costs in the same kind of process, start and imports included: nobody can compare distributions with less.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.server import Line, print_table
from blockwright.adapters.monitors.local import LocalPredictions
from blockwright.ports.monitors import Window
from blockwright.runner.references import reference_of

NUMBERS, CATEGORIES, DAYS = 10, 2, 10
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 10_000
BARE = """
import sys, pathlib
import numpy as np, pyarrow.parquet as pq, scipy.special
for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.parquet")):
    table = pq.ParquetFile(file).read()
    for name in table.column_names:
        if name.startswith("input.n") or name == "prediction":
            np.sort(table.column(name).to_numpy())
"""


class Sum:
    def predict(self, frame: pd.DataFrame) -> pd.Series:
        return frame.filter(like="n").sum(axis=1)


def frame_of(rows: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """``rows`` of ``NUMBERS`` normal columns, of which the first is shifted, and ``CATEGORIES`` of words."""
    random = np.random.default_rng(seed)
    columns = {f"n{place}": random.normal(shift if place == 0 else 0.0, size=rows) for place in range(NUMBERS)}
    words = np.array(["AA", "B6", "DL", "EV", "UA", "US", "WN", "MQ"])
    columns |= {f"c{place}": words[random.integers(0, len(words), rows)] for place in range(CATEGORIES)}
    return pd.DataFrame(columns)


def write_log(log: Path, rows: int) -> int:
    """The batches of the log; how many. One request for each row."""
    batches = rows // BATCH
    for number in range(batches):
        frame = frame_of(BATCH, number, shift=0.3)
        at = BEGIN + timedelta(days=DAYS) / batches * number
        day = log / "bench" / "1" / f"{at:%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        micros = int(at.timestamp() * 1e6)
        table = pa.table(
            {
                "request_id": [f"{number:06x}{place:06x}" for place in range(BATCH)],
                "row": pa.array(np.zeros(BATCH), pa.int32()),
                "key": [""] * BATCH,
                "role": ["champion"] * BATCH,
                "time": pa.array(np.arange(BATCH) + micros, pa.timestamp("us", "UTC")),
                "milliseconds": pa.array(np.full(BATCH, 1.5), pa.float32()),
                "error": [""] * BATCH,
                "prediction": Sum().predict(frame).to_numpy(),
                **{f"input.{name}": frame[name].to_numpy() for name in frame},
            }
        )
        with (
            pa.OSFile(str(day / f"{micros}-{number:06}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as to,
        ):
            to.write_table(table)
    return batches


def measure(rows: int = 1_000_000, repeats: int = 5) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="blockwright-monitors-") as folder:
        log, reference = Path(folder) / "log", Path(folder) / "reference.json"
        training = frame_of(100_000, 10**6)
        reference.write_text(json.dumps(reference_of(Sum(), training, None, list(training.columns))))
        batches = write_log(log, rows)
        predictions = LocalPredictions(log)
        began = time.perf_counter()
        done = predictions.compact(now=BEGIN + timedelta(days=DAYS + 1), keep=timedelta(days=400))
        compacted = time.perf_counter() - began
        window = Window("bench", 1, BEGIN, BEGIN + timedelta(days=DAYS + 1), BEGIN, reference, tuple(training.columns))
        ours, theirs, spent = [], [], []
        for _ in range(repeats):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-c", BARE, str(log)], check=True)
            theirs.append(time.perf_counter() - began)
            cpu, began = _child_seconds(), time.perf_counter()
            measured = predictions.measure(window)
            ours.append(time.perf_counter() - began)
            spent.append(_child_seconds() - cpu)
            assert measured.rows == batches * BATCH
            assert measured.features[0].p_value is not None
    ratio = median(ours) / median(theirs)
    name = f"{rows:,} predictions of {NUMBERS + CATEGORIES} features"
    return [
        Line(f"{name}: summarised", f"{median(ours):.2f} s (CPU {median(spent):.2f} s)", "under 2 s"),
        Line("… beside reading and sorting them", f"{ratio:.2f} × {median(theirs):.2f} s", "—"),
        Line(f"… {done.batches:,} batches put together into {done.files} files", f"{compacted:.2f} s", "—"),
    ]


def _child_seconds() -> float:
    """CPU that children which ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    print_table(measure(arguments.rows, arguments.repeats))
