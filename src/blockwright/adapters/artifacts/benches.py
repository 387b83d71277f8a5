"""Folders in which attempts work when the store is far away: one for each, with the blobs it reads by a second name and
those it writes. What is on a bench does not depend on the cache, and nobody else sees it.

The benches of a process lie in a folder that it holds a lock on, so that those of a killed one are known and go.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
from pathlib import Path
from threading import Lock

from blockwright.adapters.artifacts.atomic import explained, make_folder


class Benches:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._held = -1
        self._numbers = itertools.count(1)
        self._lock = Lock()

    def new(self) -> Path:
        bench = self._ours() / str(next(self._numbers))
        with explained(bench):
            make_folder(bench)
            make_folder(bench / "tmp")
        return bench

    def clear(self, bench: Path) -> None:
        shutil.rmtree(bench, ignore_errors=True)

    def clear_abandoned(self) -> None:
        """Remove the benches of processes that are gone."""
        with contextlib.suppress(FileNotFoundError):
            for entry in list(os.scandir(self._folder)):
                if self._own is None or entry.path != str(self._own):
                    _clear_if_abandoned(Path(entry.path))

    def close(self) -> None:
        """Remove what is left of ours."""
        with self._lock:
            if self._own is not None:
                shutil.rmtree(self._own, ignore_errors=True)
                os.close(self._held)
                self._own, self._held = None, -1

    def _ours(self) -> Path:
        with self._lock:
            if self._own is None:
                self._own, self._held = self._begin()
                self.clear_abandoned()
            return self._own

    def _begin(self) -> tuple[Path, int]:
        """Until it is locked, somebody may take the folder for abandoned and remove it: then there is another."""
        while True:
            own = self._folder / f"{os.getpid()}-{os.urandom(8).hex()}"
            with explained(own):
                make_folder(own)
            with contextlib.suppress(FileNotFoundError):
                held = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                fcntl.flock(held, fcntl.LOCK_EX)
                if own.exists():
                    return own, held
                os.close(held)


def _clear_if_abandoned(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
