"""Files that appear whole or not at all, and the one sentence for a disk that refuses."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from blockwright.core.errors import Unavailable

PRIVATE = 0o700
"""Mode of every folder made here: outputs and logs are for their owner."""


@contextlib.contextmanager
def explained(path: Path, verb: str = "write") -> Iterator[None]:
    """Turn an OSError into Unavailable that names ``path``, the reason, the free space and the way out."""
    try:
        yield
    except OSError as error:
        raise refused(error, path, verb) from error


def refused(error: OSError, path: Path, verb: str = "write") -> Unavailable:
    """The error for people when the system does not let us ``verb`` at ``path``."""
    reason = error.strerror or str(error) or type(error).__name__
    message = f"Cannot {verb} {path}: {reason}{_free(path)}."
    return Unavailable(message, hint=_WAYS_OUT.get(error.errno or 0, _ANOTHER_FOLDER), code="store_refused")


_ANOTHER_FOLDER = "Choose another data folder with BLOCKWRIGHT_DATA_DIR."
_FREE_SPACE = "Free space, run `blockwright gc`, or choose another data folder with BLOCKWRIGHT_DATA_DIR."
_PERMISSION = "Make the data folder writable for this user, or choose another with BLOCKWRIGHT_DATA_DIR."
_WAYS_OUT = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: "Raise the limit on the size of files (`ulimit -f`).",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: "The file system is read-only; choose another data folder with BLOCKWRIGHT_DATA_DIR.",
    errno.EMFILE: "Raise the limit on open files (`ulimit -n`).",
    errno.ENFILE: "The machine has too many open files; close some, then try again.",
}


def _free(path: Path) -> str:
    for folder in (path, *path.parents):
        with contextlib.suppress(OSError):
            volume = os.statvfs(folder)
            return f" ({volume.f_bavail * volume.f_frsize:,} bytes free)"
    return ""


def make_folder(folder: Path) -> None:
    """Make ``folder`` and its parents for their owner only; one system call when the parents are there."""
    with contextlib.suppress(FileExistsError):
        try:
            os.mkdir(folder, PRIVATE)
        except FileNotFoundError:
            make_folder(folder.parent)
            os.mkdir(folder, PRIVATE)


def write_new(path: Path, data: bytes) -> int:
    """Write ``data`` to a file that must not exist yet; returns its descriptor, which the caller closes.

    Nothing is left when the write fails.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        make_folder(path.parent)
        descriptor = os.open(path, flags, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        remove(path)
        raise
    return descriptor


def rename(source: Path, target: Path) -> bool:
    """Give a finished file its name, making the folder if need be; returns whether the folder is new."""
    try:
        os.rename(source, target)
    except FileNotFoundError:
        make_folder(target.parent)
        os.rename(source, target)
        return True
    return False


def remove(path: Path) -> None:
    """Remove a file if it can be removed; what is left is swept with the other temporary files."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def sync(path: Path) -> None:
    """Wait until a file or a folder's entries would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
