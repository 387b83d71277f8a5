"""Blobs of a distant store that are at hand: a folder bounded in bytes, where what was used longest ago goes first.

A file in here is whole, is what its name says, and was in the store when it came. Its access time is when it was last
used; its modification time is when the store's own copy was last written, as far as we know. The folder may be deleted
at any time: those who need a file longer than a moment have a hard link to it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from blake3 import blake3

from blockwright.adapters.artifacts.atomic import explained, make_folder, remove
from blockwright.adapters.artifacts.blobs import list_shards
from blockwright.core.errors import Unavailable

_IN_USE = 60.0
"""Seconds for which a file stays in any case: somebody was just given its path."""

_LOOK_SHARE = 0.05
"""The folder is measured again when this part of its bound was added by us: other processes add, too."""

_SHARE_LEFT = 0.9


class ReadCache:
    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self.folder = folder
        self._most = most_bytes
        self._added = most_bytes  # the first addition measures
        self._lock = Lock()

    def find(self, digest: str) -> Path | None:
        """The file, which now counts as used; None when it is not at hand."""
        path = self.place(digest)
        try:
            os.utime(path, (time.time(), os.stat(path).st_mtime))
        except FileNotFoundError:
            return None
        return path

    def written(self, digest: str) -> float | None:
        """When the store's copy was last written, as far as we know."""
        try:
            return os.stat(self.place(digest)).st_mtime
        except FileNotFoundError:
            return None

    def note_written(self, digest: str, when: float) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.place(digest), (time.time(), when))

    def link(self, digest: str, target: Path) -> bool:
        """Give the file a second name, so that it stays under that whatever becomes of ours; False if not at hand."""
        source = self.find(digest)
        try:
            if source is not None:
                _link(source, target)
        except FileNotFoundError:
            return False
        return source is not None

    def take(self, digest: str, file: Path, written: float) -> None:
        """Have a file that the store has, too, by a second name of it."""
        place = self.place(digest)
        with explained(place):
            make_folder(place.parent)
            _link(file, place)
        self.note_written(digest, written)
        self._bound(file.stat().st_size)

    def receive(self, digest: str, pieces: Iterator[memoryview], written: float, source: str) -> Path:
        """Write what comes from the store, and let it appear when it is what it should be: raises Unavailable
        (``damaged``) naming ``source`` otherwise."""
        place = self.place(digest)
        temporary = self.folder / "tmp" / f"{os.getpid()}-{os.urandom(8).hex()}"
        with explained(place):
            make_folder(temporary.parent)
            make_folder(place.parent)
        size = 0
        try:
            size = _write(temporary, digest, pieces, source)
            with explained(place):
                os.utime(temporary, (time.time(), written))
                os.replace(temporary, place)
        except BaseException:
            remove(temporary)
            raise
        self._bound(size)
        return place

    def drop(self, digest: str) -> None:
        remove(self.place(digest))

    def place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _bound(self, added: int) -> None:
        """Every now and then, delete what was used longest ago until there is room again."""
        with self._lock:
            self._added += added
            if self._added < self._most * _LOOK_SHARE:
                return
            self._added = 0
            files = sorted(self._files())
            total = sum(size for _, size, _ in files)
            if total <= self._most:
                return
            before = time.time() - _IN_USE
            for used, size, path in files:
                if total <= self._most * _SHARE_LEFT or used >= before:
                    break
                remove(path)
                total -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for shard in list_shards(self.folder):
            with contextlib.suppress(FileNotFoundError), os.scandir(shard) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        status = entry.stat(follow_symlinks=False)
                        yield status.st_atime, status.st_size, Path(entry.path)


def digest_of(file: Path) -> str:
    """The digest of a file's bytes; raises OSError."""
    hasher = blake3()
    hasher.update_mmap(file)
    return hasher.hexdigest()


def _write(path: Path, digest: str, pieces: Iterator[memoryview], source: str) -> int:
    hasher, size = blake3(), 0
    with explained(path):
        file = open(path, "xb", opener=_private)  # noqa: SIM115  # what comes from the store is not the disk's fault
    with file:
        for piece in pieces:
            hasher.update(piece)
            with explained(path):
                file.write(piece)
            size += len(piece)
    if hasher.hexdigest() != digest:
        raise Unavailable(
            f"{source} is damaged: the {size:,} bytes that came do not have the digest in its name.",
            hint="Delete that object, then run the block that made it again.",
            code="damaged",
        )
    return size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _link(source: Path, target: Path) -> None:
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target)
        except FileNotFoundError:
            make_folder(target.parent)
            os.link(source, target)
