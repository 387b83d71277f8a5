"""Batches put together: whatever moment it is killed in, each row counts once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from blockwright.adapters.monitors import told
from blockwright.adapters.monitors.reader import compaction, files, tables, truth
from blockwright.wire.kill_points import COMPACTION_POINTS
from tests.adapters.monitors.logs import DAY, write

TODAY = date(2026, 1, 1)
FOLDER = "delay/1/2026-01-01"


def rows(log: Path) -> list[str]:
    """The requests of every row that counts, sorted."""
    found = [tables.read(path) for path in files.counting(log / FOLDER, ".arrow")]
    return sorted(tables.together(found).column("request_id").to_pylist())


def compact(log: Path, *, days: int = 0, oldest: date = date(2025, 1, 1)) -> dict[str, int]:
    """So many days after those of the batches."""
    return compaction.compact(log, TODAY + timedelta(days=days), oldest)


def test_many_batches_become_one_file_with_every_row(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, {"a": [1.0, 2.0]}, [3.0, 4.0], request=f"r{number}")
    before = rows(tmp_path)
    done = compact(tmp_path)
    assert done == {"batches": 5, "files": 1, "damaged": 0, "days": 0}
    (left,) = (tmp_path / FOLDER).iterdir()
    assert left.suffix == ".parquet"
    assert rows(tmp_path) == before
    assert len(before) == 10
    table = tables.read(left, ["input.a", "time", "prediction"])
    assert (table.column("input.a").to_pylist(), table.column("time").type) == (
        *([1.0, 2.0] * 5, pa.timestamp("us", "UTC")),
    )


def test_nothing_is_done_twice(tmp_path: Path) -> None:
    write(tmp_path, {"a": [1.0]}, [3.0])
    compact(tmp_path)
    (made,) = (tmp_path / FOLDER).iterdir()
    assert compact(tmp_path)["files"] == 0
    assert list((tmp_path / FOLDER).iterdir()) == [made]


def test_the_parts_of_a_day_that_is_over_become_one(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, {"a": [1.0]}, [3.0], request=f"r{number}")
        compact(tmp_path)
    assert len(list((tmp_path / FOLDER).iterdir())) == 3
    compact(tmp_path, days=1)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert rows(tmp_path) == ["r0", "r1", "r2"]


def test_many_parts_of_today_become_one(tmp_path: Path) -> None:
    for number in range(compaction.MOST_PARTS + 1):
        write(tmp_path, {"a": [1.0]}, [3.0], request=f"r{number:02}")
        compact(tmp_path)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert len(rows(tmp_path)) == compaction.MOST_PARTS + 1


@pytest.mark.parametrize("point", [*COMPACTION_POINTS, "compaction.after_delete:2"])
def test_a_kill_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    for number in range(4):
        write(tmp_path, {"a": [1.0, 2.0]}, [3.0, 4.0], request=f"r{number}")
    before = rows(tmp_path)
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from blockwright.wire import kill_points\n"
        "from blockwright.adapters.monitors.reader.compaction import compact\n"
        "kill_points.arm(sys.argv[2]); compact(Path(sys.argv[1]), date(2026, 1, 1), date(2025, 1, 1))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path), point], check=False)
    assert done.returncode == -signal.SIGKILL
    assert rows(tmp_path) == before
    write(tmp_path, {"a": [1.0]}, [3.0], request="s")
    compact(tmp_path, days=1)
    assert rows(tmp_path) == [*before, "s"]
    assert len(os.listdir(tmp_path / FOLDER)) == 1


def test_columns_of_several_kinds_lose_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a": [1, 2]}, ["x", "y"], request="r1")
    write(tmp_path, {"a": [1.5, None]}, [1, 2], request="r2")
    write(tmp_path, {"a": [None, None], "b": [{"c": 1}, None]}, [None, None], request="r3", error="no wind")
    compact(tmp_path)
    (left,) = (tmp_path / FOLDER).iterdir()
    table = tables.read(left)
    assert table.column("input.a").to_pylist() == [1.0, 2.0, 1.5, None, None, None]
    assert table.column("prediction").to_pylist() == ["x", "y", "1", "2", None, None]
    assert table.column("input.b").to_pylist()[4:] == [{"c": 1}, None]


def test_a_damaged_batch_is_put_aside_and_keeps_no_other_back(tmp_path: Path) -> None:
    bad = write(tmp_path, {"a": [1.0]}, [3.0], request="bad")
    bad.write_bytes(bad.read_bytes()[:100])
    write(tmp_path, {"a": [1.0]}, [3.0], request="good")
    assert compact(tmp_path) == {"batches": 1, "files": 1, "damaged": 1, "days": 0}
    assert rows(tmp_path) == ["good"]
    assert [path.name for path in (tmp_path / FOLDER).glob("*.damaged")] == [f"{bad.name}.damaged"]


def test_what_was_told_is_put_together_too(tmp_path: Path) -> None:
    for number in range(3):
        told.write(tmp_path, "delay", [{"request_id": f"r{number}", "actual": number}], DAY)
    told.write(tmp_path, "delay", [{"key": "k", "actual": "late"}, {"key": "none", "actual": None}], DAY)
    compact(tmp_path)
    assert [path.suffix for path in (tmp_path / "delay" / "truth").iterdir()] == [".parquet"]
    found = truth.all_of(tmp_path, "delay").to_pylist()
    assert sorted((row["request_id"] or row["key"], json.loads(row["actual"])) for row in found) == [
        *[("k", "late"), ("r0", 0), ("r1", 1), ("r2", 2)],
    ]


def test_days_that_are_too_old_go(tmp_path: Path) -> None:
    write(tmp_path, {"a": [1.0]}, [3.0], at=DAY - timedelta(days=1), request="old")
    write(tmp_path, {"a": [1.0]}, [3.0], request="kept")
    assert compact(tmp_path, oldest=TODAY)["days"] == 1
    assert [folder.name for folder in (tmp_path / "delay" / "1").iterdir()] == ["2026-01-01"]
    assert rows(tmp_path) == ["kept"]
