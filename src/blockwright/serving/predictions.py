"""The log of predictions: gathered in memory, written in batches that are whole or not there.

An answer never waits for it: what comes in is put on a list, and a thread writes it, at most a second later. Beside
the batches lies a file of three numbers that the kernel keeps when the process is killed: how many rows were answered,
how many were written, how many were dropped because the disk was too slow. The next start reads from it how many were
lost, to the row.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from typing import IO, Any

log = logging.getLogger(__name__)

BATCH_SECONDS = 1.0
BATCH_ROWS = 20_000
"""A batch is written when it is so old or has so many rows."""
MOST_WAITING = 400_000
"""Rows that may wait for the disk; more are dropped, and counted."""
_NUMBERS = struct.Struct("<QQQ")


@dataclass(frozen=True, slots=True)
class Answered:
    """One request's rows. ``role`` is ``champion``, ``challenger`` or ``shadow``; ``error`` is set instead of
    ``predictions`` when the model failed. ``at`` is in nanoseconds since 1970, ``seconds`` what the answer took."""

    request_id: str
    key: str
    model: str
    version: int
    role: str
    at: int
    seconds: float
    inputs: Mapping[str, Sequence[Any]]
    rows: int
    predictions: Sequence[Any] = ()
    error: str = ""


class PredictionLog:
    """Safe to use from every thread. ``folder`` belongs to one process at a time; see ``own_folder``."""

    def __init__(self, folder: Path, *, seconds: float = BATCH_SECONDS, largest: int = MOST_WAITING) -> None:
        self._folder = folder
        self._seconds = seconds
        self._largest = largest
        self._waiting: list[Answered] = []
        self._count = 0
        self._closed = False
        self._changed = Condition()
        self._mine, self._file = own_folder(folder)
        self._memory = mmap.mmap(self._file.fileno(), _NUMBERS.size)
        accepted, written, dropped = _NUMBERS.unpack(self._memory[:])
        self.lost = max(0, accepted - written - dropped)
        """Rows that were answered by the process before this one and never written."""
        if self.lost:
            log.warning("predictions.lost rows=%d folder=%s", self.lost, self._mine.name)
        self.accepted = self.written = self.dropped = 0
        self._remember()
        self._thread = Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, answered: Answered) -> None:
        """Take note of an answer. Neither waits nor raises."""
        with self._changed:
            self.accepted += answered.rows
            if self._count + answered.rows > self._largest or self._closed:
                self.dropped += answered.rows
            else:
                self._waiting.append(answered)
                self._count += answered.rows
                if self._count >= BATCH_ROWS:
                    self._changed.notify()
            self._remember()

    @property
    def waiting(self) -> int:
        """Rows that a crash right now would lose."""
        return self.accepted - self.written - self.dropped

    def close(self) -> None:
        """Write what waits, and let go of the folder."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._memory.close()
        self._file.close()

    def _remember(self) -> None:
        self._memory[:] = _NUMBERS.pack(self.accepted, self.written, self.dropped)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._count >= BATCH_ROWS, self._seconds)
                taken, self._waiting, self._count = self._waiting, [], 0
                closed = self._closed
            if taken:
                self._write(taken)
            if closed:
                return

    def _write(self, taken: Sequence[Answered]) -> None:
        groups: dict[tuple[str, int], list[Answered]] = {}
        for answered in taken:
            groups.setdefault((answered.model, answered.version), []).append(answered)
        for (model, version), group in groups.items():
            rows = sum(answered.rows for answered in group)
            try:
                self._write_batch(self._folder / model / str(version), group)
            except Exception as error:  # a disk that is full, values that no column takes: the answers were given
                log.warning("predictions.not_written rows=%d problem=%r", rows, str(error))
                with self._changed:
                    self.dropped += rows
                    self._remember()
                continue
            with self._changed:
                self.written += rows
                self._remember()

    def _write_batch(self, folder: Path, group: Sequence[Answered]) -> None:
        day = folder / datetime.fromtimestamp(group[0].at / 1e9, UTC).strftime("%Y-%m-%d")
        day.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{group[0].at // 1000}-{os.urandom(8).hex()}"
        temporary = day / f".{name}.tmp"
        try:
            write_table(temporary, group)
            temporary.rename(day / f"{name}.arrow")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_table(path: Path, group: Sequence[Answered]) -> None:
    """One row for each prediction: ``request_id``, ``row``, ``key``, ``role``, ``time``, ``milliseconds``, ``error``,
    ``prediction`` and the inputs as ``input.<name>``. A column whose values are of several kinds is JSON text."""
    import pyarrow as pa

    names = list(dict.fromkeys(name for answered in group for name in answered.inputs))
    columns: dict[str, list[Any]] = {f"input.{name}": [] for name in names}
    fixed: dict[str, list[Any]] = {name: [] for name in _FIXED}
    for answered in group:
        count = answered.rows
        fixed["request_id"] += [answered.request_id] * count
        fixed["row"] += range(count)
        fixed["key"] += [answered.key] * count
        fixed["role"] += [answered.role] * count
        fixed["time"] += [answered.at // 1000] * count
        fixed["milliseconds"] += [answered.seconds * 1000] * count
        fixed["error"] += [answered.error] * count
        fixed["prediction"] += answered.predictions if answered.predictions else [None] * count
        for name in names:
            columns[f"input.{name}"] += answered.inputs.get(name) or [None] * count
    types = {"row": pa.int32(), "time": pa.timestamp("us", "UTC"), "milliseconds": pa.float32()}
    arrays = {
        name: pa.array(values, types[name]) if name in types else _array(pa, values)
        for name, values in {**fixed, **columns}.items()
    }
    table = pa.table(arrays).replace_schema_metadata({"model": group[0].model, "version": str(group[0].version)})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


_FIXED = ("request_id", "row", "key", "role", "time", "milliseconds", "error", "prediction")


def _array(pa: Any, values: list[Any]) -> Any:
    import json

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else json.dumps(value, default=str) for value in values])


def own_folder(folder: Path) -> tuple[Path, IO[bytes]]:
    """The first free place below ``folder`` for this process's numbers, held by a lock for as long as it is open."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(1000):
        path = folder / f".counted-{number}"
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        if os.fstat(file.fileno()).st_size < _NUMBERS.size:
            file.truncate(_NUMBERS.size)
        return path, file
    raise OSError(f"a thousand processes write into {folder} already")


def now() -> int:
    """Nanoseconds since 1970."""
    return time.time_ns()
