"""What a terminal has shown: the last of it is kept, and how far a program may be ahead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from blockwright.ports.terminals import Output

KEPT = 512 * 1024
"""Bytes that somebody who comes back can see again."""
AHEAD = 256 * 1024
"""Bytes that the program may be ahead of what is on the screen of whoever keeps up best."""
PIECE = 64 * 1024
UNATTENDED_RATE = 256 * 1024
"""Bytes a second that a program may write while nobody looks."""
LOST_SIGHT_SECONDS = 10.0
"""Whoever has not told of anything shown for so long, as a browser's tab in the background, holds up nobody."""


@dataclass(eq=False)
class Looking:
    """One viewer: ``taken`` bytes were handed out, ``seen`` of them are on the screen."""

    news: Callable[[], None]
    taken: int
    seen: int
    told: float


@dataclass(eq=False)
class Screen:
    """Safe to use from every thread."""

    monotonic: Callable[[], float] = time.monotonic
    ended: bool = False
    _lock: Lock = field(default_factory=Lock)
    _kept: bytearray = field(default_factory=bytearray)
    _end: int = 0
    _viewers: list[Looking] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        with self._lock:
            self._kept += data
            self._end += len(data)
            if len(self._kept) > 2 * KEPT:  # in large strides: each moves all that is kept
                del self._kept[: len(self._kept) - KEPT]
            told = list(self._viewers)
        for viewer in told:
            viewer.news()

    def finish(self) -> None:
        with self._lock:
            self.ended = True
            told = list(self._viewers)
        for viewer in told:
            viewer.news()

    @property
    def written(self) -> int:
        return self._end

    @property
    def watched(self) -> bool:
        return bool(self._viewers)

    def look(self, news: Callable[[], None]) -> Looking:
        with self._lock:
            start = self._whole_line(max(0, self._end - KEPT))
            viewer = Looking(news, start, start, self.monotonic())
            self._viewers.append(viewer)
        return viewer

    def leave(self, viewer: Looking) -> None:
        with self._lock:
            if viewer in self._viewers:
                self._viewers.remove(viewer)

    def take(self, viewer: Looking) -> Output | None:
        with self._lock:
            first = self._end - len(self._kept)
            missed = viewer.taken < first
            if missed:
                viewer.taken = viewer.seen = self._whole_line(first)
            held_back = viewer.taken - viewer.seen >= AHEAD and not self.ended
            if viewer.taken >= self._end or held_back:
                return None
            if viewer.taken == viewer.seen:
                viewer.told = self.monotonic()  # until now there was nothing to tell of
            start = viewer.taken
            data = bytes(self._kept[start - first : start - first + PIECE])
            viewer.taken += len(data)
        return Output(data, start, missed)

    def shown(self, viewer: Looking, count: int) -> None:
        with self._lock:
            viewer.seen = min(max(viewer.seen, count), viewer.taken)
            viewer.told = self.monotonic()

    def pace(self) -> float | None:
        """Bytes a second that may be read from the program; 0: none now, None: as they come."""
        with self._lock:
            now = self.monotonic()
            sighted = [
                viewer for viewer in self._viewers if viewer.seen >= self._end or now - viewer.told < LOST_SIGHT_SECONDS
            ]
            if not sighted:
                return UNATTENDED_RATE
            return 0 if min(self._end - viewer.seen for viewer in sighted) >= AHEAD else None

    def _whole_line(self, place: int) -> int:
        """The first beginning of a line from ``place`` on, so that no escape sequence is cut; the place itself, when
        nothing was thrown away before it or there is none."""
        first = self._end - len(self._kept)
        if place <= 0:
            return 0
        found = self._kept.find(b"\n", place - first)
        return place if found < 0 else first + found + 1
