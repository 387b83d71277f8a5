"""``kwargs['logger']`` and Python's own ``logging``: records that keep their level and tags on the way to the log."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Protocol

from blockwright.runner.records import frame

_LEVELS = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}
_LONGEST = 64 * 1024


class Writer(Protocol):
    """Where records of a logger go."""

    def write(self, level: str, message: str, **fields: Any) -> None: ...


class RecordWriter:
    """Writes structured records into the output pipe. ``descriptor`` is a copy of it that user code does not know."""

    def __init__(self, descriptor: int, mark: bytes) -> None:
        self.descriptor = descriptor
        self._mark = mark

    def write(self, level: str, message: str, **fields: Any) -> None:
        record = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": level,
            "stream": "log",
            "message": _cut(message),
            **fields,
        }
        self.frame(record)

    def frame(self, record: dict[str, Any]) -> None:
        """One record as it is; what was printed before stands before it."""
        flush_output()
        self.put(record)

    def put(self, record: dict[str, Any]) -> None:
        """One record, after what has been flushed."""
        data = frame(self._mark, record)
        try:
            while data:
                data = data[os.write(self.descriptor, data) :]
        except OSError:
            return  # the block closed every file: there is no log any more


def flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue  # closed or replaced by the block


class BlockLogger:
    """The logger of Mage's block code: ``logger.info('message', rows=3)`` keeps ``rows`` as a tag of the record.

    An ``error`` (or ``exception``) among the tags adds its traceback. ``%``-style arguments work too.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def debug(self, message: Any, *arguments: Any, **tags: Any) -> None:
        self._write("debug", message, arguments, tags)

    def info(self, message: Any, *arguments: Any, **tags: Any) -> None:
        self._write("info", message, arguments, tags)

    def warning(self, message: Any, *arguments: Any, **tags: Any) -> None:
        self._write("warning", message, arguments, tags)

    warn = warning

    def error(self, message: Any, *arguments: Any, **tags: Any) -> None:
        self._write("error", message, arguments, tags)

    def exception(self, message: Any, *arguments: Any, **tags: Any) -> None:
        tags.setdefault("error", sys.exc_info()[1])
        self._write("error", message, arguments, tags)

    def critical(self, message: Any, *arguments: Any, **tags: Any) -> None:
        self._write("critical", message, arguments, tags)

    def log(self, level: int | str, message: Any, *arguments: Any, **tags: Any) -> None:
        word = _level_word(level) if isinstance(level, int) else str(level).lower()
        self._write(word, message, arguments, tags)

    def _write(self, level: str, message: Any, arguments: tuple[Any, ...], tags: dict[str, Any]) -> None:
        text = str(message)
        if arguments:
            try:
                text = text % arguments
            except (TypeError, ValueError):
                text = " ".join([text, *map(str, arguments)])
        error = tags.get("error")
        if isinstance(error, BaseException):
            tags["error"] = "".join(traceback.format_exception(error))
        self._writer.write(level, text, **({"tags": tags} if tags else {}))


class RecordHandler(logging.Handler):
    """Python's ``logging`` as structured records."""

    def __init__(self) -> None:
        super().__init__()
        self.writer: Writer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self.writer is None:
            return
        try:
            message = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                message += "\n" + "".join(traceback.format_exception(record.exc_info[1])).rstrip()
            self.writer.write(_level_word(record.levelno), message, logger=record.name)
        except Exception:
            self.handleError(record)


def _level_word(number: int) -> str:
    return _LEVELS.get(number, logging.getLevelName(number).lower())


def _cut(message: str) -> str:
    if len(message) <= _LONGEST:
        return message
    return f"{message[:_LONGEST]} … [{len(message) - _LONGEST:,} more characters were left out]"
