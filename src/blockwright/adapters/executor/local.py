"""Attempts on this host: the engine's side of the fork server.

The fork server is started by ``warm_up``, so that its imports overlap with whatever comes before the first attempt, or
else by that attempt. There is no thread: the caller of ``wait`` reads the channel, sends what could not be sent at
once, and renews the lease.
"""

from __future__ import annotations

import math
import os
import select
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.adapters.executor.documents import document_of, inline_or_file
from blockwright.adapters.executor.fork_server import ForkServer, StartOptions
from blockwright.adapters.executor.reports import began_of, event_of, overlooked_commit
from blockwright.adapters.executor.session_lines import SessionLine
from blockwright.ports.executors import (
    AttemptCommitted,
    AttemptExited,
    AttemptStarted,
    ExecutorEvent,
    ExecutorLost,
)
from blockwright.wire.specs import AttemptSpec

AHEAD = 32
"""How many attempts a session has before their turn: enough for the engine to take its time, few enough to forget when
something comes in between."""

_REST_SECONDS = 0.003
"""How long a session that has enough to do is left alone after it was heard. What it commits meanwhile is heard at
once, saved in one transaction, and a row that went through several states is written only in its last one: that halves
what a block of nothing costs the engine."""

_LEISURE = AHEAD // 4
"""A session that was given at least so many attempts of which nothing was heard can be left alone."""


@dataclass
class _Running:
    """``turn`` tells this giving of the attempt from an earlier one that was dropped."""

    spec: AttemptSpec
    turn: int
    started: bool = False
    committed: bool = False


class LocalExecutor:
    """Starts its fork server with ``options`` when told to or needed, or takes one that runs already. ``lease_seconds``
    after the last sign of life of this process everything ends."""

    def __init__(self, options: StartOptions, *, server: ForkServer | None = None, lease_seconds: float = 30) -> None:
        self._options = options
        self._lease_seconds = lease_seconds
        self._renewed = 0.0
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._server = server
        self._running: dict[str, _Running] = {}
        self._turns = 0
        self._lines: dict[str, SessionLine] = {}
        """One for each session that there is."""
        self._unheard: Counter[str | None] = Counter()
        """How many attempts of each session (None: outside of any) have not told of their commit."""
        self._commits_heard = 0.0
        self._closed = False
        self._renew_lease()

    @property
    def ahead(self) -> int:
        return AHEAD

    def warm_up(self) -> None:
        self._ready_server()

    def start(self, spec: AttemptSpec, *, after: Sequence[str] = ()) -> None:
        """Start an attempt; its folder exists, and its document is written here if the store has not done so. Those of
        a session are sent together when the caller comes to wait."""
        server = self._ready_server()
        self._turns += 1
        self._running[spec.attempt_id] = _Running(spec, self._turns)
        self._unheard[spec.session] += 1
        if spec.session is None:
            server.send("start", attempt_id=spec.attempt_id, turn=self._turns, spec=str(document_of(spec)))
            return
        line = self._lines.get(spec.session)
        if line is None:
            line = self._lines[spec.session] = SessionLine(spec)
            server.send("open", session=spec.session, run=spec.run, root=spec.project.root, preload=spec.preload)
        line.add(spec, self._turns, after)

    def _send_lines(self) -> None:
        if self._server is not None:
            for line in self._lines.values():
                for packet in line.packets():
                    self._server.send_text(packet)

    def end_session(self, session: str) -> None:
        """A session's run is over: its process ends when it has nothing left to do. An unknown one is ignored."""
        self._send_lines()
        if self._lines.pop(session, None) is not None and self._server is not None:
            self._server.send("finish", session=session)

    def cancel(self, attempt_id: str, *, grace: float, why: str) -> None:
        self._send_lines()
        if self._server is not None and attempt_id in self._running:
            self._server.send("cancel", attempt_id=attempt_id, grace=grace, why=why)

    def answer(self, attempt_id: str, request: int, *, value: Any = None, error: str | None = None) -> None:
        """Answer an ``AttemptAsked``; ``value`` is JSON (encoded by ``wire.values`` where JSON has no kind for it)."""
        running = self._running.get(attempt_id)
        if self._server is None or running is None:
            return
        place = inline_or_file(value, Path(running.spec.work, f"answer-{request}.json"))
        self._server.send("answer", attempt_id=attempt_id, id=request, error=error, **place)

    def wait(self, timeout: float | None) -> list[ExecutorEvent]:
        """The next events. Renews the lease, however long the caller waits."""
        deadline = None if timeout is None else time.monotonic() + timeout
        self._send_lines()
        while True:
            self._renew_lease()
            events = self._events(self._patience(deadline))
            if events is None or events:
                return events or []
            if deadline is not None and time.monotonic() >= deadline:
                return []

    def wake(self) -> None:
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """End every attempt and wait until all are gone."""
        if self._closed:
            return
        self._closed = True
        if self._server is not None:
            self._server.close()
            self._server = None
        os.close(self._wake)

    # ----------------------------------------------------------------------------------------------------------------

    def _ready_server(self) -> ForkServer:
        if self._server is None:
            self._server = ForkServer.start(self._options)
            self._renewed = 0.0
            self._renew_lease()
        return self._server

    def _renew_lease(self) -> None:
        now = time.monotonic()
        if self._server is not None and now - self._renewed >= self._lease_seconds / 3:
            self._renewed = now
            self._server.send("lease", seconds=self._lease_seconds)

    def _patience(self, deadline: float | None) -> float:
        # Without a fork server there is no lease to renew.
        due = (self._renewed if self._server is not None else time.monotonic()) + self._lease_seconds / 3
        return max(0.0, min(due, deadline if deadline is not None else due) - time.monotonic())

    def _events(self, seconds: float) -> list[ExecutorEvent] | None:
        """What was heard within so many seconds; None when ``wake`` was called and nothing was heard."""
        server = self._server
        poll = select.poll()  # made anew each time, it costs less than an epoll descriptor
        poll.register(self._wake, select.POLLIN)
        if self._at_leisure():
            poll.poll(max(0.0, min(seconds, self._commits_heard + _REST_SECONDS - time.monotonic()) * 1000))
        if server is not None:
            server.watch(poll)
        poll.poll(math.ceil(seconds * 1000))
        woken = self._take_wake()
        events = self._heard(server) if server is not None else []
        return None if woken and not events else events

    def _commit_heard(self, running: _Running) -> None:
        if not running.committed:
            running.committed = True
            self._commits_heard = time.monotonic()
            session = running.spec.session
            self._unheard[session] -= 1
            if not self._unheard[session]:
                del self._unheard[session]

    def _at_leisure(self) -> bool:
        """Whether nobody waits to be heard: there is nothing but sessions, and each has enough to do."""
        return bool(self._unheard) and all(name and count >= _LEISURE for name, count in self._unheard.items())

    def _take_wake(self) -> bool:
        try:
            return os.eventfd_read(self._wake) > 0
        except BlockingIOError:
            return False

    def _heard(self, server: ForkServer) -> list[ExecutorEvent]:
        events: list[ExecutorEvent] = []
        for message in server.receive():
            events.extend(self._events_of(message))
        if server.lost:
            reason = server.bury()
            self._server = None
            for waiting in (self._running, self._unheard, self._lines):
                waiting.clear()
            events.append(ExecutorLost(reason))
        return events

    def _events_of(self, message: Mapping[str, Any]) -> list[ExecutorEvent]:
        if message.get("op") == "over":  # several attempts of a session
            return [event for each in message["attempts"] for event in self._events_of({**each, "op": "exited"})]
        event = event_of(message)
        running = None if event is None else self._running.get(event.attempt_id)
        if event is None or running is None:
            return []
        match event:
            case AttemptStarted():
                told, running.started = running.started, True
                return [] if told else [event]
            case AttemptCommitted():
                self._commit_heard(running)
                began = None if running.started else began_of(message)
                running.started = True
                return [event] if began is None else [began, event]
            case AttemptExited() if message.get("turn", running.turn) == running.turn:
                del self._running[event.attempt_id]
                # Killed before it could tell of its commit?
                manifest = None if running.committed or not event.begun else overlooked_commit(running.spec)
                self._commit_heard(running)
                return [event] if manifest is None else [AttemptCommitted(event.attempt_id, manifest), event]
            case AttemptExited():
                return []
        return [event]
