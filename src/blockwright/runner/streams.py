"""One output pipe of a block process: bytes become the lines and records of the attempt that wrote them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from typing import Any

from blockwright.runner.attempt_logs import LINE_BYTES, AttemptLog, cut, final_part
from blockwright.runner.records import BEGIN, END, Splitter

_CHUNK = 256 * 1024
_PIPE_BYTES = 1024 * 1024
_FRAME_SECONDS = 0.1
"""Progress lines are shown at most ten times a second; the last one always reaches the log."""


class Stream:
    """``name`` is stdout or stderr. ``on_progress`` is given the text of a line that is being rewritten in place."""

    def __init__(self, name: str, reader: int, mark: bytes) -> None:
        self.name = name
        self.reader = reader
        self.log: AttemptLog | None = None
        self.open = True
        self.turns: Callable[[Stream, dict[str, Any]], AttemptLog | None] | None = None
        """Sessions only: told of each ``begin`` and ``end``; gives the log of what follows."""
        self._splitter = Splitter(mark)
        self._held = b""  # may be the beginning of a secret
        self._pending = b""  # a line without its end
        self._begun = b""  # the beginning of a line too long to keep,
        self._skipped = 0  # and how many of its bytes were left out since
        self.on_progress: Callable[[str], None] | None = None
        self._next_frame = 0.0
        os.set_blocking(reader, False)
        try:
            fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError:
            return  # the user's allowance of pipe memory is used up; the default size works too

    def begin(self, log: AttemptLog) -> None:
        """What comes from now on belongs to ``log``."""
        self.log = log

    def drain(self) -> int:
        """Read once; how many bytes came. 0: there is nothing to read now, or ever again (then ``open`` is False)."""
        try:
            chunk = os.read(self.reader, _CHUNK)
        except BlockingIOError:
            return 0
        if not chunk:
            self._take_text(self._splitter.rest())
            self.finish()
            self.open = False
            return 0
        for piece in self._splitter.feed(chunk):
            if isinstance(piece, dict):
                self._take_record(piece)
            elif piece:
                self._take_text(piece)
        if self.log is not None:
            self.log.flush()
        return len(chunk)

    def finish(self) -> None:
        """The attempt writes no more: what was held back is final."""
        log = self.log
        if log is None:
            return
        held, self._held = log.masker.rest(self._held), b""
        self._add(log, held)
        if log.is_full():
            self._keep(log, b"")
        elif self._pending or self._skipped:
            pending, self._pending = self._pending, b""
            self._emit(log, pending)
        log.flush()

    def _take_record(self, record: dict[str, Any]) -> None:
        if self.turns is not None and (BEGIN in record or END in record):
            self.finish()
            self.log = self.turns(self, record)
        elif self.log is not None:
            self._release()
            self.log.record(record)

    def _release(self) -> None:
        """A record follows: a line that was begun stands before it."""
        if self._pending and self.log is not None and not self.log.is_full():
            pending, self._pending = self._pending, b""
            self._emit(self.log, pending)

    def _take_text(self, text: bytes) -> None:
        log = self.log
        if log is None:
            return
        text, self._held = log.masker.stream(self._held + text)
        self._add(log, text)

    def _add(self, log: AttemptLog, text: bytes) -> None:
        if log.is_full():
            self._keep(log, text)
            return
        data = self._pending + text
        self._pending = b""
        if b"\n" in data:
            *lines, data = data.split(b"\n")
            for index, line in enumerate(lines):
                if log.is_full():
                    self._keep(log, b"\n".join([*lines[index:], data]))
                    return
                self._emit(log, line)
        self._pend(data)

    def _keep(self, log: AttemptLog, text: bytes) -> None:
        if self._skipped:
            self._emit(log, b"")
        begun, self._pending = self._pending, b""
        if begun or text:
            log.keep(self.name, begun + text)

    def _emit(self, log: AttemptLog, line: bytes) -> None:
        if self._skipped:
            left_out = self._skipped + len(line)
            line = self._begun + f" … [{left_out:,} more bytes of this line were left out]".encode()
            self._begun, self._skipped = b"", 0
            log.line(self.name, line)
        else:
            log.line(self.name, cut(final_part(line)))

    def _pend(self, data: bytes) -> None:
        if b"\r" in data:
            data = data[data.rstrip(b"\r").rfind(b"\r") + 1 :]
            self._begun, self._skipped = b"", 0
            self._show(data)
        if self._skipped:
            self._skipped += len(data)
            data = b""
        elif len(data) > LINE_BYTES:
            self._begun, self._skipped = data[:LINE_BYTES], len(data) - LINE_BYTES
            data = b""
        self._pending = data

    def _show(self, line: bytes) -> None:
        now = time.monotonic()
        if self.on_progress is not None and now >= self._next_frame:
            self._next_frame = now + _FRAME_SECONDS
            self.on_progress(final_part(line).decode("utf-8", "replace")[:1000])
