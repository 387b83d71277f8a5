"""What server and scheduler log of themselves: to stderr, and to files in the data folder that do not grow for ever.

A line is a machine word and fields: ``run.started run=7 pipeline=sales``. Modules write it with the standard `logging`;
what a library says comes out as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

LARGEST = 10_000_000
KEPT = 5
"""A file of so many bytes is put aside, and so many of those are kept."""

_FIELD = re.compile(r"(?<!\S)([a-z_][a-z0-9_]*)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Their lines show addresses that hold secrets, and every request of every connector.
_QUIET = ("httpx", "httpcore", "urllib3", "requests", "asyncio", "apprise", "uvicorn.access")


def set_up(folder: Path, process: str, *, form: str, level: str, stream: Any = None) -> None:
    """Log from now on to stderr (or ``stream``) and to ``<folder>/<process>.log``; called again, it starts anew.

    ``form`` is ``plain`` or ``json``. A folder that cannot be written costs the files, not the start.
    """
    formatter = Json() if form == "json" else Plain()
    problem = ""
    handlers: list[logging.Handler] = [logging.StreamHandler(stream or sys.stderr)]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handlers.append(RotatedFile(folder / f"{process}.log"))
    except OSError as error:
        problem = f"log.no_files folder={folder} problem={error.strerror!r}"
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if getattr(handler, "ours", False)]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.ours = True  # type: ignore[attr-defined]  # a mark for the next call
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(level.upper())
    if problem:
        root.warning(problem)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Plain(logging.Formatter):
    """``2026-03-29T12:00:00.123Z info  run.started run=7``: one line for each record, tracebacks below it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_shown(value)}" for name, value in _extra(record).items())
        text = f"{_time(record)} {record.levelname.lower():7} {_one_line(record.getMessage())}{fields}"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return text


class Json(logging.Formatter):
    """One JSON object for each record: ``time``, ``level``, ``logger``, ``event`` (the machine word), ``message``, and
    the fields by their names; a field that has the name of one of these gets an underscore."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": message.split(" ", 1)[0],
            "message": message,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        found = {name: _value(value) for name, value in _FIELD.findall(message)}
        for name, value in {**found, **_extra(record)}.items():
            line[f"{name}_" if name in line else name] = value
        return json.dumps(line, default=str)


class RotatedFile(WatchedFileHandler):
    """A file that several processes may write: each looks whether another one has put it aside meanwhile."""

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)
        self._largest = largest
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._put_aside()
        except OSError:
            self.handleError(record)
        super().emit(record)

    def _put_aside(self) -> None:
        path = Path(self.baseFilename)
        if not _is_full(path, self._largest):
            return
        with _locked(path.with_name(".rotating")):
            if not _is_full(path, self._largest):
                return  # another process was faster
            for number in range(self._kept, 0, -1):
                older = path.with_name(f"{path.name}.{number}")
                if number == self._kept:
                    older.unlink(missing_ok=True)
                elif older.exists():
                    older.rename(path.with_name(f"{path.name}.{number + 1}"))
            path.rename(path.with_name(f"{path.name}.1"))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_full(path: Path, largest: int) -> bool:
    try:
        return path.stat().st_size >= largest
    except FileNotFoundError:
        return False


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _one_line(text: str) -> str:
    """Nobody who chooses a name can make up a line of the log."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _shown(value: Any) -> str:
    text = _one_line(str(value))
    return repr(text) if " " in text or not text else text


def _value(text: str) -> Any:
    """A field's value: a number where it is one."""
    if text[0] in "'\"":
        return text[1:-1]
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return text
