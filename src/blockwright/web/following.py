"""The one reader behind all open answers: it follows the feed, woken by the bus, and hands each what it may see.

No stream holds a thread. One that is too slow is told so (``resync``) and goes on with what is new; one whose caller
lost the right to see is ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from threading import Lock, Thread
from typing import Any

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import BlockwrightError, NotFound, Unavailable
from blockwright.core.runs.model import Run
from blockwright.ports.bus import Listener, Notice, Topic
from blockwright.ports.feed import Cursor, FeedEntry
from blockwright.ports.workspace import Workspace
from blockwright.services.access.watching import still
from blockwright.services.presence import Board
from blockwright.web.site import Site
from blockwright.web.streams import WAITING, EndStream, LogStream, ProjectStream, Stream, event

LOG = logging.getLogger("blockwright.web.live")

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How long a lost wake-up delays what is new."""
JUDGE_SECONDS = 10.0
"""How often it is asked whether a caller may still see, if no notice says so before."""
FOLLOW_SECONDS = 0.2
"""How often a log is looked at: nobody tells that something was logged."""
BEGIN_SECONDS = 30.0
MOST_STREAMS = 500
MOST_STREAMS_OF_ONE = 50


class Live:
    """All streams of the server and the thread that feeds them, started with the first. ``close`` ends both, which a
    server does before it waits for its answers to end."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.presence = Board(site.installation.clock.now)
        self._streams: set[Stream] = set()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._listener: Listener | None = None
        self._closed = False

    def add(self, stream: Stream) -> None:
        """Raises Unavailable when there are too many."""
        with self._lock:
            mine = sum(other.actor.name == stream.actor.name for other in self._streams)
            if self._closed or len(self._streams) >= MOST_STREAMS or mine >= MOST_STREAMS_OF_ONE:
                raise Unavailable("There are too many open streams.", hint="Close some.", code="too_many_streams")
            self._streams.add(stream)
            if self._thread is None:
                topics = {Topic.FEED, Topic.ACCESS, Topic.PROGRESS, Topic.PRESENCE}
                self._listener = self._site.installation.bus.listen(topics)
                self._thread = Thread(target=self._follow, args=(self._listener,), name="live", daemon=True)
                self._thread.start()
        if self._listener is not None:
            self._listener.wake()

    def remove(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    async def messages(self, stream: Stream) -> AsyncIterator[bytes]:
        stream.begun = True
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        message = await stream.queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if message is None:
                    return
                yield message
                if stream.hungry() and self._listener is not None:
                    self._listener.wake()
        finally:
            self.remove(stream)

    async def wait_for_end(self, project: str, actor: Actor, workspace: Workspace, run: Run, seconds: float) -> bool:
        """Wait until the run has ended; False when it has not within the time."""
        stream = EndStream(project, actor, "", workspace=workspace, run=run, begun=True)
        self.add(stream)
        try:
            async with asyncio.timeout(seconds):
                await stream.queue.get()
        except TimeoutError:
            return False
        finally:
            self.remove(stream)
        return not self._closed

    def close(self) -> None:
        with self._lock:
            self._closed = True
            streams, thread, listener = list(self._streams), self._thread, self._listener
            self._thread = self._listener = None
        for stream in streams:
            stream.end()
        if listener is not None:
            listener.wake()
        if thread is not None:
            thread.join(timeout=5)

    # The reader's thread ---------------------------------------------------------------------------------------------

    def _follow(self, listener: Listener) -> None:
        clock = self._site.installation.clock
        judged = clock.monotonic()
        while not self._closed:
            notices = listener.wait(self._patience())
            try:
                lost = any(notice.topic is Topic.ACCESS for notice in notices)
                if lost or clock.monotonic() - judged >= JUDGE_SECONDS:
                    judged = clock.monotonic()
                    self._judge()
                self._progress(notices)
                self._read()
            except BlockwrightError as error:  # a database that does not answer now may do so in a moment
                LOG.warning("live.failed code=%s reason=%s", error.code, error.message)
            except Exception:  # the fence of this loop: the streams go on
                LOG.exception("live.failed")
        listener.close()

    def _patience(self) -> float:
        return FOLLOW_SECONDS if any(isinstance(stream, LogStream) for stream in self._open()) else LOOK_SECONDS

    def _open(self) -> list[Stream]:
        with self._lock:
            return [stream for stream in self._streams if not stream.ended]

    def _judge(self) -> None:
        """End the streams of those who may no longer see; the others go on with the rights of now."""
        with self._lock:  # whoever was gone before the answer began never takes anything from it
            now = time.monotonic()
            self._streams -= {each for each in self._streams if not each.begun and now - each.made > BEGIN_SECONDS}
        for stream in self._open():
            actor = still(self._site.access, stream.actor, stream.session)
            if actor is None or not stream.stays_for(actor):
                stream.end()
            else:
                stream.actor = actor

    def _progress(self, notices: Any) -> None:
        for notice in notices:
            if notice.topic is Topic.PRESENCE:
                self.presence.hear(notice.project, notice.data)
            if notice.topic in (Topic.PROGRESS, Topic.PRESENCE):
                message = event(notice.topic.value, dict(notice.data))
                for stream in self._open():
                    if isinstance(stream, ProjectStream) and _may_hear(stream, notice) and not stream.full():
                        stream.offer(message)

    def _read(self) -> None:
        groups: dict[tuple[str, Cursor], list[ProjectStream]] = {}
        for stream in self._open():
            if isinstance(stream, LogStream | EndStream):
                self._read_run(stream)
            elif isinstance(stream, ProjectStream):
                if stream.place is None:
                    self._begin(stream)
                if stream.place is not None:
                    groups.setdefault((stream.project, stream.place), []).append(stream)
        for (project, place), streams in groups.items():
            self._read_feed(project, place, streams)

    def _begin(self, stream: ProjectStream) -> None:
        newest = self._site.installation.feed.newest()
        stream.place = stream.start or newest
        stream.offer(event("ready", {"project": stream.project}, stream.place))

    def _read_feed(self, project: str, place: Cursor, streams: list[ProjectStream]) -> None:
        """A page for each look: meanwhile the streams send what they have."""
        try:
            entries = self._site.installation.feed.after(place, projects=(project,), limit=WAITING // 2)
        except BlockwrightError as error:
            if error.code not in ("feed_gone", "cursor"):
                raise
            self._resync(streams)
            return
        if not entries:
            return
        self._resync([stream for stream in streams if stream.full()])
        for stream in streams:
            if not stream.full():
                for entry in entries:
                    if stream.sees(entry):
                        stream.offer(_told(entry))
                stream.place = entries[-1].cursor
        if len(entries) == WAITING // 2 and self._listener is not None:
            self._listener.wake()

    def _resync(self, streams: list[ProjectStream]) -> None:
        newest = self._site.installation.feed.newest()
        for stream in streams:
            stream.place = newest
            stream.offer(event("resync", {}, newest))

    def _read_run(self, stream: LogStream | EndStream) -> None:
        try:
            stream.read_on()
        except NotFound:
            stream.end()  # the run was deleted


def _told(entry: FeedEntry) -> bytes:
    document: Mapping[str, Any] = {
        "time": entry.time.isoformat(),
        "project": entry.project,
        "run": entry.run,
        "data": dict(entry.data),
    }
    return event(entry.topic, document, entry.cursor)


def _may_hear(stream: ProjectStream, notice: Notice) -> bool:
    """Progress names no pipeline, so that only those hear it who may see the whole project."""
    pipeline = str(notice.data.get("pipeline", "")) if notice.topic is Topic.PRESENCE else ""
    return notice.project == stream.project and stream.actor.may(Permission.VIEW, stream.project, pipeline)
