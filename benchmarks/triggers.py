"""What many triggers cost: ``python -m benchmarks.triggers`` prints one line for each promise.

The files are read and the first due check is made by the scheduler's own loop, in this process.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.server import Line, print_table
from blockwright.adapters.db.trigger_rows import INSERT, cells
from blockwright.compose import Embedded
from blockwright.core.triggers.model import Place, Trigger
from blockwright.engine.scheduler import Scheduler
from blockwright.ports.installation import Installation
from blockwright.ports.triggers import TriggerFilter
from blockwright.settings import read

FILES, TRIGGERS_OF_A_FILE = 1_000, 10
STORED = 100_000
PROJECT = "bench"
_ENTRY = "- name: trigger_{number}\n  schedule_type: time\n  schedule_interval: '{minute} 3 * * *'\n  status: active\n"


def measure() -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / PROJECT
        for number in range(FILES):
            _pipeline(root, number)
        (root / "metadata.yaml").write_text("project_type: standalone\n")
        return [*_files(root), _first_check(root)]


def _files(root: Path) -> Iterator[Line]:
    what = f"{FILES:,} files of {TRIGGERS_OF_A_FILE} triggers"
    with _installation(root) as installation:
        scheduler = Scheduler(installation)
        yield Line(f"{what} read", f"{_settled(scheduler):.1f} s", "under 10 s")
    _require_stored(root, FILES * TRIGGERS_OF_A_FILE)
    with _installation(root) as installation:
        yield Line(f"{what}, none changed", f"{_settled(Scheduler(installation)):.2f} s", "only changed files are read")


def _first_check(root: Path) -> Line:
    _store(root, STORED - FILES * TRIGGERS_OF_A_FILE)
    _require_stored(root, STORED)
    began = time.perf_counter()
    with _installation(root) as installation:
        _settled(Scheduler(installation))
        seconds = time.perf_counter() - began
    return Line(f"{STORED:,} triggers stored: opened and first due check", f"{seconds:.2f} s", "under 10 s")


@contextmanager
def _installation(root: Path) -> Iterator[Installation]:
    platform = Embedded(read({"PATH": os.environ["PATH"]}))
    try:
        yield platform.installation(root)
    finally:
        platform.close()


def _settled(scheduler: Scheduler) -> float:
    """Seconds of turns until one finds nothing more to do at once."""
    began = time.perf_counter()
    while scheduler.turn() < 1.0:
        continue
    return time.perf_counter() - began


def _pipeline(root: Path, number: int) -> None:
    name = f"pipeline_{number}"
    folder = root / "pipelines" / name
    folder.mkdir(parents=True)
    (folder / "metadata.yaml").write_text(f"name: {name}\nuuid: {name}\ntype: python\nblocks: []\n")
    entries = (_ENTRY.format(number=place, minute=(number + place) % 60) for place in range(TRIGGERS_OF_A_FILE))
    (folder / "triggers.yaml").write_text("triggers:\n" + "".join(entries))


def _store(root: Path, count: int) -> None:
    """So many triggers that are in the records only, straight into the table, each like one of the files."""
    with _installation(root) as installation:
        records = installation.workspace(PROJECT).triggering.records
        known = records.list(TriggerFilter(PROJECT), limit=TRIGGERS_OF_A_FILE)
    database = sqlite3.connect(root / ".blockwright" / "blockwright.db", isolation_level=None)
    database.execute("BEGIN")
    rows = ([*cells(_twin(known[number % len(known)], number)), ""] for number in range(count))
    database.executemany(INSERT.removesuffix(" RETURNING id"), rows)
    database.execute("COMMIT")
    database.close()


def _twin(trigger: Trigger, number: int) -> Trigger:
    return replace(trigger, place=Place.API, spec=replace(trigger.spec, name=f"stored_{number}"))


def _require_stored(root: Path, count: int) -> None:
    """A measurement of triggers that are not there, or can never be due, would say nothing."""
    database = sqlite3.connect(root / ".blockwright" / "blockwright.db")
    (found,) = database.execute("SELECT COUNT(*) FROM trigger WHERE active = 1 AND next_due IS NOT NULL").fetchone()
    database.close()
    if found != count:
        raise RuntimeError(f"{found:,} active triggers are stored instead of {count:,}")


if __name__ == "__main__":
    print_table(measure())
