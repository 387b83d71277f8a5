"""The fork server's process as its parent sees it: starting it, the channel, its end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.adapters.executor.launch import CHANGED, TOKEN_VARIABLE, Launched, launch
from blockwright.wire.packets import Packets

_CLOSE_SECONDS = 5.0
_END_SECONDS = 2.0
"""How long the channel of a fork server whose guard is dead may stay open before we stop waiting for its end."""


@dataclass(frozen=True, slots=True)
class StartOptions:
    """What ``LocalExecutor`` was made with."""

    python: str
    cache: Path
    environ: Mapping[str, str]
    cwd: Path
    token: str
    kill_at: str | None = None
    preload: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """What the fork server is told once it runs."""
        armed = self.kill_at is not None and self.kill_at.startswith(("blob.", "manifest."))
        return {
            "restore": {name: self.environ.get(name) for name in CHANGED},
            "cache": str(self.cache),
            "cwd": str(self.cwd),
            "preload": list(self.preload),
            "kill_at": self.kill_at if armed else None,
        }


class ForkServer:
    """One running fork server. ``lost`` is true when it, and with it every attempt, is gone."""

    def __init__(self, launched: Launched) -> None:
        self._channel = socket.socket(fileno=launched.channel.detach())
        self._packets = Packets(self._channel)
        self._errors = launched.errors
        self._outgoing: deque[bytes] = deque()
        self._ended = False
        self._token = launched.token
        self._pid = launched.pid
        self._status: int | None = None
        self._gone = os.pidfd_open(self._pid)

    @classmethod
    def start(cls, options: StartOptions) -> ForkServer:
        """Start a process and have it begin."""
        server = cls(launch(options.python, options.environ, options.token))
        server.begin(options)
        return server

    def begin(self, options: StartOptions) -> None:
        """Tell it what it was not started with; the first message that it hears."""
        self.send("begin", **options.told())

    @property
    def lost(self) -> bool:
        return self._ended

    def send(self, op: str, **fields: Any) -> None:
        """Hand a message over; what the channel does not take now is sent from ``receive``."""
        self.send_text(json.dumps({"op": op, **fields}))

    def send_text(self, message: str) -> None:
        """Hand over a message that is JSON already, in ASCII."""
        self._outgoing.append(message.encode("ascii"))
        self._flush()

    def watch(self, poll: select.poll) -> None:
        """Be told of messages, of room for ours, and of the end."""
        poll.register(self._channel, select.POLLIN | (select.POLLOUT if self._outgoing else 0))
        poll.register(self._gone, select.POLLIN)

    def receive(self) -> Iterator[dict[str, Any]]:
        """The messages that are there. When the guard has died they are awaited to the last: the channel ends when
        fork server and attempts are gone."""
        self._flush()
        patience = 0.0 if self._poll() is None else _END_SECONDS
        while True:
            try:
                packet = self._packet(patience)
            except TimeoutError:
                self._ended = patience > 0
                return
            if not packet:
                self._ended = True
                return
            message = _read(packet)
            if message is not None:
                yield message

    def bury(self) -> str:
        """Wait for the end of a lost fork server (its guard is the last to go); a sentence on how it ended."""
        status = self._wait()
        if status < 0:
            end_marked(self._token)
        complaint = self._last_complaint()
        self._release()
        number = -status if status < 0 else status - 128
        how = f"was killed by signal {number}" if number > 0 else f"ended with exit code {status}"
        return f"The fork server {how}.{f' Its last words: {complaint}' if complaint else ''}"

    def close(self) -> None:
        """Have it end everything, and wait until it has. The signal is for one that still imports: it does not listen
        yet, and has nothing to end."""
        self.send("close")
        self._channel.close()
        if self._poll() is None:
            os.kill(self._pid, signal.SIGTERM)
        if self._wait() < 0:
            end_marked(self._token)
        self._release()

    def _packet(self, patience: float) -> bytes:
        """The next packet, empty at the end; raises TimeoutError when there is none."""
        try:
            if patience and not _readable(self._channel.fileno(), patience):
                raise TimeoutError
            return self._packets.receive(socket.MSG_DONTWAIT)
        except BlockingIOError:
            raise TimeoutError from None
        except ConnectionError:
            return b""

    def _poll(self) -> int | None:
        """The exit code of the process (of its guard, which is the last to go), or minus the signal that killed it."""
        if self._status is None:
            try:
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:  # whoever started us had the ends of children ignored
                pid, status = self._pid, 0
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def _wait(self) -> int:
        for seconds in (_CLOSE_SECONDS, None):
            _readable(self._gone, seconds)
            status = self._poll()
            if status is not None:
                return status
            os.kill(self._pid, signal.SIGKILL)
        raise AssertionError("a killed process does not stay")

    def _flush(self) -> None:
        while self._outgoing:
            try:
                self._channel.send(self._outgoing[0], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError:
                self._outgoing.clear()
                return
            self._outgoing.popleft()

    def _last_complaint(self) -> str:
        size = os.fstat(self._errors).st_size
        text = os.pread(self._errors, 2000, max(0, size - 2000)).decode("utf-8", "replace")
        return text.strip()

    def _release(self) -> None:
        self._channel.close()
        os.close(self._gone)
        os.close(self._errors)


def _readable(descriptor: int, seconds: float | None) -> bool:
    """Wait until there is something to read, for ``seconds`` at most. Not by ``select``, which knows the first 1,024
    descriptors only: an engine may have more."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _read(packet: bytes) -> dict[str, Any] | None:
    """A message; None for what a block wrote into a file that is not its own."""
    try:
        message = json.loads(packet)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def end_marked(token: str) -> None:
    """SIGKILL to every process with the token in its environment, until none is left: for the case that fork server
    and guard were both killed from outside."""
    mark = f"{TOKEN_VARIABLE}={token}".encode()
    while found := [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if _carries(pid, mark)]:
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                _await_end(pid)


def _carries(pid: int, mark: bytes) -> bool:
    """A process that has ended, or is somebody else's, shows no environment."""
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _await_end(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        _readable(descriptor, _END_SECONDS)
    finally:
        os.close(descriptor)
