"""What the fork server knows of the processes it forked, and the attempts that run in them."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from blockwright.runner.attempt_logs import AttemptLog
from blockwright.runner.masking import Masker
from blockwright.runner.processes import descendants, kill, start_ticks
from blockwright.runner.records import BEGIN, END
from blockwright.runner.streams import Stream
from blockwright.wire.journals import Journal

UNWRITTEN_STATUS = 74
"""Exit code of a block process that could not even write its manifest (EX_IOERR)."""

TIMEOUT_GRACE_SECONDS = 2.0

_TELL_SECONDS = 0.02
"""A session's attempt that takes longer is told of when it begins, and not only when it is over."""


@dataclass
class Killing:
    """Why we end a process, as a word and as a sentence, and when SIGKILL follows (None: it was sent)."""

    why: str
    reason: str
    at: float | None


@dataclass
class Attempt:
    """One attempt as the fork server sees it. ``spec`` is its JSON document, ``path`` where it was read from, if it
    did not come in a message.

    Of a session's attempt: ``turn`` is the engine's number for this giving of it, ``after`` what it follows, ``place``
    its place in the order of its process. ``unwanted`` is why it is not to begin, or is ended if it does. ``told`` says
    that the engine knows of its beginning, at ``began`` (seconds since 1970).
    """

    identity: str
    spec: dict[str, Any]
    path: str | None = None
    turn: int = 0
    after: tuple[str, ...] = ()
    place: int = 0
    unwanted: Killing | None = None
    told: bool = False
    began: float = 0.0
    tell_at: float | None = None
    masker: Masker = field(default_factory=Masker)
    secrets_asked: dict[int, str] = field(default_factory=dict)
    log: AttemptLog = field(init=False)
    deadline: float | None = None

    def __post_init__(self) -> None:
        self.log = AttemptLog(os.path.join(self.spec["work"], "log.jsonl"), self.masker)

    @property
    def document(self) -> dict[str, Any] | str:
        """The spec as it is handed on."""
        return self.spec if self.path is None else self.path

    @property
    def timeout(self) -> float | None:
        return _number(self.spec.get("limits", {}).get("timeout"))

    @property
    def memory(self) -> int | None:
        limit = _number(self.spec.get("limits", {}).get("memory"))
        return None if limit is None else int(limit)

    @property
    def answered(self) -> bool:
        """Whether its manifest is in place; what ends it after that is nobody's loss."""
        work, journal = self.spec["work"], self.spec.get("journal")
        if journal is not None:
            return self.identity in _journal(journal).look().answered
        return os.path.exists(self.spec["commit"]) or os.path.exists(os.path.join(work, "manifest.json"))

    @property
    def preload(self) -> list[str]:
        return [name for name in self.spec.get("preload", ()) if isinstance(name, str)]


@dataclass
class BlockProcess:
    """A forked process: of one attempt, or (``session``) of one after another.

    ``given`` are the attempts that a session has and that are not over, in order; ``reached`` says for each output pipe
    the place of the attempt that writes there now, and ``current`` is the one that runs.
    """

    pid: int
    control: socket.socket
    streams: tuple[Stream, Stream]
    inherited: int
    session: str | None = None
    current: Attempt | None = None
    given: dict[str, Attempt] = field(default_factory=dict)
    places: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    over: list[Attempt] = field(default_factory=list)
    outgoing: deque[bytes] = field(default_factory=deque)
    idle_since: float = field(default_factory=time.monotonic)
    killing: Killing | None = None
    status: int | None = None
    rss_peak: int = 0
    last_words: str = ""
    leaving: bool = False
    """A session that was told to end when it has nothing left to do."""

    @cached_property
    def started(self) -> int:
        """When it was born, in clock ticks since boot."""
        return start_ticks(self.pid)

    def begin(self, attempt: Attempt) -> None:
        """From now on output and time belong to ``attempt``."""
        self.current = attempt
        attempt.deadline = None if attempt.timeout is None else time.monotonic() + attempt.timeout
        for stream in self.streams:
            stream.begin(attempt.log)

    def become_session(self, name: str) -> None:
        self.session = name
        for stream in self.streams:
            stream.turns = self.turn

    def attempt(self, identity: object) -> Attempt | None:
        """The attempt of this name, if it runs here or is given."""
        if self.current is not None and self.current.identity == identity:
            return self.current
        return self.given.get(identity) if isinstance(identity, str) else None

    def give(self, attempt: Attempt) -> None:
        """A session's process has one more attempt, which it begins by itself after those before it."""
        attempt.place = self.places
        self.places += 1
        self.given[attempt.identity] = attempt

    def turn(self, stream: Stream, record: Mapping[str, Any]) -> AttemptLog | None:
        """An output pipe has come to the beginning of an attempt (its log), or to the end of all up to one."""
        attempt = self.given.get(str(record.get(BEGIN) or record.get(END)))
        if attempt is None:
            return None
        begins = BEGIN in record
        self.reached[stream.name] = attempt.place + (not begins)
        if begins and attempt is not self.current and attempt.place >= max(self.reached.values()):
            self._begins(attempt, float(record.get("at", 0)))
        self._pass()
        return attempt.log if begins else None

    def _begins(self, attempt: Attempt, at: float) -> None:
        self.current = attempt
        now = time.monotonic()
        attempt.began, attempt.tell_at = at, now + _TELL_SECONDS
        attempt.deadline = None if attempt.timeout is None else now + attempt.timeout
        if attempt.unwanted is not None and attempt.unwanted.why != "dropped":
            self.end_softly(attempt.unwanted)

    def _pass(self) -> None:
        """What both pipes have left behind is over."""
        reached = min(self.reached.get(stream.name, 0) for stream in self.streams)
        while self.given and (first := next(iter(self.given.values()))).place < reached:
            self.over.append(self.given.pop(first.identity))
            if first is self.current:
                self.current = None
        self.idle_since = time.monotonic()

    def end_softly(self, killing: Killing) -> None:
        """SIGTERM to the group now, SIGKILL to everything when ``killing.at`` has come."""
        if self.status is not None or self.killing is not None:
            return
        self.killing = killing
        try:
            os.killpg(self.pid, signal.SIGTERM)
        except OSError:
            return

    def end_now(self, why: str, reason: str) -> None:
        """SIGKILL to the process and everything below it."""
        if self.status is not None:
            return
        self.killing = Killing(why, reason, None) if self.killing is None else self.killing
        self.killing.at = None
        kill([*descendants(self.pid), self.pid])

    def due(self) -> float | None:
        """When something must be done about this process, on the monotonic clock."""
        if self.status is not None:
            return None
        if self.killing is not None:
            return self.killing.at
        if self.current is None:
            return None
        times = [when for when in (self.current.deadline, self.current.tell_at) if when is not None]
        return min(times) if times else None

    def act_if_due(self, now: float) -> None:
        due = self.due()
        if due is None or due > now:
            return
        if self.killing is not None:
            self.end_now(self.killing.why, self.killing.reason)
        elif self.current is not None and self.current.deadline is not None and self.current.deadline <= now:
            seconds = self.current.timeout
            reason = f"Stopped after {seconds:g} s, the block's timeout."
            self.end_softly(Killing("timeout", reason, now + TIMEOUT_GRACE_SECONDS))

    def sentence(self) -> str:
        """What to tell people of the end of this process."""
        if self.killing is not None:
            return self.killing.reason
        if self.last_words:
            return self.last_words
        status = self.status or 0
        if status < 0:
            return _signal_sentence(-status)
        if status:
            return f"The block's process ended with exit code {status} before it had answered."
        return ""

    def close(self) -> None:
        self.control.close()
        for stream in self.streams:
            os.close(stream.reader)


@lru_cache(maxsize=4)
def _journal(path: str) -> Journal:
    """What was read of it is kept: when a session dies it is asked for each attempt that was given ahead."""
    return Journal(path)


def _signal_sentence(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    sentence = f"The block's process was killed by signal {number} ({name})"
    if number == signal.SIGKILL:
        return f"{sentence}, perhaps because the machine ran out of memory."
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGABRT, signal.SIGFPE):
        return f"{sentence}: it crashed in native code."
    return f"{sentence}."


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
