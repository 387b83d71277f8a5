"""Attempts on this host: the engine's side of the fork server.

The fork server is started with the executor, so that its imports overlap with the engine's own start. There is no
thread: the caller of ``wait`` reads the channel, sends what could not be sent at once, and renews the lease.
"""

from __future__ import annotations

import json
import math
import os
import select
import time
from pathlib import Path
from typing import Any

from blockwright.adapters.executor.documents import document_of, inline_or_file, inline_or_path
from blockwright.adapters.executor.fork_server import ForkServer, StartOptions
from blockwright.adapters.executor.reports import event_of, overlooked_commit
from blockwright.ports.executors import AttemptCommitted, AttemptExited, ExecutorEvent, ExecutorLost
from blockwright.wire.specs import AttemptSpec


class LocalExecutor:
    """Starts its fork server with ``options`` at once, or takes one that runs already. ``lease_seconds`` after the last
    sign of life of this process everything ends."""

    def __init__(self, options: StartOptions, *, server: ForkServer | None = None, lease_seconds: float = 30) -> None:
        self._options = options
        self._lease_seconds = lease_seconds
        self._renewed = 0.0
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._server = server
        self._running: dict[str, AttemptSpec] = {}
        self._committed: set[str] = set()
        self._sessions: set[str] = set()
        self._closed = False
        self._ready_server()
        self._renew_lease()

    def start(self, spec: AttemptSpec) -> None:
        """Start an attempt; its folder exists, and its document is written here if the store has not done so."""
        server = self._ready_server()
        self._running[spec.attempt_id] = spec
        if spec.session is None:
            server.send("start", attempt_id=spec.attempt_id, spec=str(document_of(spec)))
            return
        if spec.session not in self._sessions:
            self._sessions.add(spec.session)
            server.send("open", session=spec.session, run=spec.run, root=spec.project.root, preload=spec.preload)
        head = json.dumps({"op": "next", "attempt_id": spec.attempt_id, "session": spec.session})
        server.send_text(f'{head[:-1]}, "spec": {inline_or_path(spec)}}}')

    def end_session(self, session: str) -> None:
        """A session's run is over: its process ends when it has nothing left to do. An unknown one is ignored."""
        if session in self._sessions and self._server is not None:
            self._sessions.discard(session)
            self._server.send("finish", session=session)

    def cancel(self, attempt_id: str, *, grace: float, why: str) -> None:
        if self._server is not None and attempt_id in self._running:
            self._server.send("cancel", attempt_id=attempt_id, grace=grace, why=why)

    def answer(self, attempt_id: str, request: int, *, value: Any = None, error: str | None = None) -> None:
        """Answer an ``AttemptAsked``; ``value`` is JSON (encoded by ``wire.values`` where JSON has no kind for it)."""
        spec = self._running.get(attempt_id)
        if self._server is None or spec is None:
            return
        place = inline_or_file(value, Path(spec.work, f"answer-{request}.json"))
        self._server.send("answer", attempt_id=attempt_id, id=request, error=error, **place)

    def wait(self, timeout: float | None) -> list[ExecutorEvent]:
        """The next events. Renews the lease, however long the caller waits."""
        deadline = None if timeout is None else time.monotonic() + timeout
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
            self._server = ForkServer(self._options)
            self._renewed = 0.0
            self._renew_lease()
        return self._server

    def _renew_lease(self) -> None:
        now = time.monotonic()
        if self._server is not None and now - self._renewed >= self._lease_seconds / 3:
            self._renewed = now
            self._server.send("lease", seconds=self._lease_seconds)

    def _patience(self, deadline: float | None) -> float:
        due = self._renewed + self._lease_seconds / 3
        return max(0.0, min(due, deadline if deadline is not None else due) - time.monotonic())

    def _events(self, seconds: float) -> list[ExecutorEvent] | None:
        """What was heard within so many seconds; None when ``wake`` was called and nothing was heard."""
        server = self._server
        poll = select.poll()  # made anew each time, it costs less than an epoll descriptor
        poll.register(self._wake, select.POLLIN)
        if server is not None:
            server.watch(poll)
        poll.poll(math.ceil(seconds * 1000))
        woken = self._take_wake()
        events = self._heard(server) if server is not None else []
        return None if woken and not events else events

    def _take_wake(self) -> bool:
        try:
            return os.eventfd_read(self._wake) > 0
        except BlockingIOError:
            return False

    def _heard(self, server: ForkServer) -> list[ExecutorEvent]:
        events: list[ExecutorEvent] = []
        for message in server.receive():
            event = event_of(message)
            if event is not None and event.attempt_id in self._running:
                events.extend(self._noted(event))
        if server.lost:
            reason = server.bury()
            self._server = None
            self._running.clear()
            self._committed.clear()
            self._sessions.clear()
            events.append(ExecutorLost(reason))
        return events

    def _noted(self, event: ExecutorEvent) -> list[ExecutorEvent]:
        """The event, after a commit of which nobody told: its process was killed before it could."""
        if isinstance(event, AttemptCommitted):
            self._committed.add(event.attempt_id)
        if not isinstance(event, AttemptExited):
            return [event]
        spec = self._running.pop(event.attempt_id, None)
        told = event.attempt_id in self._committed
        self._committed.discard(event.attempt_id)
        manifest = None if told or spec is None else overlooked_commit(spec)
        return [event] if manifest is None else [AttemptCommitted(event.attempt_id, manifest), event]
