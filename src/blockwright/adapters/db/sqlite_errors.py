"""What SQLite's error codes mean for the person who has to act on them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from blockwright.adapters.db.databases import BUSY_SECONDS, Refused
from blockwright.core.errors import Unavailable

_LEAST_FREE_BYTES = 64 * 1024
"""What the file of shared memory beside a database in write-ahead mode grows by, with some room."""

_ANOTHER_FOLDER = "Set BLOCKWRIGHT_DATA_DIR to a folder on a local disk that you may write to."

_MEANINGS = {
    sqlite3.SQLITE_FULL: (
        "database_full",
        "cannot grow: its disk is full.",
        "Free some space on it, then try again; `blockwright gc` then deletes old outputs.",
    ),
    sqlite3.SQLITE_READONLY: ("database_read_only", "cannot be written to.", _ANOTHER_FOLDER),
    sqlite3.SQLITE_PERM: ("database_read_only", "may not be opened by this user.", _ANOTHER_FOLDER),
    sqlite3.SQLITE_CANTOPEN: ("database_unavailable", "cannot be opened.", _ANOTHER_FOLDER),
    sqlite3.SQLITE_IOERR: (
        "database_unavailable",
        "cannot be read or written: the disk or file system reports an error.",
        "Look at the disk and the kernel's log, or set BLOCKWRIGHT_DATA_DIR to another folder.",
    ),
    sqlite3.SQLITE_PROTOCOL: ("database_unavailable", "lies on a file system whose locks fail.", _ANOTHER_FOLDER),
    sqlite3.SQLITE_NOLFS: ("database_unavailable", "is too large for its file system.", _ANOTHER_FOLDER),
    sqlite3.SQLITE_NOTADB: (
        "database_corrupt",
        "is not a SQLite database.",
        "Move the file away to begin anew, or put a backup in its place.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "database_corrupt",
        "is damaged.",
        "Put a backup in its place, or move the file away to begin anew.",
    ),
}


def busy(path: Path) -> Unavailable:
    return Unavailable(
        f"The database `{path}` has been locked by somebody else for more than {BUSY_SECONDS:g} seconds.",
        hint="Close what may hold it open (a database browser, a backup), then try again.",
        code="database_locked",
    )


def _is_full(path: Path) -> bool:
    try:
        volume = os.statvfs(path.parent)
    except OSError:
        return False
    return volume.f_bavail * volume.f_frsize < _LEAST_FREE_BYTES


def explain(error: sqlite3.Error, path: Path) -> Exception:
    """The error to raise: Unavailable for trouble with the file, Refused for what the schema does not allow to be
    empty, else ``error`` itself (a mistake of ours)."""
    details = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if details in (sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY):
        return Refused(str(error))
    code = details & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(path)
    if code == sqlite3.SQLITE_IOERR and _is_full(path):
        code = sqlite3.SQLITE_FULL  # SQLite tells this of the log, but of its shared memory only that it failed
    if code not in _MEANINGS:
        return error
    word, what, hint = _MEANINGS[code]
    return Unavailable(f"The database `{path}` {what} ({error})", hint=hint, code=word)
