"""The journal of a session: what its attempts began and answered, a line each, in a file that only grows.

To make folders, a manifest and a link for every attempt costs more than a short block itself; a line costs a
thirtieth. A line counts when its end is there: what a kill has cut off is none, and since each line begins with a
line's end of its own, the next one is whole. Every owner of a run has a journal of its own, so that a late process of
an earlier one writes nothing into it. Of the attempts of one round the first finished one counts, in the journal of the
newest owner that has one.

A manifest in a journal is named by the path of the journal and the place where its line begins (``…/2.jsonl#1234``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from blockwright.wire.manifests import Outcome

_FINISHED = (Outcome.COMPLETED, Outcome.SKIPPED)


@dataclass(slots=True)
class Journal:
    """What the file at ``path`` says: the attempts that have begun, and those that have answered, with the name of
    their manifest. ``finished`` are block runs with their round."""

    path: str
    begun: set[str] = field(default_factory=set)
    answered: dict[str, str] = field(default_factory=dict)
    finished: dict[tuple[str, int], str] = field(default_factory=dict)
    _read: int = 0

    def look(self) -> Journal:
        """Read on; itself. A file that is not there says nothing."""
        with suppress(FileNotFoundError, NotADirectoryError), open(self.path, "rb") as file:
            for place, line in _lines(file, self._read):
                self._read = place + len(line)
                self._take(place, line)
        return self

    def _take(self, place: int, line: bytes) -> None:
        try:
            document = json.loads(line)
        except ValueError:  # cut off by a kill; or a block wrote into a file that is not its own
            return
        match document:
            case {"begin": str(identity)}:
                self.begun.add(identity)
            case {"round": int(number), "manifest": {"attempt_id": str(identity), "outcome": outcome}}:
                named = f"{self.path}#{place}"
                self.answered[identity] = named
                if outcome in _FINISHED:
                    block_run = identity.partition("/")[2].rpartition("/")[0]
                    self.finished.setdefault((block_run, number), named)


def note_begin(path: str, attempt_id: str) -> None:
    """Raises OSError."""
    _append(path, b'{"begin":%s}' % json.dumps(attempt_id).encode("ascii"), durable=False)


def note_manifest(path: str, round: int, manifest: bytes, *, durable: bool) -> str:
    """Write the JSON text of a manifest; how it is named. Raises OSError."""
    place = _append(path, b'{"round":%d,"manifest":%s}' % (round, manifest), durable=durable)
    return f"{path}#{place}"


def is_named(name: str) -> bool:
    """Whether this names a manifest in a journal, and not a file of its own."""
    return _parts(name) is not None


def read_manifest(name: str) -> dict[str, Any]:
    """The document of a manifest; raises OSError, or ValueError when there is none in this place."""
    parts = _parts(name)
    if parts is None:
        raise ValueError(f"{name} names no place in a journal")
    path, place = parts
    with open(path, "rb") as file:
        _, line = next(_lines(file, place), (0, b""))
    document = json.loads(line)
    match document:
        case {"manifest": dict(found)}:
            return found
        case _:
            raise ValueError("the line is no manifest")


def _parts(name: str) -> tuple[str, int] | None:
    path, mark, place = name.rpartition("#")
    return (path, int(place)) if mark and path.endswith(".jsonl") and place.isdecimal() else None


def _append(path: str, text: bytes, *, durable: bool) -> int:
    """Where the line begins. The file is opened for each: block code may close every descriptor that it finds, and
    what has the number then may be a file of its own."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o644)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, flags, 0o644)
    try:
        view = memoryview(b"\n%s\n" % text)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
        return os.lseek(descriptor, 0, os.SEEK_CUR) - len(text) - 1
    finally:
        os.close(descriptor)


def _lines(file: BinaryIO, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines from ``start`` on with the places where they begin, each with its end."""
    file.seek(start)
    for line in file:
        if not line.endswith(b"\n"):
            return
        if line != b"\n":
            yield start, line
        start += len(line)
