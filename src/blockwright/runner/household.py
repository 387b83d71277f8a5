"""The block processes that are alive, from their birth until nothing of them is left: limits, questions, ends."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from blockwright.runner.block_processes import Attempt, BlockProcess, Killing
from blockwright.runner.channel import answered
from blockwright.runner.nursery import Nursery
from blockwright.runner.outbox import Outbox
from blockwright.runner.processes import MEGABYTE, children, descendants, kill, memory_of_tree
from blockwright.runner.streams import Stream
from blockwright.wire.documents import load
from blockwright.wire.manifests import ModuleVerdict
from blockwright.wire.messages import LIMIT, Ask

_LOOK_SECONDS = 0.1
"""How often the memory of attempts with a limit is looked at."""

_AGAIN_SECONDS = 0.005
"""When to look for survivors again if the kernel has not told of their end."""

_IDLE_SESSION_SECONDS = 3600.0
"""A session that nobody used for so long is ended; what it kept in memory is lost."""


class Household:
    """``private`` are descriptors of the fork server that no block process may keep."""

    def __init__(self, nursery: Nursery, outbox: Outbox, selector: selectors.BaseSelector, private: list[int]) -> None:
        self._nursery = nursery
        self._outbox = outbox
        self._selector = selector
        self._fixed_private = private
        self._processes: dict[int, BlockProcess] = {}
        self._sessions: dict[str, BlockProcess] = {}
        self._look_at: float | None = None
        self._again_at: float | None = None

    @property
    def empty(self) -> bool:
        return not self._processes

    def start(self, attempt: Attempt) -> None:
        """Fork a process for this attempt alone."""
        process = self._birth(attempt, None)
        if process is not None:
            self._begin(process, attempt)

    def open_session(self, name: str) -> None:
        """Fork the process of a session, if there is none."""
        self._session(name, None)

    def start_in_session(self, name: str, attempt: Attempt) -> None:
        """Run the attempt in the session's process, after those before it."""
        process = self._session(name, attempt)
        if process is not None:
            process.waiting.append(attempt)
            self._go_on(process)

    def finish_session(self, name: str) -> None:
        """End the session's process when it has nothing left to do."""
        process = self._sessions.pop(name, None)
        if process is not None:
            process.leaving = True
            self._go_on(process)

    def cancel(self, identity: str, why: str, kill_at: float) -> None:
        """End an attempt softly, at ``kill_at`` by force. An unknown one is ignored."""
        reason = "Cancelled." if why == "cancelled" else f"Ended on request: {why}."
        for process in self._processes.values():
            for attempt in [each for each in process.waiting if each.identity == identity]:
                process.waiting.remove(attempt)
                self._exited(attempt, -signal.SIGTERM, reason, why)
            if process.current is not None and process.current.identity == identity:
                process.end_softly(Killing(why, reason, kill_at))

    def end_all(self, why: str, reason: str) -> None:
        """End everything by force, at once."""
        self._sessions.clear()
        for process in self._processes.values():
            while process.waiting:
                self._exited(process.waiting.popleft(), -signal.SIGKILL, reason, why)
            process.end_now(why, reason)

    def answer(self, message: Mapping[str, Any]) -> None:
        """Hand the engine's answer on; a secret is masked from here on, before the block has it."""
        for process in self._processes.values():
            attempt = process.current
            if attempt is not None and attempt.identity == message["attempt_id"]:
                if message["id"] in attempt.secrets_asked:
                    attempt.masker.add(answered(message))
                _tell(process, message)

    # Limits --------------------------------------------------------------------------------------------------------

    def due(self) -> float | None:
        """When to come back at the latest, on the monotonic clock."""
        times = [process.due() for process in self._processes.values()]
        known = [when for when in (*times, self._look_at, self._again_at) if when is not None]
        if self._sessions:
            known.append(time.monotonic() + _IDLE_SESSION_SECONDS)
        return min(known) if known else None

    def keep_limits(self, now: float) -> None:
        """Time and memory of attempts, patience with sessions."""
        for process in self._processes.values():
            process.act_if_due(now)
        for name, process in list(self._sessions.items()):
            if process.current is None and not process.waiting and now - process.idle_since > _IDLE_SESSION_SECONDS:
                self.finish_session(name)
        limited = [each for each in self._processes.values() if each.status is None and _memory_limit(each)]
        if not limited:
            self._look_at = None
        elif self._look_at is None or now >= self._look_at:
            for process in limited:
                _keep_memory_limit(process)
            self._look_at = now + _LOOK_SECONDS

    # Ends ----------------------------------------------------------------------------------------------------------

    def settle(self, now: float) -> None:
        """Take note of processes that ended, end what they left behind, and report those of which nothing is left."""
        self._reap()
        dead = [process for process in self._processes.values() if process.status is not None]
        if not dead and self._again_at is None:
            return
        orphans = self._orphans()
        if orphans:
            kill([each for orphan in orphans for each in (orphan, *descendants(orphan))])
            self._again_at = now + _AGAIN_SECONDS
            return
        self._again_at = None
        for process in dead:
            self._bury(process)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            process = self._processes.get(pid)
            if process is not None:
                process.status = os.waitstatus_to_exitcode(status)
                process.rss_peak = usage.ru_maxrss << 10

    def _orphans(self) -> list[int]:
        """Children of ours that are no block process: what a dead one left behind. The kernel may leave some out
        while others end, so an empty answer is asked for twice."""
        for _look in range(2):
            found = [pid for pid in children(os.getpid()) if pid not in self._processes]
            if found:
                return found
        return []

    def _bury(self, process: BlockProcess) -> None:
        self._hear_rest(process)
        del self._processes[process.pid]
        if process.session is not None and self._sessions.get(process.session) is process:
            del self._sessions[process.session]
        attempt, process.current = process.current, None
        if attempt is not None:
            killed = process.killing.why if process.killing else None
            status = process.status or 0
            self._exited(attempt, status, process.sentence(), killed, process.rss_peak)
        process.close()
        while process.waiting and process.session is not None:
            self.start_in_session(process.session, process.waiting.popleft())

    def _hear_rest(self, process: BlockProcess) -> None:
        """Everything that the process said before it ended; nobody writes any more."""
        self._hear_process(process)
        self._unregister(process.control)
        for stream in process.streams:
            while stream.drain():
                continue
            stream.finish()
            self._unregister(stream.reader)

    def _exited(self, attempt: Attempt, status: int, reason: str, killed: str | None, rss_peak: int = 0) -> None:
        if reason and not (killed == "closed" and attempt.answered):
            attempt.log.note(reason, "error")
        attempt.log.close()
        self._outbox.send(
            "exited",
            attempt_id=attempt.identity,
            status=status,
            reason=attempt.masker.text(reason),
            rss_peak=rss_peak,
            killed=killed,
        )

    # Births and sessions -------------------------------------------------------------------------------------------

    def _birth(self, attempt: Attempt | None, session: str | None) -> BlockProcess | None:
        try:
            process = self._nursery.birth(None if session else attempt, session, self._private())
        except OSError as error:
            if attempt is not None:
                self._exited(attempt, 71, f"No process could be started: {error.strerror}.", None)
            return None
        self._processes[process.pid] = process
        self._selector.register(process.control, selectors.EVENT_READ, lambda _events: self._hear_process(process))
        for stream in process.streams:
            self._watch(process, stream)
        return process

    def _watch(self, process: BlockProcess, stream: Stream) -> None:
        stream.on_progress = lambda text: self._show_progress(process, stream.name, text)
        self._selector.register(stream.reader, selectors.EVENT_READ, lambda _events: self._read(process, stream))

    def _private(self) -> list[int]:
        """All descriptors that belong to the fork server or to another block process."""
        found = list(self._fixed_private)
        for process in self._processes.values():
            found.append(process.control.fileno())
            found.extend(stream.reader for stream in process.streams)
            logs = [process.current.log] if process.current else []
            found.extend(log.descriptor for log in logs if log.descriptor is not None)
        return found

    def _begin(self, process: BlockProcess, attempt: Attempt) -> None:
        process.begin(attempt)
        self._outbox.send("started", attempt_id=attempt.identity, pid=process.pid, started=process.started)

    def _session(self, name: str, attempt: Attempt | None) -> BlockProcess | None:
        """The session's process; a new one when the last was killed or crashed."""
        process = self._sessions.get(name)
        if process is None or process.status is not None or process.killing is not None:
            process = self._birth(attempt, name)
            if process is not None:
                self._sessions[name] = process
        return process

    def _go_on(self, process: BlockProcess) -> None:
        """Give a session's process its next attempt, or its leave."""
        if process.current is not None or process.status is not None:
            return
        if process.waiting:
            attempt = process.waiting.popleft()
            self._begin(process, attempt)
            _tell(process, {"op": "next", "spec": attempt.path or attempt.spec})
        elif process.leaving:
            process.control.shutdown(socket.SHUT_WR)
        process.idle_since = time.monotonic()

    # What block processes say --------------------------------------------------------------------------------------

    def _hear_process(self, process: BlockProcess) -> None:
        while True:
            try:
                packet = process.control.recv(2 * LIMIT, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._unregister(process.control)
                return
            with suppress(
                ValueError, KeyError, TypeError, AttributeError
            ):  # a block wrote into a file that is not its own
                self._take(process, json.loads(packet))

    def _take(self, process: BlockProcess, message: dict[str, Any]) -> None:
        match message.get("op"):
            case "ask" if process.current is not None:
                if message.get("what") == Ask.SECRET:
                    process.current.secrets_asked.add(message["id"])
                self._outbox.send(**{**message, "attempt_id": process.current.identity})
            case "modules":
                self._nursery.preloads.verdicts.record(load(ModuleVerdict, each) for each in message["verdicts"])
            case "last_words":
                process.last_words = str(message.get("text", ""))

    def _read(self, process: BlockProcess, stream: Stream) -> None:
        stream.drain()
        if not stream.open:
            self._unregister(stream.reader)
        if process.current is not None and all(each.ended for each in process.streams):
            attempt, process.current = process.current, None
            self._exited(attempt, 0, "", None)
            self._go_on(process)

    def _show_progress(self, process: BlockProcess, stream: str, text: str) -> None:
        if process.current is not None:
            frame = {"kind": "progress", "stream": stream, "text": text}
            self._outbox.send("progress", attempt_id=process.current.identity, frame=frame)

    def _unregister(self, file: socket.socket | int) -> None:
        try:
            self._selector.unregister(file)
        except (KeyError, ValueError):
            return  # it was already at its end


def _tell(process: BlockProcess, message: Mapping[str, Any]) -> None:
    """A message to a block process; one that does not listen any more is on its way out."""
    try:
        process.control.send(json.dumps(message).encode("ascii"), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
    except OSError:
        return


def _memory_limit(process: BlockProcess) -> int | None:
    return process.current.memory if process.current is not None and process.killing is None else None


def _keep_memory_limit(process: BlockProcess) -> None:
    limit = _memory_limit(process)
    used = memory_of_tree(process.pid, process.inherited)
    if limit is not None and used > limit:
        reason = f"Used {used / MEGABYTE:,.0f} MB of memory; the limit is {limit / MEGABYTE:,.0f} MB."
        process.end_now("memory", reason)
