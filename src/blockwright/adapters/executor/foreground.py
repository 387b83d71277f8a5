"""One attempt at a time with the user's terminal: for debugging, where capturing the output would be in the way."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blockwright.adapters.executor.documents import document_of
from blockwright.adapters.executor.reports import event_of, overlooked_commit
from blockwright.ports.executors import AttemptCommitted, AttemptExited, AttemptStarted, ExecutorEvent
from blockwright.wire.messages import LIMIT
from blockwright.wire.specs import AttemptSpec


class ForegroundExecutor:
    """Runs ``python -m blockwright.runner.foreground`` for each attempt; it has stdin, stdout and stderr of ours.

    Attempts that are started while one runs wait for their turn, since there is one terminal.
    """

    def __init__(self, *, python: str, debug: bool) -> None:
        self._python = python
        self._debug = debug
        self._waiting: list[AttemptSpec] = []
        self._current: _Foreground | None = None
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    @property
    def ahead(self) -> int:
        return 0

    def warm_up(self) -> None:
        """Nothing runs here before its attempt."""

    def start(self, spec: AttemptSpec, *, after: Sequence[str] = ()) -> None:
        self._waiting.append(spec)

    def cancel(self, attempt_id: str, *, grace: float, why: str) -> None:
        self._waiting = [spec for spec in self._waiting if spec.attempt_id != attempt_id]
        current = self._current
        if current is not None and current.spec.attempt_id == attempt_id:
            current.cancel(grace, why)

    def end_session(self, session: str) -> None:
        """Each attempt has a process of its own here."""

    def answer(self, attempt_id: str, request: int, *, value: Any = None, error: str | None = None) -> None:
        current = self._current
        if current is not None and current.spec.attempt_id == attempt_id:
            current.answer(request, value, error)

    def wait(self, timeout: float | None) -> list[ExecutorEvent]:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._current is None and self._waiting:
                self._current = _Foreground(self._waiting.pop(0), self._python, self._debug)
                return [self._current.started()]
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            watched = [self._wake, *(self._current.descriptors() if self._current else [])]
            readable, _, _ = select.select(watched, [], [], left)
            if self._wake in readable:
                os.eventfd_read(self._wake)
            events = self._heard()
            if events or not readable or self._wake in readable:
                return events

    def _heard(self) -> list[ExecutorEvent]:
        if self._current is None:
            return []
        events = self._current.events()
        if self._current.over:
            self._current = None
        return events

    def wake(self) -> None:
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        if self._current is not None:
            self._current.end()
            self._current = None
        self._waiting.clear()
        os.close(self._wake)


class _Foreground:
    """The attempt that has the terminal."""

    def __init__(self, spec: AttemptSpec, python: str, debug: bool) -> None:
        self.spec = spec
        self.over = False
        self._why: str | None = None
        self._told = False
        self._silent = False
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [python, "-P", "-m", "blockwright.runner.foreground", str(document_of(spec))]
            command += ["--fd", str(theirs.fileno()), *(["--debug"] if debug else [])]
            self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
        self._gone = os.pidfd_open(self._process.pid)

    def descriptors(self) -> list[int]:
        return [self._gone] if self._silent else [self._channel.fileno(), self._gone]

    def started(self) -> AttemptStarted:
        stat = Path(f"/proc/{self._process.pid}/stat").read_bytes()
        return AttemptStarted(self.spec.attempt_id, self._process.pid, int(stat.rpartition(b")")[2].split()[19]))

    def events(self) -> list[ExecutorEvent]:
        ended = self._process.poll() is not None
        events: list[ExecutorEvent] = []
        while (message := self._message()) is not None:
            event = event_of({**message, "attempt_id": self.spec.attempt_id})
            self._told = self._told or isinstance(event, AttemptCommitted)
            if event is not None:
                events.append(event)
        return [*events, *self._last_events()] if ended else events

    def answer(self, request: int, value: Any, error: str | None) -> None:
        self._channel.send(json.dumps({"op": "answer", "id": request, "value": value, "error": error}).encode("ascii"))

    def cancel(self, grace: float, why: str) -> None:
        """There is somebody at the terminal: what does not end within the grace is ended before this returns."""
        self._why = why
        self._process.send_signal(signal.SIGTERM)
        until = time.monotonic() + grace
        if not select.select([self._gone], [], [], max(0.0, until - time.monotonic()))[0]:
            self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._release()

    def _last_events(self) -> list[ExecutorEvent]:
        self.over = True
        status = self._process.returncode
        manifest = None if self._told else overlooked_commit(self.spec)
        self._release()
        reason = "" if status in (0, 1) else f"The block's process ended with exit code {status}."
        exited = AttemptExited(self.spec.attempt_id, 0 if self._told or manifest else status, reason, self._why)
        return [exited] if manifest is None else [AttemptCommitted(self.spec.attempt_id, manifest), exited]

    def _message(self) -> dict[str, Any] | None:
        try:
            packet = self._channel.recv(2 * LIMIT, socket.MSG_DONTWAIT)
        except OSError:
            return None
        self._silent = not packet
        message: dict[str, Any] | None = json.loads(packet) if packet else None
        return message

    def _release(self) -> None:
        self._channel.close()
        os.close(self._gone)
