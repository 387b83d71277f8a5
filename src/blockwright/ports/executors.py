"""Where an attempt's process starts, and what is heard of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from blockwright.wire.specs import AttemptSpec


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """``at`` is when, if it is heard of later: the attempts of a session may be told of together."""

    attempt_id: str
    pid: int
    pid_started: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttemptCommitted:
    """The attempt's manifest (success or failure) is in place at ``manifest``; ``brief`` is its document, if it is
    short and came along. ``at`` is when, if it is heard of later."""

    attempt_id: str
    manifest: str
    brief: Mapping[str, Any] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttemptExited:
    """The attempt's process and all its descendants are gone and its log is complete.

    ``status`` is the exit code or minus the signal; ``killed`` says why we ended it, if we did:
    ``cancelled``, ``timeout``, ``memory``, ``lease``; ``dropped`` of an attempt that was given ahead and whose session
    ended, or went on without it, before its turn. ``reason`` is a sentence for people. ``begun`` False: it never ran.
    """

    attempt_id: str
    status: int
    reason: str
    killed: str | None = None
    rss_peak: int = 0
    begun: bool = True


@dataclass(frozen=True, slots=True)
class AttemptAsked:
    """Block code asks for something (``wire.messages.Ask``); answer with ``Executor.answer``."""

    attempt_id: str
    request: int
    what: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AttemptProgress:
    attempt_id: str
    frame: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExecutorLost:
    """The executor itself is gone (its fork server died); every attempt it had is over, but for the ``spared`` ones:
    of those more will be heard."""

    reason: str
    spared: frozenset[str] = frozenset()


ExecutorEvent = AttemptStarted | AttemptCommitted | AttemptExited | AttemptAsked | AttemptProgress | ExecutorLost


class Executor(Protocol):
    """Starts attempts and reports on them. ``start`` and ``cancel`` return at once; what comes of them arrives as
    events, in order for each attempt, from ``wait``. Closing ends every attempt and waits until all are gone.

    ``ahead`` is how many attempts of a session may be given before it is their turn (0: none). A session runs what it
    was given in that order.
    """

    @property
    def ahead(self) -> int: ...

    def warm_up(self) -> None:
        """Begin now what the first start would have to wait for; called again, or too late, it does nothing."""
        ...

    def start(self, spec: AttemptSpec, *, after: Sequence[str] = ()) -> None:
        """``after`` are attempts of the same session whose outputs this one takes (``Input.source``) and that may not
        have ended yet. When its turn comes and one of them has not completed, it is dropped: it never runs."""
        ...

    def cancel(self, attempt_id: str, *, grace: float, why: str) -> None:
        """Ask the attempt to end (SIGTERM), and end it with all its descendants after ``grace`` seconds.
        ``why`` comes back as ``AttemptExited.killed``; ``dropped`` ends only what has not begun. An unknown attempt is
        ignored."""
        ...

    def end_session(self, session: str) -> None:
        """No more attempts of this session (``AttemptSpec.session``) will come: its process ends when it has nothing
        left to do. An unknown session is ignored."""
        ...

    def answer(self, attempt_id: str, request: int, *, value: Any = None, error: str | None = None) -> None: ...

    def wait(self, timeout: float | None) -> list[ExecutorEvent]:
        """The next events (at least one unless the time is over or ``wake`` was called)."""
        ...

    def wake(self) -> None:
        """Make ``wait`` return; safe from a signal handler and from any thread."""
        ...

    def close(self) -> None: ...
