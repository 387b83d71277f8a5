"""The fork server's loop: it waits, hears the engine, and lets the household of block processes act."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from blockwright.runner.birth import HANDLED
from blockwright.runner.block_processes import Attempt
from blockwright.runner.household import Household
from blockwright.runner.nursery import Nursery
from blockwright.runner.outbox import Outbox
from blockwright.runner.pages import gather_heap, give_back_code
from blockwright.wire.packets import Packets

Message = dict[str, Any]

_TIDY_SECONDS = 5.0
"""How long after its imports a fork server with nothing to do gives back what only they needed and orders the rest."""


class Loop:
    """``alive`` is a descriptor at its end when the guard is dead: then everything ends, as when the engine is gone."""

    def __init__(self, engine: socket.socket, alive: int, nursery: Nursery) -> None:
        self._engine = engine
        self._packets = Packets(engine)
        self._outbox = Outbox(engine)
        self._selector = selectors.DefaultSelector()
        self._wake, signals = _signal_sockets()
        self._lease: float | None = None
        self._ending = False
        self._preloads = nursery.preloads
        self._tidied = -1
        self._tidy_at = time.monotonic() + _TIDY_SECONDS
        private = [alive, self._wake.fileno(), signals.fileno(), self._selector.fileno()]
        self._household = Household(nursery, self._outbox, self._selector, private)
        self._selector.register(engine, selectors.EVENT_READ, self._hear_engine)
        self._selector.register(signals, selectors.EVENT_READ, lambda _events: self._hear_signals(signals))
        self._selector.register(alive, selectors.EVENT_READ, lambda _events: self._hear_guard_die(alive))
        self._ops: dict[str, Callable[[Message], None]] = {
            "start": self._start,
            "open": self._open,
            "finish": lambda message: self._household.finish_session(message["session"]),
            "cancel": self._cancel,
            "answer": self._household.answer,
            "lease": self._renew,
            "close": lambda _message: self._end("closed", "The engine closed its executor."),
        }

    def run(self) -> None:
        """Until the engine is gone, closes, or lets its lease run out; then until nothing is left."""
        self._outbox.send("ready", pid=os.getpid())
        while not (self._ending and self._household.empty):
            heard = self._selector.select(self._patience())
            for key, events in heard:
                key.data(events)
            if not heard:
                self._household.prepare()
            now = time.monotonic()
            if self._lease is not None and now >= self._lease:
                self._end("lease", "The engine did not renew its lease in time.")
            self._household.listen(now)
            self._household.keep_limits(now)
            self._household.settle(now)
            self._tidy(now)
            self._watch_outbox()
        self._outbox.flush_last(1.0)

    def _patience(self) -> float | None:
        tidy = None if self._tidied == self._preloads.generation else self._tidy_at
        due = [when for when in (self._lease, self._household.due(), tidy) if when is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _tidy(self, now: float) -> None:
        """Once for all that was imported, in a quiet moment: a short command never comes to it."""
        if now < self._tidy_at or self._tidied == self._preloads.generation:
            return
        self._tidy_at = now + _TIDY_SECONDS
        if self._household.idle:
            give_back_code()
            gather_heap()
            self._tidied = self._preloads.generation

    def _watch_outbox(self) -> None:
        """Be told when the engine takes messages again, but only while some wait."""
        if self._outbox.broken:
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outbox.full else 0)
        if self._selector.get_key(self._engine).events != wanted:
            self._selector.modify(self._engine, wanted, self._hear_engine)

    def _end(self, why: str, reason: str) -> None:
        self._ending = True
        self._lease = None
        self._household.end_all(why, reason)

    # What is heard -------------------------------------------------------------------------------------------------

    def _hear_engine(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._outbox.flush()
        while True:
            try:
                packet = self._packets.receive(socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._selector.unregister(self._engine)
                self._outbox.broken = True
                self._end("lease", "The engine is gone.")
                return
            message = json.loads(packet)
            if message["op"] == "next":
                self._next(message, packet)
            else:
                self._ops[message["op"]](message)

    def _hear_signals(self, signals: socket.socket) -> None:
        """Ends of children only have to wake the loop; SIGTERM asks us to end."""
        try:
            numbers = signals.recv(4096)
        except BlockingIOError:
            return
        if signal.SIGTERM in numbers:
            self._end("closed", "The fork server was asked to end.")

    def _hear_guard_die(self, alive: int) -> None:
        self._selector.unregister(alive)
        self._end("lease", "The guard of the fork server died.")

    # What the engine says ------------------------------------------------------------------------------------------

    def _start(self, message: Message) -> None:
        attempt = self._read_attempt(message)
        if attempt is not None and not self._ending:
            self._preloads.before_fork(attempt.preload)
            self._household.start(attempt)

    def _open(self, message: Message) -> None:
        if not self._ending:
            self._preloads.before_fork(message.get("preload", ()))
            self._household.open_session(message["session"])

    def _next(self, message: Message, packet: bytes) -> None:
        """Attempts of a session; the message is handed on as it is."""
        shared = message.get("shared", {})
        read = [self._read_attempt(each, shared) for each in message["attempts"]]
        attempts = [attempt for attempt in read if attempt is not None]
        if attempts and not self._ending:
            self._household.give(message["session"], attempts, packet)

    def _cancel(self, message: Message) -> None:
        why = message.get("why") or "cancelled"
        self._household.cancel(message["attempt_id"], why, time.monotonic() + float(message.get("grace", 0)))

    def _renew(self, message: Message) -> None:
        if not self._ending:
            self._lease = time.monotonic() + float(message["seconds"])

    def _read_attempt(self, message: Message, shared: Message | None = None) -> Attempt | None:
        """The attempt of a message, whose spec leaves out what is ``shared``; None, and ``exited`` is sent, when it
        cannot be read."""
        spec, identity = message["spec"], message.get("attempt_id", "")
        path = spec if isinstance(spec, str) else None
        try:
            if path is not None:
                with open(path, "rb") as file:
                    spec = json.load(file)
            elif shared:
                spec = {**shared, **spec}
            return Attempt(spec["attempt_id"], spec, path, message.get("turn", 0), tuple(message.get("after", ())))
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"The attempt's spec cannot be read: {error}"
            self._outbox.send("exited", attempt_id=identity, status=70, reason=reason, rss_peak=0, killed=None)
            return None


def _signal_sockets() -> tuple[socket.socket, socket.socket]:
    """Signals as bytes on a socket, so that the loop's only wait is woken by them."""
    wake, signals = socket.socketpair()
    wake.setblocking(False)
    signals.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    for number in HANDLED:
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return wake, signals
