"""Structured log records between the other output of a block: one line, begun by a mark that only two processes know.

Records travel in the same pipe as what the block prints, so that their order is the order in which things happened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_ENCODER = json.JSONEncoder(default=repr)

BEGIN, END = "begin", "end"
"""Keys of the records of a session: the output of this attempt follows; that of all up to this one is over."""


def mark(nonce: str) -> bytes:
    """The bytes before each record; they begin with a control character that text hardly ever has."""
    return b"\x1e" + nonce.encode("ascii")


def frame(start: bytes, record: Mapping[str, Any]) -> bytes:
    """One record as it goes into the pipe."""
    return b"%s%s\n" % (start, _ENCODER.encode(record).encode("ascii"))


class Splitter:
    """Takes a stream apart into pieces of output (bytes) and records (dicts), in order."""

    def __init__(self, start: bytes) -> None:
        self._start = start
        self._held = b""

    def feed(self, chunk: bytes) -> list[bytes | dict[str, Any]]:
        data = self._held + chunk if self._held else chunk
        self._held = b""
        if b"\x1e" not in data:
            return [data]
        pieces: list[bytes | dict[str, Any]] = []
        while True:
            before, found, after = data.partition(self._start)
            if not found:
                cut = _partial(data, self._start)
                self._held = data[cut:]
                pieces.append(data[:cut])
                return pieces
            if before:
                pieces.append(before)
            line, ended, rest = after.partition(b"\n")
            if not ended:
                self._held = found + after
                return pieces
            pieces.append(_read(line))
            data = rest

    def rest(self) -> bytes:
        """What was held when the stream ended."""
        held, self._held = self._held, b""
        return held


def _partial(data: bytes, start: bytes) -> int:
    """Where a mark may begin whose end is not there yet; the length of ``data`` if nowhere."""
    cut = data.rfind(b"\x1e")
    return cut if cut != -1 and len(data) - cut < len(start) and start.startswith(data[cut:]) else len(data)


def _read(line: bytes) -> bytes | dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return line + b"\n"
    return record if isinstance(record, dict) else line + b"\n"
