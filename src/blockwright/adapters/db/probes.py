"""Whether a folder's file system keeps what SQLite needs: write-ahead logging and locks that exclude.

Some network and user-space file systems grant every lock or map no shared memory. Found out on the first start, that
is a sentence; found out later, it is a damaged database.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import struct
from collections.abc import Callable
from errno import EACCES, EAGAIN
from pathlib import Path

from blockwright.core.errors import Unavailable

_HINT = "Set BLOCKWRIGHT_DATA_DIR to a folder on a local disk."

_WRITE_LOCK = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)  # struct flock: the first byte


def require_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Switch the database to write-ahead logging, for good; raises Unavailable where that does not work."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Unavailable(
            f"The file system of `{path.parent}` has no shared memory maps, which the database needs.",
            hint=_HINT,
            code="database_file_system",
        )


def take_lock(descriptor: int) -> bool:
    """Lock the file for this open description; False when another one has it."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _WRITE_LOCK)
    except OSError as error:
        if error.errno in (EACCES, EAGAIN):
            return False
        raise
    return True


def require_locks(folder: Path, take: Callable[[int], bool] = take_lock) -> None:
    """Lock one file through two descriptors; raises Unavailable unless the second is refused.

    Locks of a descriptor rather than of a process are used, because those of one process never exclude each other;
    the file system answers both in the same way. When another process probes at the same time, its lock refuses our
    first, and says as much.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        first = os.open(folder / "probe", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            excluded = not take(first) or not _second_take(folder, take)
        finally:
            os.close(first)
    except OSError as error:
        raise Unavailable(
            f"The data folder `{folder.parent}` cannot be used: {error.strerror} (`{error.filename or folder}`).",
            hint="Set BLOCKWRIGHT_DATA_DIR to a folder on a local disk that you may write to.",
            code="database_folder",
        ) from error
    if not excluded:
        raise Unavailable(
            f"The file system of `{folder.parent}` grants the same lock twice, so the database would not be safe.",
            hint=_HINT,
            code="database_file_system",
        )


def _second_take(folder: Path, take: Callable[[int], bool]) -> bool:
    second = os.open(folder / "probe", os.O_RDWR | os.O_CLOEXEC)
    try:
        return take(second)
    finally:
        os.close(second)
