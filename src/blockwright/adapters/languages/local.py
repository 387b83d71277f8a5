"""The port ``Languages`` by processes of this machine: a desk for each project that somebody edits."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from blockwright.adapters.languages.desk import Desk
from blockwright.adapters.languages.programs import chosen, surroundings
from blockwright.core.errors import Unavailable
from blockwright.ports.languages import Editor, LanguageServer, News

LOG = logging.getLogger("blockwright.languages")

LOOK_SECONDS = 0.5
IDLE_SECONDS = 300.0


class LocalLanguages:
    """``names`` are the servers that are wanted; ``idle`` seconds without an editor end those of a project."""

    def __init__(self, names: Sequence[str], environ: Mapping[str, str], *, idle: float = IDLE_SECONDS) -> None:
        self._programs = chosen(names)
        self._path = environ.get("PATH")
        self._environ = surroundings(environ)
        self._idle = idle
        self._lock = Lock()
        self._desks: dict[Path, Desk] = {}
        self._thread: Thread | None = None
        self._stop = Event()

    def servers(self, root: Path) -> Sequence[LanguageServer]:
        with self._lock:
            desk = self._desks.get(_real(root))
        return (desk or self._desk(_real(root))).servers()

    def join(self, root: Path, hear: Callable[[News], None]) -> Editor:
        real = _real(root)
        with self._lock:
            if self._stop.is_set():
                raise Unavailable("The server is ending.")
            desk = self._desks.setdefault(real, self._desk(real))
            if self._thread is None:
                self._thread = Thread(target=self._watch, name="languages", daemon=True)
                self._thread.start()
            return desk.join(hear)

    def files_changed(self, root: Path, paths: Collection[str]) -> None:
        with self._lock:
            desk = self._desks.get(_real(root))
        if desk is not None:
            desk.files_changed(paths)

    def close(self) -> None:
        with self._lock:
            self._stop.set()
            desks, thread = list(self._desks.values()), self._thread
            self._desks.clear()
        for desk in desks:
            desk.close()
        if thread is not None:
            thread.join()

    def _desk(self, root: Path) -> Desk:
        return Desk(root, self._programs, self._environ, self._path)

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._look()
            except Exception:  # the fence of this loop: editors of other projects go on
                LOG.exception("languages.failed")

    def _look(self) -> None:
        with self._lock:
            idle = [root for root, desk in self._desks.items() if desk.empty and monotonic() - desk.left > self._idle]
            ending = [self._desks.pop(root) for root in idle]
            open_ones = list(self._desks.values())
        for desk in ending:
            desk.close()
        for desk in open_ones:
            desk.look()


def _real(root: Path) -> Path:
    return Path(os.path.realpath(root))
