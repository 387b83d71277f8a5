"""Many small batches put together into few Parquet files, one folder (a day of a version) after the other.

A file is written whole under a hidden name, flushed, and renamed; it names its sources, which stop counting in that
moment; only then are they deleted. Whatever moment the process is killed in, each row counts exactly once, and the
next turn deletes what was left.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from blockwright.adapters.monitors.reader import files, tables, truth
from blockwright.wire import kill_points

log = logging.getLogger(__name__)

MOST_PARTS = 12
"""Parquet files that a day may have before they are put together themselves."""
MOST_FILES = 2_000
"""Batches that go into one file: their names stand in it."""
_TEMPORARY = ".put-together-"


def compact(log_folder: Path, today: date, oldest: date) -> dict[str, int]:
    """Put together everything that can be; how many ``batches`` were, into how many ``files``, and how many were
    ``damaged`` and put aside under the name ``*.damaged``. The ``days`` before ``oldest`` are deleted."""
    done = {"batches": 0, "files": 0, "damaged": 0, "days": 0}
    with files.held(log_folder, alone=True):
        for folder in files.day_folders(log_folder):
            if date.fromisoformat(folder.name) < oldest:
                shutil.rmtree(folder)
                done["days"] += 1
                continue
            over = date.fromisoformat(folder.name) < today
            _compact_folder(folder, ".arrow", done, over=over)
        for model in sorted(log_folder.iterdir()):
            if (model / files.TRUTH).is_dir():
                _compact_folder(model / files.TRUTH, ".jsonl", done, over=False)
    return done


def _compact_folder(folder: Path, suffix: str, done: dict[str, int], *, over: bool) -> None:
    for name in files.put_together(folder):
        (folder / name).unlink()
    for left in folder.glob(f"{_TEMPORARY}*"):
        left.unlink()
    while True:
        sources = _sources(folder, suffix, over=over)
        sound = [path for path in sources if _is_sound(path, done)]
        if not sound:
            return
        _put_together(folder, sound)
        done["batches"] += len(sound)
        done["files"] += 1
        if len(sources) < MOST_FILES:
            return


def _sources(folder: Path, suffix: str, *, over: bool) -> list[Path]:
    found = files.counting(folder, suffix)
    parts = [path for path in found if path.suffix == ".parquet"]
    fresh = [path for path in found if path.suffix == suffix]
    merge = len(parts) >= MOST_PARTS or (over and len(parts) + bool(fresh) > 1)
    return [*(parts if merge else ()), *fresh][:MOST_FILES]


def _is_sound(path: Path, done: dict[str, int]) -> bool:
    """Whether it can be read; what cannot (a power cut, a full disk) is put aside, so that it is told once."""
    try:
        if path.suffix == ".jsonl":
            truth.read_lines(path)
        else:
            tables.schema_of(path)
    except (OSError, ValueError) as error:
        log.warning("predictions.damaged file=%s problem=%r", path.name, str(error))
        path.rename(path.with_name(f"{path.name}.damaged"))
        done["damaged"] += 1
        return False
    return True


def _put_together(folder: Path, sources: Sequence[Path]) -> None:
    schema = truth.SCHEMA
    if folder.name != files.TRUTH:
        schema = tables.common([tables.schema_of(path) for path in sources])
    named = schema.with_metadata({files.SOURCES: json.dumps([path.name for path in sources]).encode()})
    name = f"{sources[0].name.partition('.')[0].partition('-')[0]}-{os.urandom(8).hex()}"
    temporary = folder / f"{_TEMPORARY}{name}"
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetWriter(temporary, named, compression="zstd", compression_level=1, use_dictionary=texts) as writer:
        for group in _groups(sources):
            writer.write_table(tables.brought(tables.together(group), schema).replace_schema_metadata(named.metadata))
    _flush(temporary)
    kill_points.here("compaction.before_rename")
    temporary.rename(folder / f"{name}.parquet")
    _flush(folder)
    kill_points.here("compaction.after_rename")
    for path in sources:
        path.unlink()
        kill_points.here("compaction.after_delete")


def _groups(sources: Sequence[Path], rows: int = 200_000) -> list[list[pa.Table]]:
    """Tables of about so many rows together: a row group each, since many small ones are slow to read."""
    groups: list[list[pa.Table]] = [[]]
    count = 0
    for path in sources:
        table = truth.read_table(path) if path.parent.name == files.TRUTH else tables.read(path)
        if count + table.num_rows > rows and groups[-1]:
            groups.append([])
            count = 0
        groups[-1].append(table)
        count += table.num_rows
    return groups


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
