"""The log of one attempt: JSON lines, followed by engine and browsers while it grows.

It is capped: the first half of the allowance is written as it comes, then only the newest half is kept in memory and
written when the attempt ends, with a line in between that says how much was left out. So a block that prints without
end costs neither disk nor memory, and both its beginning and its end are there to read.
"""

from __future__ import annotations

import json
import os
from collections import deque
from datetime import UTC, datetime
from typing import Any

from blockwright.runner.masking import Masker

HEAD_BYTES = 5_000_000
TAIL_BYTES = 5_000_000
LINE_BYTES = 64 * 1024
_LEVELS = {"stdout": "info", "stderr": "error"}


class AttemptLog:
    """Appends to ``path``, which is made with the first entry. A full disk loses entries, never the attempt."""

    def __init__(self, path: str, masker: Masker) -> None:
        self.masker = masker
        self._path = path
        self._file: int | None = None
        self._entries: list[str] = []
        self._taken = 0
        self._tail: deque[tuple[str, bytes]] = deque()
        self._tail_bytes = 0
        self._left_out = 0

    def is_full(self) -> bool:
        """The head is written; what comes now goes to ``keep``."""
        return self._taken >= HEAD_BYTES

    def line(self, stream: str, line: bytes) -> None:
        """One line of output, without its end."""
        self._taken += len(line) + 1
        message = line.decode("utf-8", "replace")
        self._entries.append(
            f'{{"time":"{_now()}","level":"{_LEVELS[stream]}","stream":"{stream}","message":{json.dumps(message)}}}\n'
        )

    def record(self, record: dict[str, Any]) -> None:
        """One structured record as the block's logger made it."""
        text = json.dumps(self.masker.value({"time": _now(), **record}))
        if self.is_full():
            self.keep("record", text.encode("ascii"))
        else:
            self._taken += len(text)
            self._entries.append(text + "\n")

    def note(self, message: str, level: str = "warning") -> None:
        """A line of our own."""
        entry = {"time": _now(), "level": level, "stream": "runner", "message": self.masker.text(message)}
        self._entries.append(json.dumps(entry) + "\n")

    def keep(self, stream: str, piece: bytes) -> None:
        """Output beyond the head; the oldest makes room for the newest."""
        if not self._tail and not self._left_out:
            self.note("The log is long: what follows is kept back until the block ends, and then only its end.")
        self._tail.append((stream, piece))
        self._tail_bytes += len(piece)
        while self._tail_bytes > TAIL_BYTES and len(self._tail) > 1:
            _, oldest = self._tail.popleft()
            self._tail_bytes -= len(oldest)
            self._left_out += len(oldest)

    def flush(self) -> None:
        """Write the entries so far."""
        if self._entries:
            text, self._entries = "".join(self._entries), []
            self._append(text.encode("ascii"))

    def close(self) -> None:
        """Write the tail and close the file."""
        tail, self._tail = self._tail, deque()
        if self._left_out:
            self._cut_first_line(tail)
            self.note(f"{self._left_out:,} bytes of output were left out here.")
        self._write_tail(tail)
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def descriptor(self) -> int | None:
        return self._file

    def _write_tail(self, tail: deque[tuple[str, bytes]]) -> None:
        begun = {"stdout": b"", "stderr": b""}
        for stream, piece in tail:
            if stream == "record":
                self._entries.append(piece.decode("ascii") + "\n")
                continue
            *lines, begun[stream] = (begun[stream] + piece).split(b"\n")
            for line in lines:
                self.line(stream, cut(final_part(line)))
        for stream, line in begun.items():
            if line:
                self.line(stream, cut(final_part(line)))

    def _cut_first_line(self, tail: deque[tuple[str, bytes]]) -> None:
        """The oldest kept piece most likely begins in the middle of a line."""
        stream, piece = tail[0]
        if stream != "record":
            partial, _, whole = piece.partition(b"\n")
            tail[0] = (stream, whole)
            self._left_out += len(partial) + 1

    def _append(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = self._opened()
            os.write(self._file, data)
        except OSError:
            return

    def _opened(self) -> int:
        """A session makes no folder for an attempt that has nothing to say."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            return os.open(self._path, flags, 0o644)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            return os.open(self._path, flags, 0o644)


def final_part(line: bytes) -> bytes:
    """What a terminal would show of a line: a carriage return starts it anew."""
    line = line.rstrip(b"\r")
    return line[line.rfind(b"\r") + 1 :]


def cut(line: bytes) -> bytes:
    """A line of bearable length."""
    if len(line) <= LINE_BYTES:
        return line
    return line[:LINE_BYTES] + f" … [{len(line) - LINE_BYTES:,} more bytes of this line were left out]".encode()


def _now() -> str:
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
