"""The block processes that are alive, from their birth until nothing of them is left: limits, questions, ends."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from blockwright.runner.block_processes import Attempt, BlockProcess, Killing
from blockwright.runner.channel import answered, secrets_in
from blockwright.runner.nursery import Nursery
from blockwright.runner.outbox import Outbox
from blockwright.runner.processes import MEGABYTE, children, descendants, kill, memory_of_tree
from blockwright.runner.streams import Stream
from blockwright.runner.twin import needs_nothing
from blockwright.wire.documents import load
from blockwright.wire.manifests import ModuleVerdict
from blockwright.wire.messages import LIMIT, Ask

_LOOK_SECONDS = 0.1
"""How often the memory of attempts with a limit is looked at."""

_AGAIN_SECONDS = 0.005
"""When to look for survivors again if the kernel has not told of their end."""

_TOLD_AT_ONCE = 64
"""How many attempts of a busy session may be over before the engine hears that their logs are complete."""

_REST_SECONDS = 0.002
"""How long the output of a session is left alone after it was read. A session of short blocks marks two pipes for each:
read as they come, they would wake this process more often than it has anything to do."""

_FLOOD_BYTES = 64 * 1024
"""Who writes so much at once is listened to without a rest."""

_IDLE_SESSION_SECONDS = 3600.0
"""A session that nobody used for so long is ended; what it kept in memory is lost."""


@dataclass
class Spare:
    """A process that is kept ready, and at which generation of imported modules it was born."""

    process: BlockProcess | None = None
    modules: int = 0
    wanted: bool = False

    @property
    def missing(self) -> bool:
        return self.wanted and self.process is None


class Household:
    """``private`` are descriptors of the fork server that no block process may keep."""

    def __init__(self, nursery: Nursery, outbox: Outbox, selector: selectors.BaseSelector, private: list[int]) -> None:
        self._nursery = nursery
        self._outbox = outbox
        self._selector = selector
        self._fixed_private = private
        self._processes: dict[int, BlockProcess] = {}
        self._sessions: dict[str, BlockProcess] = {}
        self._spares = {False: Spare(wanted=True), True: Spare()}
        """A heavy one from the start (most projects need it); a light one once there was a first."""
        self._heavy: set[tuple[str, str]] = set()
        """Project and block of those that looked light and are not."""
        self._resting: dict[int, BlockProcess] = {}
        self._listen_at: float | None = None
        self._look_at: float | None = None
        self._again_at: float | None = None
        self._refused = ""
        self._end: Killing | None = None
        """Why nothing begins any more."""

    @property
    def empty(self) -> bool:
        return not self._processes

    @property
    def idle(self) -> bool:
        """Whether there is no process but those that are kept ready."""
        return len(self._processes) == sum(spare.process is not None for spare in self._spares.values())

    def start(self, attempt: Attempt) -> None:
        """Run the attempt in a process of its own."""
        light = _owner(attempt) not in self._heavy and needs_nothing(attempt.spec)
        process = self._fresh(None, light=light)
        if process is None:
            self._exited(attempt, 71, self._refused, None)
            return
        self._begin(process, attempt)
        process.outgoing.append(_packet({"op": "only", "spec": attempt.document}))
        self._hand_on(process)

    def open_session(self, name: str) -> None:
        """Fork the process of a session, if there is none."""
        self._session(name)

    def give(self, name: str, attempts: Sequence[Attempt], packet: bytes) -> None:
        """Hand attempts on to the session's process (``packet`` is the message that says so), which runs them after
        those before them."""
        process = self._session(name)
        if process is None:
            for attempt in attempts:
                self._outbox.send("exited", **_exit(attempt, 71, self._refused, None, begun=False))
            return
        for attempt in attempts:
            process.give(attempt)
        process.outgoing.append(packet)
        self._hand_on(process)

    def finish_session(self, name: str) -> None:
        """End the session's process when it has nothing left to do."""
        process = self._sessions.pop(name, None)
        if process is not None:
            process.leaving = True
            self._let_go(process)

    def cancel(self, identity: str, why: str, kill_at: float) -> None:
        """End an attempt softly, at ``kill_at`` by force; one whose turn has not come does not begin. ``dropped`` means
        only such a one. An unknown one is ignored."""
        reason = "Cancelled." if why == "cancelled" else f"Ended on request: {why}."
        for process in self._processes.values():
            if process.current is not None and process.current.identity == identity:
                if why != "dropped":
                    self._end_softly(process, Killing(why, reason, kill_at))
            elif identity in process.given:
                process.given[identity].unwanted = Killing(why, reason, kill_at)
                process.outgoing.append(_packet({"op": "skip", "attempt_id": identity}))
                self._hand_on(process)

    def end_all(self, why: str, reason: str) -> None:
        """End everything by force, at once, and for good."""
        for spare in self._spares.values():
            spare.wanted = False
        self._end = Killing(why, reason, None)
        self._sessions.clear()
        for process in self._processes.values():
            process.end_now(why, reason)

    def answer(self, message: Mapping[str, Any]) -> None:
        """Hand the engine's answer on; a secret is masked from here on, before the block has it."""
        for process in self._processes.values():
            attempt = process.attempt(message["attempt_id"])
            if attempt is not None:
                if message["id"] in attempt.secrets_asked:
                    for secret in secrets_in(attempt.secrets_asked[message["id"]], answered(message)):
                        attempt.masker.add(secret)
                process.outgoing.append(_packet(message))
                self._hand_on(process)

    # Limits --------------------------------------------------------------------------------------------------------

    def due(self) -> float | None:
        """When to come back at the latest, on the monotonic clock."""
        if any(spare.missing for spare in self._spares.values()):
            return 0.0
        times = [process.due() for process in self._processes.values()]
        known = [when for when in (*times, self._look_at, self._again_at, self._listen_at) if when is not None]
        if self._sessions:
            known.append(time.monotonic() + _IDLE_SESSION_SECONDS)
        return min(known) if known else None

    def keep_limits(self, now: float) -> None:
        """Time and memory of attempts, patience with sessions."""
        for process in self._processes.values():
            self._tell_if_due(process, now)
            before = process.killing
            process.act_if_due(now)
            if process.killing is not before:
                self._halt(process)
        for name, process in list(self._sessions.items()):
            if not process.given and now - process.idle_since > _IDLE_SESSION_SECONDS:
                self.finish_session(name)
        limited = [each for each in self._processes.values() if each.status is None and _memory_limit(each)]
        if not limited:
            self._look_at = None
        elif self._look_at is None or now >= self._look_at:
            for process in limited:
                _keep_memory_limit(process)
            self._look_at = now + _LOOK_SECONDS

    def listen(self, now: float) -> None:
        """Attend again to the output of sessions that was left alone for a while."""
        if self._listen_at is None or now < self._listen_at:
            return
        self._listen_at = None
        resting, self._resting = self._resting, {}
        for process in resting.values():
            for stream in process.streams:
                if stream.open:
                    self._attend(process, stream)

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
            if pid == self._nursery.twin.pid:
                self._nursery.twin.lost = True
            process = self._processes.get(pid)
            if process is not None:
                process.status = os.waitstatus_to_exitcode(status)
                process.rss_peak = usage.ru_maxrss << 10

    def _orphans(self) -> list[int]:
        """Children of ours that are no block process, nor our twin: what a dead one left behind. The kernel may leave
        some out while others end, so an empty answer is asked for twice."""
        twin = self._nursery.twin.pid
        for _look in range(2):
            found = [pid for pid in children(os.getpid()) if pid not in self._processes and pid != twin]
            if found:
                return found
        return []

    def _bury(self, process: BlockProcess) -> None:
        self._hear_rest(process)
        del self._processes[process.pid]
        for spare in self._spares.values():
            if process is spare.process:  # somebody killed it: what did may do so again, at once and for ever
                spare.process, spare.wanted = None, False
        if process.session is not None and self._sessions.get(process.session) is process:
            del self._sessions[process.session]
        self._tell_over(process)
        attempt, process.current = process.current, None
        if attempt is not None:
            process.given.pop(attempt.identity, None)
            killed = process.killing.why if process.killing else None
            self._exited(attempt, process.status or 0, process.sentence(), killed, process.rss_peak)
        process.close()
        if process.session is not None:
            self._inherit(process, process.session)

    def _inherit(self, process: BlockProcess, session: str) -> None:
        """What a session's dead process was given and did not come to: what follows nothing is given to a new process,
        unless all is at its end; the rest is dropped."""
        again: list[Attempt] = []
        for attempt in process.given.values():
            ending = attempt.unwanted or self._end
            if ending is not None:
                self._exited(attempt, -signal.SIGTERM, ending.reason, ending.why, begun=False)
            elif attempt.answered:  # its process closed the files that would have told so
                self._exited(attempt, 0, "", None)
            elif attempt.after:
                self._exited(attempt, 0, "Its session ended before its turn.", "dropped", begun=False)
            else:
                again.append(attempt)
        for attempt in again:
            told = {"attempt_id": attempt.identity, "turn": attempt.turn, "after": (), "spec": attempt.document}
            self.give(session, [attempt], _packet({"op": "next", "attempts": [told]}))

    def _hear_rest(self, process: BlockProcess) -> None:
        """Everything that the process said before it ended; nobody writes any more."""
        self._hear_process(process)
        self._resting.pop(process.pid, None)
        self._unregister(process.control)
        for stream in process.streams:
            while stream.drain():
                continue
            stream.finish()
            self._unregister(stream.reader)

    def _exited(
        self, attempt: Attempt, status: int, reason: str, killed: str | None, rss_peak: int = 0, *, begun: bool = True
    ) -> None:
        if begun:
            if reason and not (killed == "closed" and attempt.answered):
                attempt.log.note(reason, "error")
            attempt.log.close()
        self._outbox.send("exited", **_exit(attempt, status, reason, killed, rss_peak, begun=begun))

    def _tell_over(self, process: BlockProcess) -> None:
        """Tell the engine of the attempts that a session is done with."""
        over, process.over = process.over, []
        told = []
        for attempt in over:
            if attempt.began:
                attempt.log.close()
                told.append(_exit(attempt, 0, "", None))
            else:
                why, reason = "dropped", "What it follows did not complete."
                if attempt.unwanted is not None:
                    why, reason = attempt.unwanted.why, attempt.unwanted.reason
                told.append(_exit(attempt, -signal.SIGTERM, reason, why, begun=False))
        for start in range(0, len(told), _TOLD_AT_ONCE):
            self._outbox.send("over", attempts=told[start : start + _TOLD_AT_ONCE])

    def _tell_if_due(self, process: BlockProcess, now: float) -> None:
        attempt = process.current
        if attempt is not None and attempt.tell_at is not None and attempt.tell_at <= now:
            attempt.tell_at = None
            started = {"pid": process.pid, "started": process.started, "at": attempt.began}
            self._outbox.send("started", attempt_id=attempt.identity, **started)

    # Births and sessions -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Fork the next process ahead of its need: it is born, and has copied the pages that every process writes,
        while the engine is busy with what the last one did."""
        for light, spare in self._spares.items():
            if spare.missing:
                try:
                    spare.process = self._birth(light=light)
                except OSError:
                    spare.wanted = False  # until the next attempt, which meets the same error where it can be told
                spare.modules = self._nursery.preloads.generation
                return

    def _fresh(self, session: str | None, *, light: bool = False) -> BlockProcess | None:
        """The spare process, if it is alive and knows all modules that the fork server does; else a new one. None when
        there can be none: ``_refused`` says why."""
        self._reap()  # so that a spare that was killed just now is known to be dead
        spare = self._spares[light]
        process, spare.process = spare.process, None
        if process is not None and not light and spare.modules != self._nursery.preloads.generation:
            process.control.shutdown(socket.SHUT_WR)  # it leaves by itself
            process = None
        if process is None or process.status is not None:
            try:
                process = self._birth(light=light)
            except OSError as error:
                self._refused = f"No process could be started: {error.strerror}."
                return None
        if session is not None:
            process.become_session(session)
        spare.wanted = True
        return process

    def _birth(self, *, light: bool) -> BlockProcess:
        process = self._nursery.birth(self._private, light=light)
        self._processes[process.pid] = process
        self._selector.register(process.control, selectors.EVENT_READ, lambda _events: self._hear_process(process))
        for stream in process.streams:
            self._watch(process, stream)
        return process

    def _watch(self, process: BlockProcess, stream: Stream) -> None:
        stream.on_progress = lambda text: self._show_progress(process, stream.name, text)
        self._attend(process, stream)

    def _attend(self, process: BlockProcess, stream: Stream) -> None:
        self._selector.register(stream.reader, selectors.EVENT_READ, lambda _events: self._read(process, stream))

    def _private(self) -> list[int]:
        """All descriptors that belong to the fork server or to another block process."""
        found = list(self._fixed_private)
        for process in self._processes.values():
            found.append(process.control.fileno())
            found.extend(stream.reader for stream in process.streams)
            attempts = process.given.values() if process.session else [process.current] if process.current else []
            logs = [attempt.log.descriptor for attempt in (*attempts, *process.over)]
            found.extend(descriptor for descriptor in logs if descriptor is not None)
        return found

    def _begin(self, process: BlockProcess, attempt: Attempt) -> None:
        process.begin(attempt)
        self._outbox.send("started", attempt_id=attempt.identity, pid=process.pid, started=process.started)

    def _session(self, name: str) -> BlockProcess | None:
        """The session's process; a new one when the last was killed or crashed."""
        process = self._sessions.get(name)
        if process is None or process.status is not None or process.killing is not None:
            process = self._fresh(name)
            if process is not None:
                self._sessions[name] = process
        return process

    def _end_softly(self, process: BlockProcess, killing: Killing) -> None:
        process.end_softly(killing)
        self._halt(process)

    def _halt(self, process: BlockProcess) -> None:
        """Block code may survive being told to end; what was given ahead does not begin then."""
        if process.session is not None:
            process.outgoing.append(_packet({"op": "halt"}))
            self._hand_on(process)

    def _let_go(self, process: BlockProcess) -> None:
        if process.leaving and not process.given and not process.outgoing and process.status is None:
            with suppress(OSError):
                process.control.shutdown(socket.SHUT_WR)

    def _hand_on(self, process: BlockProcess) -> None:
        """Send what a block process is to hear; what has no room is sent after its next word. One that does not listen
        any more is on its way out."""
        while process.outgoing:
            try:
                process.control.send(process.outgoing[0], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError:
                process.outgoing.clear()
                return
            process.outgoing.popleft()

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
            case "ask" if (attempt := process.attempt(message.get("attempt_id"))) is not None:
                if message.get("what") in (Ask.SECRET, Ask.TRACKING):
                    attempt.secrets_asked[message["id"]] = message["what"]
                self._outbox.send(**message)
            case "modules":
                self._nursery.preloads.verdicts.record(load(ModuleVerdict, each) for each in message["verdicts"])
            case "heavy" if process.current is not None:
                self._heavy.add(_owner(process.current))
            case "last_words":
                process.last_words = str(message.get("text", ""))

    def _read(self, process: BlockProcess, stream: Stream) -> None:
        count = stream.drain()
        if not stream.open:
            self._unregister(stream.reader)
        if process.session is not None:
            if count < _FLOOD_BYTES:
                self._rest(process)
            self._hand_on(process)
            if not process.given or len(process.over) >= _TOLD_AT_ONCE:
                self._tell_over(process)
                self._let_go(process)

    def _rest(self, process: BlockProcess) -> None:
        """Both pipes at once: what they say is used when both have said it."""
        if process.pid not in self._resting:
            self._resting[process.pid] = process
            for stream in process.streams:
                self._unregister(stream.reader)
        if self._listen_at is None:
            self._listen_at = time.monotonic() + _REST_SECONDS

    def _show_progress(self, process: BlockProcess, stream: str, text: str) -> None:
        if process.current is not None:
            frame = {"kind": "progress", "stream": stream, "text": text}
            self._outbox.send("progress", attempt_id=process.current.identity, frame=frame)

    def _unregister(self, file: socket.socket | int) -> None:
        try:
            self._selector.unregister(file)
        except (KeyError, ValueError):
            return  # it was already at its end


def _owner(attempt: Attempt) -> tuple[str, str]:
    """The block of an attempt, and the project that it is of."""
    return str(attempt.spec["project"]["root"]), str(attempt.spec["block"])


def _packet(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode("ascii")


def _exit(
    attempt: Attempt, status: int, reason: str, killed: str | None, rss_peak: int = 0, *, begun: bool = True
) -> dict[str, Any]:
    """What ``exited`` says of an attempt."""
    return {
        "attempt_id": attempt.identity,
        "turn": attempt.turn,
        "status": status,
        "reason": attempt.masker.text(reason),
        "rss_peak": rss_peak,
        "killed": killed,
        "begun": begun,
    }


def _memory_limit(process: BlockProcess) -> int | None:
    return process.current.memory if process.current is not None and process.killing is None else None


def _keep_memory_limit(process: BlockProcess) -> None:
    limit = _memory_limit(process)
    used = memory_of_tree(process.pid, process.inherited)
    if limit is not None and used > limit:
        reason = f"Used {used / MEGABYTE:,.0f} MB of memory; the limit is {limit / MEGABYTE:,.0f} MB."
        process.end_now("memory", reason)
