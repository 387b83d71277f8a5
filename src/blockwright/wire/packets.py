"""Receiving packets of unknown size into a buffer that is kept: a new one for each would cost more than the packet."""

from __future__ import annotations

import socket

from blockwright.wire.messages import LIMIT


class Packets:
    """The packets that come to ``end``."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._buffer: memoryview | None = None

    def receive(self, flags: int = 0) -> bytes:
        """The next packet; empty when there will be none any more. Raises OSError as ``recv``."""
        if self._buffer is None:  # only now: a process that is forked ahead need not share it
            self._buffer = memoryview(bytearray(2 * LIMIT))
        size = self._end.recv_into(self._buffer, 0, flags)
        return bytes(self._buffer[:size])
