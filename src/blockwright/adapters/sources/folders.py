"""Files that arrive in a folder: found by looking, known by path, time of change and size.

The time that counts is the later of modification and change of the inode, which a file gets when it is moved here, too.
A file counts when it has not changed for a while, so that one being written is left alone.
"""

from __future__ import annotations

import fnmatch
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from blockwright.core.errors import Unavailable
from blockwright.core.triggers.model import EventSource
from blockwright.ports.sources import Happening

_DEEPEST = 20


class FolderWatcher:
    """A path that is not absolute is below the project's folder."""

    pause = 2.0

    def __init__(self, root: Path, source: EventSource) -> None:
        self._folder = root / source.path
        self._source = source

    def look(self, since: datetime) -> Sequence[Happening]:
        try:
            return list(self._found(since.timestamp(), time.time() - self._source.settle))
        except OSError as error:
            raise Unavailable(
                f"The folder `{self._source.path}` cannot be read: {error.strerror}.",
                hint="Make it, or give this user the right to read it.",
                code="source",
            ) from None

    def close(self) -> None:
        pass

    def _found(self, since: float, settled: float) -> Iterator[Happening]:
        """Nanoseconds decide which file it is; a clock of whole seconds elsewhere may not lose one."""
        for path in sorted(_files(self._folder, self._source.glob)):
            try:
                status = os.stat(path)
            except FileNotFoundError:
                continue  # taken away meanwhile
            changed = max(status.st_mtime, status.st_ctime)
            if changed < since or changed > settled:
                continue
            relative = os.path.relpath(path, self._folder)
            stamp = max(status.st_mtime_ns, status.st_ctime_ns)
            body = {
                "source": "folder",
                "path": path,
                "name": os.path.basename(path),
                "relative": relative,
                "size": status.st_size,
                "modified": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(),
            }
            yield Happening(f"{relative}@{stamp}:{status.st_size}", body)


def _files(folder: Path, glob: str, depth: int = 0) -> Iterator[str]:
    """The files below ``folder`` that ``glob`` takes; links are not followed into other folders."""
    deep = "**" in glob or "/" in glob
    for current, folders, names in os.walk(folder, onerror=_raise):
        relative = os.path.relpath(current, folder)
        prefix = "" if relative == "." else f"{relative}/"
        if not deep or prefix.count("/") >= _DEEPEST:
            folders.clear()
        for name in names:
            if _takes(glob, prefix + name):
                yield os.path.join(current, name)


def _takes(glob: str, relative: str) -> bool:
    if "**" not in glob:
        return glob.count("/") == relative.count("/") and fnmatch.fnmatchcase(relative, glob)
    head, _, tail = glob.partition("**/")
    if not relative.startswith(head):
        return False
    return any(fnmatch.fnmatchcase(rest, tail) for rest in _tails(relative[len(head) :]))


def _tails(relative: str) -> Iterator[str]:
    parts = relative.split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])


def _raise(error: OSError) -> None:
    raise error
