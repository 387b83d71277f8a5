"""``DiskHistory``: changes of a project's files as lines of one file, their contents beside it by digest.

A line is appended under a lock, so that several processes take turns. When there are too many changes, or too many
bytes, the oldest go: the file is written anew without them, and contents that no line names are deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from blake3 import blake3

from blockwright.core.errors import NotFound, Unavailable
from blockwright.core.guarded_files import guarded
from blockwright.ports.history import Change, ChangedFile

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """``largest`` is the most bytes of one content that is kept; ``together`` how long saves of one file are one."""

    changes: int = 2_000
    bytes: int = 256 * MEBIBYTE
    largest: int = 4 * MEBIBYTE
    together: timedelta = timedelta(minutes=1)


class DiskHistory:
    """``History`` in ``folder``, which is made when something is recorded."""

    def __init__(self, folder: Path, bounds: Bounds = Bounds()) -> None:
        self._folder = folder
        self._bounds = bounds
        self._log = folder / "changes.jsonl"
        self._lock = Lock()
        self._read: tuple[tuple[int, int, int], Sequence[Change]] | None = None

    def record(
        self,
        files: Sequence[tuple[str, bytes | None, bytes | None]],
        *,
        by: str,
        what: str,
        now: datetime,
        join: bool = False,
    ) -> Change:
        with self._turn():
            known = self._changes()
            secret = {data for path, *contents in files if guarded(path) for data in contents if data is not None}
            changed = tuple(self._keep(*file, secret) for file in files)
            last = known[-1] if known else None
            if join and last is not None and self._belongs(last, changed, by, now):
                (file,) = changed
                joined = replace(file, before=last.files[0].before, bytes_before=last.files[0].bytes_before)
                made = replace(last, time=now, files=(replace(joined, kept=file.kept and last.files[0].kept),))
                self._write([*known[:-1], made])
                self._forget(last.files[0].after, [*known[:-1], made])
            else:
                made = Change(1 + (last.id if last else 0), now, by, what, changed)
                self._append(made)
                if len(known) + 1 > self._bounds.changes * 1.1 or self._size([*known, made]) > self._bounds.bytes:
                    self._prune([*known, made])
        return made

    def get(self, change: int) -> Change:
        for known in self._all():
            if known.id == change:
                return known
        raise NotFound(f"There is no change {change}.", hint="Old changes are forgotten.", code="change_not_found")

    def list(self, *, path: str | None = None, before: int | None = None, limit: int = 50) -> Sequence[Change]:
        found = []
        for change in reversed(self._all()):
            if before is not None and change.id >= before:
                continue
            if path is None or any(file.path == path for file in change.files):
                found.append(change)
            if len(found) >= limit:
                break
        return found

    def content(self, digest: str) -> bytes:
        gone = NotFound("This version is not kept.", hint="Old and very large ones are not.", code="content_gone")
        if not digest.isalnum() or len(digest) != 64:
            raise gone
        try:
            data = self._place(digest).read_bytes()
        except OSError:
            raise gone from None
        if blake3(data).hexdigest() != digest:
            raise gone
        return data

    def _belongs(self, last: Change, changed: tuple[ChangedFile, ...], by: str, now: datetime) -> bool:
        if len(last.files) != 1 or len(changed) != 1 or last.by != by or now - last.time > self._bounds.together:
            return False
        before, after = last.files[0], changed[0]
        return before.path == after.path and before.before is not None and before.after == after.before is not None

    def _keep(self, path: str, before: bytes | None, after: bytes | None, secret: Collection[bytes]) -> ChangedFile:
        """``secret``: what files that may hold passwords hold, also under the other name to which one is moved."""
        contents = [data for data in (before, after) if data is not None]
        kept = not guarded(path) and all(len(data) <= self._bounds.largest and data not in secret for data in contents)
        for data in contents if kept else ():
            self._store(data)
        digests = [None if data is None else blake3(data).hexdigest() for data in (before, after)]
        return ChangedFile(path, digests[0], digests[1], len(before or b""), len(after or b""), kept)

    def _place(self, digest: str) -> Path:
        return self._folder / "content" / digest[:2] / digest

    def _store(self, data: bytes) -> None:
        place = self._place(blake3(data).hexdigest())
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{os.urandom(6).hex()}.new")
        temporary.write_bytes(data)
        temporary.replace(place)

    def _forget(self, digest: str | None, changes: Sequence[Change]) -> None:
        """Delete what somebody typed on the way, when no change has it."""
        if digest is not None and digest not in _sizes(changes):
            self._place(digest).unlink(missing_ok=True)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._lock, (self._folder / "lock").open("a") as file:
                with suppress(OSError):  # not every network file system has locks
                    fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise Unavailable(
                f"The history of changes cannot be written: {error.strerror}.", hint="Look at the disk.", code="history"
            ) from None

    def _all(self) -> Sequence[Change]:
        with self._lock:
            return self._changes()

    def _changes(self) -> Sequence[Change]:
        """Oldest first, read again only when the file is another; a line that was cut off by a crash is left out."""
        try:
            status = self._log.stat()
        except OSError:
            return []
        mark = status.st_ino, status.st_size, status.st_mtime_ns
        if self._read is None or self._read[0] != mark:
            with suppress(OSError):
                lines = self._log.read_bytes().splitlines()
                self._read = mark, [change for line in lines if (change := _change(line)) is not None]
        return self._read[1] if self._read is not None else []

    def _append(self, change: Change) -> None:
        with self._log.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(_line(change))

    def _write(self, changes: Sequence[Change]) -> None:
        temporary = self._log.with_name(f".{os.urandom(6).hex()}.new")
        temporary.write_bytes(b"".join(map(_line, changes)))
        temporary.replace(self._log)

    def _size(self, changes: Sequence[Change]) -> int:
        return sum(_sizes(changes).values())

    def _prune(self, changes: Sequence[Change]) -> None:
        """Keep the newest that fit, the last one in any case, and well below the bounds, so that it is seldom done."""
        kept: list[Change] = []
        sizes: dict[str, int] = {}
        for change in reversed(changes[-self._bounds.changes :]):
            sizes |= _sizes([change])
            if kept and sum(sizes.values()) > self._bounds.bytes * 0.8:
                break
            kept.append(change)
        kept.reverse()
        self._write(kept)
        wanted = _sizes(kept)
        for place in (self._folder / "content").glob("??/*"):
            if place.name not in wanted:
                place.unlink(missing_ok=True)


def _sizes(changes: Sequence[Change]) -> dict[str, int]:
    """The bytes of every content that is kept for these changes."""
    found: dict[str, int] = {}
    for change in changes:
        for file in change.files if change.files else ():
            if file.kept:
                pairs = ((file.before, file.bytes_before), (file.after, file.bytes_after))
                found |= {digest: size for digest, size in pairs if digest is not None}
    return found


def _line(change: Change) -> bytes:
    files: list[Any] = [
        [file.path, file.before, file.after, file.bytes_before, file.bytes_after, file.kept] for file in change.files
    ]
    document = {"id": change.id, "time": change.time.isoformat(), "by": change.by, "what": change.what, "files": files}
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _change(line: bytes) -> Change | None:
    try:
        found = json.loads(line)
        files = tuple(ChangedFile(*file) for file in found["files"])
        return Change(int(found["id"]), datetime.fromisoformat(found["time"]), found["by"], found["what"], files)
    except (ValueError, TypeError, KeyError):
        return None
