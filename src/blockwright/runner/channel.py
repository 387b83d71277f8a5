"""A block process's way to speak: questions and answers, frames for the screen, and the word that it has committed."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from blockwright.runner.masking import Masker
from blockwright.wire import values
from blockwright.wire.documents import dump
from blockwright.wire.manifests import ModuleVerdict
from blockwright.wire.messages import LIMIT, Ask
from blockwright.wire.packets import Packets

_BRIEF_BYTES = 8_000
"""Up to here it is quicker to send a manifest along than to have it read from its file; and an engine that is busy
with something else has room for many such messages."""


_ENCODER = json.JSONEncoder(default=repr)


class BlockChannel:
    """``engine`` is the fork server's own end of the channel to the engine: what is sent there needs no relay.

    Questions go through the fork server on ``control``, which masks what the answer gives away before it passes it on.
    """

    def __init__(self, engine: socket.socket, control: socket.socket) -> None:
        self.identity = ""
        self.began: dict[str, Any] = {}
        """Of a session's attempt: its process and when it began; told when it is over."""
        self.masker = Masker()
        self._engine = engine
        self._control = control
        self._packets = Packets(control)
        self._owner = os.getpid()
        self._one_at_a_time = threading.Lock()
        self._asked = 0
        self._early: deque[dict[str, Any]] = deque()

    def begin(self, identity: str) -> None:
        """What is said from now on belongs to this attempt."""
        self.identity = identity
        self.masker = Masker()

    def ask(self, what: str, **details: Any) -> Any:
        """Ask the engine and wait; raises RuntimeError with its message when it refuses."""
        if os.getpid() != self._owner:
            raise RuntimeError(
                f"A worker process asked for `{what}`. Ask in the block's own process and hand the value on."
            )
        with self._one_at_a_time:
            self._asked += 1
            number = self._asked
            self._to_server(
                "ask",
                attempt_id=self.identity,
                id=number,
                what=str(what),
                **{key: _sendable(item) for key, item in details.items()},
            )
            answer = self._await_answer(number)
        if answer.get("error") is not None:
            raise RuntimeError(answer["error"])
        value = values.decode(answered(answer))
        if answer.get("value_path") is not None:
            Path(answer["value_path"]).unlink(missing_ok=True)
        for secret in secrets_in(str(what), value):
            self.masker.add(secret)
        return value

    def emit(self, frame: Mapping[str, Any]) -> None:
        """Show something while the block runs. What is too large for a message stands in the frames file only."""
        packet = _packet("progress", attempt_id=self.identity, frame=self.masker.value(dict(frame)))
        if len(packet) <= LIMIT:
            self._send(self._engine, packet)

    def committed(self, manifest: str, text: bytes | None) -> None:
        """The manifest is in place; its ``text`` goes along if short. If nobody can hear it, the file still says so."""
        began = {**self.began, "at": time.time()} if self.began else {}
        packet = _packet("committed", attempt_id=self.identity, manifest=manifest, **began)
        if text is not None and len(text) <= _BRIEF_BYTES:
            packet = b'%s, "brief": %s}' % (packet[:-1], text)
        self._send(self._engine, packet)

    def tell_modules(self, verdicts: Iterable[ModuleVerdict]) -> None:
        """What first imports showed, for the fork server to remember."""
        found = [dump(verdict) for verdict in verdicts]
        if found:
            self._to_server("modules", verdicts=found)

    def tell_heavy(self) -> None:
        """A block that was taken for a light one has imported a heavy library, for the fork server to remember."""
        self._to_server("heavy", attempt_id=self.identity)

    def last_words(self, text: str) -> None:
        """Why this process ends without a manifest."""
        self._to_server("last_words", text=self.masker.text(text)[:10_000])

    def next_message(self, *, wait: bool = True) -> dict[str, Any] | None:
        """The fork server's next order to a session's process; None: there will be no more, or (without ``wait``)
        there is none now."""
        if self._early:
            return self._early.popleft()
        try:
            packet = self._packets.receive(0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        message: dict[str, Any] | None = json.loads(packet) if packet else None
        return message

    def _await_answer(self, number: int) -> dict[str, Any]:
        while True:
            packet = self._packets.receive()
            if not packet:
                raise RuntimeError("Nobody is there to answer what the block asked.")
            message: dict[str, Any] = json.loads(packet)
            if message.get("op") != "answer":
                self._early.append(message)
            elif message.get("id") == number:
                return message

    def _to_server(self, op: str, **fields: Any) -> None:
        packet = _packet(op, **fields)
        if len(packet) > LIMIT:
            raise ValueError(f"A question of {len(packet):,} bytes is too large; the limit is {LIMIT:,}.")
        self._send(self._control, packet)

    def _send(self, end: socket.socket, packet: bytes) -> None:
        try:
            end.send(packet, socket.MSG_NOSIGNAL)
        except OSError:
            return  # the other side is gone, or the block closed every file; the documents on disk still speak


def _packet(op: str, **fields: Any) -> bytes:
    return _ENCODER.encode({"op": op, **fields}).encode("ascii")


def _sendable(value: Any) -> Any:
    """``value`` if JSON keeps it as it is (also when the asker encoded it already), else its encoded twin."""
    try:
        if json.loads(json.dumps(value)) == value:
            return value
    except (TypeError, ValueError):
        pass
    return values.encode(value)


def secrets_in(what: str, value: Any) -> tuple[Any, ...]:
    """What of an answer no log may show."""
    if what == Ask.SECRET:
        return (value,)
    if what == Ask.TRACKING and isinstance(value, dict):
        return value.get("token"), value.get("password")
    return ()


def answered(answer: Mapping[str, Any]) -> Any:
    """The value of an answer, as JSON; one too large for a message was left in a file."""
    path = answer.get("value_path")
    return answer.get("value") if path is None else json.loads(Path(path).read_bytes())
