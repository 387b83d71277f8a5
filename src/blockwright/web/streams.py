"""Open answers: what each waits for, may see, and has not sent yet."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from blockwright.core.access import Actor, Permission
from blockwright.core.runs.model import Run
from blockwright.ports.feed import Cursor, FeedEntry
from blockwright.ports.workspace import Workspace
from blockwright.services.logs import LogReader
from blockwright.web.logs import log_line
from blockwright.web.site import KIBIBYTE

WAITING = 1_000
"""Messages that a stream may lag behind before it is told to load everything anew."""
WAITING_LINES = 4
"""Batches of log lines that may lie ready for a stream; the rest stays in the file."""
READ_BYTES = 256 * KIBIBYTE
ADMINISTRATIVE = frozenset({"access"})


def event(name: str, data: Any, id: str = "") -> bytes:
    """One server-sent event."""
    text = json.dumps(data, ensure_ascii=True, default=str, separators=(",", ":"))
    place = f"id: {' '.join(id.split())}\n" if id else ""
    return f"{place}event: {name}\ndata: {text}\n\n".encode("ascii", "replace")


@dataclass(eq=False)
class Stream:
    """One open answer. The reader's thread calls ``offer`` and ``end``, the event loop takes from ``queue``; ``begun``
    says that it does. ``session`` is the digest of the one that let the caller in, empty for a token."""

    project: str
    actor: Actor
    session: str
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING + 10), kw_only=True)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop, kw_only=True)
    made: float = field(default_factory=time.monotonic, kw_only=True)
    begun: bool = field(default=False, kw_only=True)
    ended: bool = field(default=False, kw_only=True)

    def offer(self, message: bytes) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            self.loop.call_soon_threadsafe(self._put, message)

    def end(self) -> None:
        self.ended = True
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._put_end)

    def full(self) -> bool:
        return self.queue.qsize() >= WAITING

    def hungry(self) -> bool:
        """Whether there is more to send than lies ready, so that it should be read now and not at the next look."""
        return False

    def stays_for(self, actor: Actor) -> bool:
        """Whether somebody with these rights may still have the answer."""
        return actor.may_within(Permission.VIEW, self.project)

    def sees(self, entry: FeedEntry) -> bool:
        pipeline = str(entry.data.get("pipeline", ""))
        if entry.topic in ADMINISTRATIVE:
            return self.actor.may(Permission.ADMIN, self.project)
        return self.actor.may(Permission.VIEW, self.project, pipeline)

    def _put(self, message: bytes) -> None:
        with suppress(asyncio.QueueFull):
            self.queue.put_nowait(message)

    def _put_end(self) -> None:
        while self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


@dataclass(eq=False)
class ProjectStream(Stream):
    start: Cursor | None = None
    place: Cursor | None = None


@dataclass(eq=False)
class LogStream(Stream):
    workspace: Workspace
    run: Run
    block: str | None = None
    last: int | None = None
    reader: LogReader | None = None

    def stays_for(self, actor: Actor) -> bool:
        return actor.may(Permission.VIEW, self.project, self.run.pipeline)

    def hungry(self) -> bool:
        return self.reader is not None and self.reader.more and self.queue.qsize() < WAITING_LINES

    def read_on(self) -> None:
        """What was logged since the last look; the end, when the run had ended before it."""
        if self.queue.qsize() >= WAITING_LINES:
            return  # the file waits
        if self.reader is None:
            self.reader = LogReader(self.workspace, self.run.id, self.block, self.last)
        begins = self.last is not None
        self.last = None
        over = self.reader.complete()
        lines = self.reader.new_lines(READ_BYTES)
        if begins:
            self.offer(event("begin", {"left_out": self.reader.left_out}))
        if lines:
            self.offer(event("lines", [log_line(line).model_dump() for line in lines]))
        if over and not self.reader.more:
            self.offer(event("end", {"run": self.run.id}))
            self.end()


@dataclass(eq=False)
class EndStream(Stream):
    """Waits for one thing: that the run has ended."""

    workspace: Workspace
    run: Run

    def read_on(self) -> None:
        if self.workspace.runs.get(self.run.id).state.final:
            self.end()
