"""Which files of the log of predictions count, and the lock between those who read them and who puts them together.

``<log>/<model>/<version>/<YYYY-MM-DD>/`` has ``*.arrow`` (batches as the service wrote them) and ``*.parquet`` (batches
put together); ``<log>/<model>/truth/`` has ``*.jsonl`` (as told) and ``*.parquet``. A Parquet file names in its
metadata what it was made of: those files do not count any more, whether or not they are gone already.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SOURCES = b"sources"
TRUTH = "truth"


@contextlib.contextmanager
def held(log: Path, *, alone: bool) -> Iterator[None]:
    """Hold the log's lock, with other readers or ``alone``. The service that writes batches needs none: what it writes
    is there whole or not at all."""
    log.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(log / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def day_folders(log: Path) -> Iterator[Path]:
    """The folders of all days of all versions."""
    for model in _folders(log):
        for version in _folders(model):
            if version.name.isdecimal():
                yield from (day for day in _folders(version) if _day(day.name) is not None)


def days_between(version: Path, first: date, last: date) -> list[Path]:
    """The folders of a version's days from ``first`` to ``last``, both included, the newest first."""
    found = [(day, folder) for folder in _folders(version) if (day := _day(folder.name)) is not None]
    return [folder for day, folder in sorted(found, reverse=True) if first <= day <= last]


def counting(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder that count, oldest first: Parquet, and those with ``suffix``."""
    named = _listed(folder)
    hidden = {source for name in named if name.endswith(".parquet") for source in sources_of(folder / name)}
    return [folder / name for name in named if name.endswith((".parquet", suffix)) and name not in hidden]


def put_together(folder: Path) -> set[str]:
    """The names of files in the folder that no longer count."""
    named = _listed(folder)
    gone = {source for name in named if name.endswith(".parquet") for source in sources_of(folder / name)}
    return gone & set(named)


def sources_of(path: Path) -> list[str]:
    """What a Parquet file was made of; a file that cannot be read was made of nothing."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return []
    found: list[str] = json.loads(metadata.get(SOURCES, b"[]"))
    return found


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except FileNotFoundError:
        return []


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != ".")
    except FileNotFoundError:
        return []


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
