"""One server for each data folder: a file lock that its process holds, with a word about who that is."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from blockwright.core.errors import Conflict

_NAME = "server.lock"


class DataHold:
    """Held from the constructor to ``close``, or to the end of the process however it comes. Raises Conflict (code
    ``data_held``) that says who holds it."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(data / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = _told(self._descriptor)
            os.close(self._descriptor)
            raise Conflict(
                f"The data folder `{data}` is held by another server{told}.",
                hint="Use that one, or stop it first; `blockwright scheduler` adds an engine to it.",
                code="data_held",
            ) from None
        self.tell("")

    def tell(self, url: str) -> None:
        """Leave word of who holds it."""
        word = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(), "url": url}
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(word).encode("ascii"), 0)

    def close(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def address_of_holder(data: Path) -> str:
    """Where the server that has this data folder answers, on this machine; empty when none has said so."""
    try:
        word = json.loads((data / _NAME).read_bytes())
        return str(word["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _told(descriptor: int) -> str:
    """Who holds it, as far as it has said so already."""
    try:
        word = json.loads(os.pread(descriptor, 4096, 0))
        since = datetime.fromisoformat(word["since"]).astimezone()
        at = f", at {word['url']}" if word["url"] else ""
        return f": process {word['pid']} on {word['host']}, since {since:%Y-%m-%d %H:%M:%S}{at}"
    except (ValueError, KeyError, TypeError):
        return ""
