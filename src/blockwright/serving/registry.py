"""What answers now, and the thread that follows what should: it loads beside the requests and swaps in one step.

A request takes one picture (``current``) and works with it to its end, so that a swap is never seen halfway, and the
version before goes when its last request is answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from blockwright.core.endpoints import Endpoint, Mode
from blockwright.core.errors import BlockwrightError
from blockwright.serving.loading import CannotServe, Loaded, load
from blockwright.serving.snapshots import Snapshot, Wanted, keep, kept

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How long a lost wake-up may go unnoticed."""


class Bell(Protocol):
    """Rings when something may have changed."""

    def wait(self, timeout: float | None) -> object: ...

    def wake(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Served:
    """A model as it answers: ``endpoint`` is the one that ``champion`` and ``challenger`` belong to. ``problem`` says
    why what the records want is not what answers."""

    endpoint: Endpoint
    champion: Loaded
    challenger: Loaded | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """``waiting`` has the models of which nothing can answer, with the reason. ``away``: why the records could not be
    read the last time; empty when they could."""

    served: Mapping[str, Served] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    away: str = ""


class Registry:
    """``look`` reads the records (it raises BlockwrightError while they are away), ``bell`` wakes, ``file`` keeps the
    last good picture for a start without the records."""

    def __init__(self, look: Callable[[Snapshot], Snapshot], bell: Callable[[], Bell], file: Path) -> None:
        self._look = look
        self._open_bell = bell
        self._file = file
        self._snapshot = Snapshot()
        self._loaded: dict[tuple[str, int], Loaded] = {}
        self._failed: dict[tuple[str, int], str] = {}
        self._bell: Bell | None = None
        self._ended = Event()
        self._thread = Thread(target=self._follow, name="registry", daemon=True)
        self.current = Picture()

    def start(self) -> None:
        """Load what is to be served now, then follow."""
        self._bell = self._open_bell()
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._bell is not None:
            self._bell.wake()
        if self._thread.ident is not None:
            self._thread.join()
        if self._bell is not None:
            self._bell.close()

    def refresh(self) -> None:
        """Look once, and swap what has changed."""
        away = ""
        try:
            found = self._look(self._snapshot)
        except (BlockwrightError, OSError) as error:
            away = str(error)
            if away != self.current.away:
                log.warning("serving.records_away %s", away)
            found = self._snapshot if self._snapshot.endpoints else (kept(self._file) or self._snapshot)
        if found == self._snapshot and away == self.current.away and not self._failed and self.current.served:
            return
        changed = found != self._snapshot
        if changed:
            self._failed.clear()
        self._snapshot = found
        self.current = self._picture(found, away)
        if changed and not away:
            self._keep(found)

    def _follow(self) -> None:
        while not self._ended.is_set():
            assert self._bell is not None
            self._bell.wait(LOOK_SECONDS)
            if not self._ended.is_set():
                try:
                    self.refresh()
                except Exception:  # the loop must not end: what answers goes on answering
                    log.exception("serving.look_failed")

    def _picture(self, snapshot: Snapshot, away: str) -> Picture:
        served: dict[str, Served] = {}
        waiting: dict[str, str] = {}
        for endpoint in snapshot.endpoints:
            before = self.current.served.get(endpoint.model)
            one, problem = self._served(endpoint, snapshot, before)
            if one is None:
                waiting[endpoint.model] = problem
            else:
                served[endpoint.model] = one
        used = {(one.endpoint.model, loaded.number) for one in served.values() for loaded in _both(one)}
        for key in self._loaded.keys() - used:
            del self._loaded[key]
        return Picture(served, waiting, away)

    def _served(self, endpoint: Endpoint, snapshot: Snapshot, before: Served | None) -> tuple[Served | None, str]:
        """What answers from now on; what answered before, when the champion cannot."""
        champion, problem = self._of(snapshot.versions.get((endpoint.model, endpoint.version)))
        if champion is None:
            problem = f"version {endpoint.version} cannot answer: {problem}"
            if before is None:
                return None, problem
            return Served(before.endpoint, before.champion, before.challenger, problem), problem
        if endpoint.traffic.mode is Mode.SINGLE or endpoint.traffic.challenger is None:
            return Served(endpoint, champion), ""
        challenger, problem = self._of(snapshot.versions.get((endpoint.model, endpoint.traffic.challenger)))
        if challenger is None:
            problem = f"version {endpoint.traffic.challenger} cannot answer: {problem}"
        return Served(endpoint, champion, challenger, problem), problem

    def _of(self, wanted: Wanted | None) -> tuple[Loaded | None, str]:
        if wanted is None:
            return None, "it is not in the records"
        key = (wanted.model, wanted.number)
        found = self._loaded.get(key)
        if found is not None:
            return found, ""
        try:
            loaded = load(wanted)
        except CannotServe as error:
            problem = str(error)
            if self._failed.get(key) != problem:
                log.warning("serving.refused model=%s version=%d problem=%r", *key, problem)
            self._failed[key] = problem
            return None, problem
        self._failed.pop(key, None)
        self._loaded[key] = loaded
        log.info("serving.loaded model=%s version=%d", *key)
        return loaded, ""

    def _keep(self, snapshot: Snapshot) -> None:
        try:
            keep(snapshot, self._file)
        except OSError as error:
            log.warning("serving.snapshot_not_kept problem=%r", error.strerror)


def _both(served: Served) -> list[Loaded]:
    return [served.champion] if served.challenger is None else [served.champion, served.challenger]
