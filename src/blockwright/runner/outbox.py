"""Messages on their way to the engine. Sending never waits: a slow engine must not stop the fork server."""

from __future__ import annotations

import json
import select
import socket
from collections import deque
from typing import Any


class Outbox:
    """Packets in order; what the socket does not take now is kept for ``flush``."""

    def __init__(self, engine: socket.socket) -> None:
        self._engine = engine
        self._waiting: deque[bytes] = deque()
        self.broken = False
        """The engine's end is closed; nothing can be told any more."""

    @property
    def full(self) -> bool:
        return bool(self._waiting) and not self.broken

    def send(self, op: str, **fields: Any) -> None:
        self._waiting.append(json.dumps({"op": op, **fields}).encode("ascii"))
        self.flush()

    def flush(self) -> None:
        """Send what the socket takes. The flag is per call: the other ends of this socket, in the block processes,
        are the same open file and send with waiting."""
        while self._waiting and not self.broken:
            try:
                self._engine.send(self._waiting[0], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError:
                self.broken = True
                return
            self._waiting.popleft()

    def flush_last(self, seconds: float) -> None:
        """Before the end: wait a little for the engine to take the rest."""
        poll = select.poll()
        poll.register(self._engine, select.POLLOUT)
        while self.full:
            if not poll.poll(seconds * 1000):
                return
            self.flush()
