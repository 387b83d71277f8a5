"""Immutable bytes named by their BLAKE3 digest: ``ab/abcdef…``, with ``tmp/`` for what is being written."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.artifacts.atomic import explained, remove, rename, sync, write_new
from blockwright.core.errors import NotFound, Unavailable
from blockwright.wire import kill_points

DIGEST = re.compile(r"[0-9a-f]{64}")
HELD_SECONDS = 600.0
"""A blob that was wanted within this time is young enough: sweeps leave what is younger than an hour."""


class Blobs:
    """The blobs in one folder. Block processes write into the same folder by the same rules.

    ``durable``: data and names are on the disk before a write returns.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self._durable = durable

    def temporary(self) -> Path:
        """A new name in ``tmp/``, on the same file system as everything that is renamed from it."""
        return self.folder / "tmp" / f"{os.getpid()}-{os.urandom(8).hex()}"

    def put(self, data: bytes) -> str:
        digest = blake3(data).hexdigest()
        final = self._name(digest)
        kill_points.here("blob.before_write")
        with explained(final):
            if not self._refresh(final, len(data)):
                self._write(final, data)
        kill_points.here("blob.after_rename")
        return digest

    def get(self, digest: str) -> bytes:
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise _missing(digest) from None
        except OSError as error:
            raise Unavailable(f"Cannot read {path}: {error.strerror}.") from error
        if blake3(data).hexdigest() != digest:
            raise Unavailable(
                f"The blob {path} is damaged: its bytes no longer have the digest in its name.",
                hint="Delete that file and run the block again.",
                code="damaged",
            )
        return data

    def path(self, digest: str) -> Path:
        if not self.has(digest):
            raise _missing(digest)
        return self._name(digest)

    def has(self, digest: str) -> bool:
        # A digest comes out of documents that block processes wrote: it must not lead out of the folder.
        return DIGEST.fullmatch(digest) is not None and self._name(digest).is_file()

    def hold(self, digest: str) -> bool:
        """Make the blob young, so that ``sweep`` leaves it; False when there is none. What was young a moment ago is
        not written to: of thousands of files of code hardly one needs it."""
        if DIGEST.fullmatch(digest) is None:
            return False
        name = f"{self.folder}/{digest[:2]}/{digest}"  # thousands of paths, if they were such, would take their time
        try:
            if os.stat(name).st_mtime < time.time() - HELD_SECONDS:
                os.utime(name)
        except PermissionError:
            return os.path.isfile(name)  # of another user, whose sweep would not be ours
        except FileNotFoundError:
            return False
        return True

    def _name(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _refresh(self, final: Path, size: int) -> bool:
        """Make an existing blob young, so that ``sweep`` leaves it; False when there is none that is whole."""
        try:
            os.utime(final)
            if os.stat(final).st_size != size:
                return False  # cut short by a power cut while the store was not durable: written anew
        except (FileNotFoundError, PermissionError):
            return False
        if self._durable:  # whoever wrote it may not have waited for the disk
            sync(final)
            sync(final.parent)
        return True

    def _write(self, final: Path, data: bytes) -> None:
        temporary = self.temporary()
        descriptor = write_new(temporary, data)
        try:
            kill_points.here("blob.after_write")
            if self._durable:
                os.fsync(descriptor)
            kill_points.here("blob.after_fsync")
            new_folder = rename(temporary, final)
        except BaseException:
            remove(temporary)
            raise
        finally:
            os.close(descriptor)
        if self._durable:
            sync(final.parent)
            if new_folder:
                sync(self.folder)


def _missing(digest: str) -> NotFound:
    if not digest or digest.startswith("memory-"):
        return NotFound(
            "This value was handed over in memory and never stored.",
            hint="Run the block without `run_pipeline_in_one_process` to keep it.",
        )
    return NotFound(
        f"The store has no blob {digest}: it was collected, or never existed.",
        hint="Run the block again to have it.",
    )


def list_shards(folder: Path) -> list[Path]:
    """The folders ``ab/`` of blobs, sorted; empty when nothing was stored yet."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if len(entry.name) == 2 and entry.is_dir())
    return []
