"""The log of predictions: whole batches, and to the row how much a crash has cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from blockwright.serving.predictions import Answered, PredictionLog

SECONDS = 60.0


def answered(rows: int = 1, *, model: str = "delay", version: int = 1, **fields: Any) -> Answered:
    values: dict[str, Any] = {"inputs": {"a": [1.0] * rows}, "predictions": [2.0] * rows, **fields}
    at = fields.pop("at", 1_767_268_800_000_000_000)
    values.pop("at", None)
    return Answered("r1", "k", model, version, "champion", at, 0.002, values.pop("inputs"), rows, **values)


def batches(folder: Path) -> list[pa.Table]:
    return [pa.ipc.open_file(path).read_all() for path in sorted(folder.rglob("*.arrow"))]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_was_answered_stands_in_a_batch(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, seconds=0.01)
    log.add(answered(3, inputs={"a": [1.0, None, 3.0], "carrier": ["UA", "AA", None]}, predictions=[1.5, 2.5, 3.5]))
    until(lambda: log.waiting == 0)
    log.close()
    (table,) = batches(tmp_path)
    rows = table.to_pylist()
    assert [row["row"] for row in rows] == [0, 1, 2]
    assert [row["prediction"] for row in rows] == [1.5, 2.5, 3.5]
    assert rows[1]["input.a"] is None
    assert (rows[0]["input.carrier"], rows[0]["request_id"], rows[0]["role"]) == ("UA", "r1", "champion")
    assert rows[0]["time"].isoformat() == "2026-01-01T12:00:00+00:00"
    assert next(tmp_path.glob("delay/1/2026-01-01/*.arrow"))
    assert table.schema.metadata == {b"model": b"delay", b"version": b"1"}


def test_closing_writes_what_waits_a_batch_for_each_version(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, seconds=SECONDS)
    log.add(answered())
    log.add(answered(2, version=2))
    log.add(answered(error="ZeroDivisionError: no wind", predictions=()))
    assert log.waiting == 4
    log.close()
    assert sorted(table.num_rows for table in batches(tmp_path)) == [2, 2]
    failed = [row for table in batches(tmp_path) for row in table.to_pylist() if row["error"]]
    assert [(row["prediction"], row["error"]) for row in failed] == [(None, "ZeroDivisionError: no wind")]
    assert PredictionLog(tmp_path).lost == 0


def test_values_of_several_kinds_are_kept_as_text(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, seconds=SECONDS)
    log.add(answered(2, inputs={"a": [1, "x"]}, predictions=[{"p": 1}, [1]]))
    log.close()
    (table,) = batches(tmp_path)
    assert table.column("input.a").to_pylist() == ["1", '"x"']
    assert table.column("prediction").to_pylist() == ['{"p": 1}', "[1]"]


def test_a_disk_that_refuses_costs_rows_and_says_how_many(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, seconds=0.01)
    (tmp_path / "delay").write_text("in the way")
    log.add(answered(5))
    until(lambda: log.waiting == 0)
    assert (log.dropped, log.written) == (5, 0)
    (tmp_path / "delay").unlink()
    log.add(answered(2))
    until(lambda: log.waiting == 0)
    assert (log.dropped, log.written) == (5, 2)
    log.close()
    assert [table.num_rows for table in batches(tmp_path)] == [2]
    assert not list(tmp_path.rglob("*.tmp"))


def test_more_than_may_wait_is_dropped_and_counted(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, seconds=SECONDS, largest=10)
    for _ in range(4):
        log.add(answered(4))
    assert (log.waiting, log.dropped) == (8, 8)
    log.close()


def test_two_processes_write_beside_each_other(tmp_path: Path) -> None:
    first, second = PredictionLog(tmp_path), PredictionLog(tmp_path)
    first.add(answered())
    second.add(answered())
    first.close()
    second.close()
    assert len(batches(tmp_path)) == 2


CRASH = """
import sys, time
from pathlib import Path
from blockwright.serving.predictions import PredictionLog
from tests.serving.test_predictions import answered
folder, first, second = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
log = PredictionLog(folder)
for _ in range(first):
    log.add(answered(7))
log.close()
log = PredictionLog(folder, seconds=3600.0)
for _ in range(second):
    log.add(answered(3))
print("ready", flush=True)
time.sleep(3600)
"""


@pytest.mark.fault
@pytest.mark.slow
def test_kill_9_loses_what_was_not_written_and_says_how_much(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path), "10", "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        os.kill(process.pid, signal.SIGKILL)
    again = PredictionLog(tmp_path)
    assert again.lost == 12
    again.close()
    assert sum(table.num_rows for table in batches(tmp_path)) == 70
    after = PredictionLog(tmp_path)
    assert after.lost == 0
    after.close()
