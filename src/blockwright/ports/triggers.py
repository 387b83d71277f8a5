"""The records of triggers, and their files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from blockwright.core.problems import Problem
from blockwright.core.runs.model import RunId
from blockwright.core.triggers.entries import NEW, Entry
from blockwright.core.triggers.model import Fired, Outcome, Pause, Place, Trigger, TriggerId, TriggerType
from blockwright.ports.runs import Fire, Settling


@dataclass(frozen=True, slots=True)
class TriggerFilter:
    """``after``: only those with a greater id (a cursor). ``gone`` True: also those whose entry is gone."""

    project: str
    pipeline: str | None = None
    type: TriggerType | None = None
    active: bool | None = None
    after: TriggerId = NEW
    gone: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """``state`` is how far a source of events has been read, as its watcher wrote it; ``owner`` watches it now."""

    state: Mapping[str, Any]
    owner: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A row of a trigger's history as a calendar shows it. ``state`` is that of its run (empty: there is none)."""

    fired: Fired
    pipeline: str
    name: str
    state: str = ""


class TriggerStore(Protocol):
    """Each method is one transaction. Safe with any number of engines at once."""

    def get(self, trigger: TriggerId) -> Trigger:
        """Raises NotFound (code ``trigger_not_found``)."""
        ...

    def find(self, project: str, pipeline: str, name: str) -> Trigger | None:
        """Also one that is gone."""
        ...

    def list(self, which: TriggerFilter, *, limit: int) -> Sequence[Trigger]:
        """By id, ascending."""
        ...

    def due(self, project: str, now: datetime, *, limit: int, without: Collection[str] = ()) -> Sequence[Trigger]:
        """Those to be looked at by ``now``, the longest due first; ``without`` those of these pipelines."""
        ...

    def next_due(self, project: str) -> datetime | None:
        """When the first of them is to be looked at."""
        ...

    def sync(
        self, project: str, pipeline: str, entries: Sequence[Entry], *, signature: str, now: datetime
    ) -> Sequence[Trigger]:
        """Take over what a file says (see ``core.triggers.entries``); the triggers that were made or changed."""
        ...

    def files(self, project: str) -> Mapping[str, tuple[str, str]]:
        """Of each pipeline whose file was read: the file's signature, and why it could not be read (empty: it was)."""
        ...

    def file_broken(self, project: str, pipeline: str, *, signature: str, problem: str) -> None:
        """The file could not be read; its triggers stay as they are."""
        ...

    def make(self, project: str, pipeline: str, entry: Entry, *, place: Place, now: datetime) -> Trigger:
        """A new trigger; an API trigger gets the entry's token or a random one. Raises Conflict (code
        ``trigger_exists``) when one of the pipeline has the name."""
        ...

    def change(self, trigger: TriggerId, entry: Entry, *, place: Place, now: datetime) -> Trigger:
        """Give a trigger another definition; what is settled stays so. Raises NotFound, Conflict as ``make``."""
        ...

    def switch(self, trigger: TriggerId, active: bool, *, now: datetime) -> Trigger:
        """Make it active or inactive; also again, when it was ``@once`` and has fired. Raises NotFound."""
        ...

    def forget(self, trigger: TriggerId, *, now: datetime) -> None:
        """It is gone from now on; its history stays. Raises NotFound."""
        ...

    def token(self, trigger: TriggerId) -> str:
        """The token that its callers must know; empty when it has none. Raises NotFound."""
        ...

    def rotate_token(self, trigger: TriggerId) -> str:
        """Give it a new token; raises NotFound."""
        ...

    def settle(
        self,
        trigger: TriggerId,
        settling: Settling,
        *,
        now: datetime,
        fire: Fire | None = None,
        outcome: Outcome = Outcome.MISSED,
    ) -> bool:
        """Settle due times without a run, and record ``fire`` with what became of it. False, and nothing is written,
        when somebody else has settled them meanwhile."""
        ...

    def record(self, fire: Fire, outcome: Outcome, *, project: str, now: datetime) -> bool:
        """Record what became of an event; False when that was recorded before."""
        ...

    def prune(self, project: str, before: datetime) -> int:
        """Forget what became of due times that fired before then; returns how many. How often a trigger fired stays
        counted, and what was recorded of events stays, too: it is what tells that they were dealt with."""
        ...

    def pause(self, project: str, reason: str, *, by: str, now: datetime) -> Pause:
        """Pause all triggers of a project: none of them is due, and nothing is settled, before ``resume``. When they
        are paused already, reason and author are others from now on."""
        ...

    def resume(self, project: str, *, now: datetime) -> Pause | None:
        """Let them go on; what became due meanwhile is due now. The pause that has ended, None when there was none."""
        ...

    def last_pause(self, project: str) -> Pause | None:
        """The one that goes on, or the last one that went on."""
        ...

    def unpark(self, project: str) -> None:
        """Have every active trigger looked at that nobody would look at again: the environment may be another one."""
        ...

    def ahead(self, project: str, moment: datetime) -> Sequence[Trigger]:
        """The active time triggers whose due times are decided up to later than that."""
        ...

    def look_at(self, trigger: TriggerId, when: datetime) -> None:
        """Have an active time trigger looked at by ``when`` at the latest."""
        ...

    def fires(
        self, trigger: TriggerId, *, limit: int, before: datetime | None = None, key: str | None = None
    ) -> Sequence[Fired]:
        """Its history, newest first; with ``key`` only what it fired for that."""
        ...

    def history(self, project: str, start: datetime, end: datetime, *, limit: int) -> Sequence[Happened]:
        """What all triggers of the project fired for in ``start <= fired < end``, the newest first; also those that
        are gone."""
        ...

    def fired_keys(self, trigger: TriggerId, keys: Collection[str]) -> Collection[str]:
        """Those of ``keys`` (at most a thousand) that it has fired for."""
        ...

    def unfinished_run(self, trigger: TriggerId) -> RunId | None:
        """A run of it that has not ended."""
        ...

    def runtimes(self, trigger: TriggerId, *, count: int) -> Sequence[float]:
        """Seconds that its last completed runs took, newest first."""
        ...

    def watch(self, project: str, source: str, owner: str, *, until: datetime, now: datetime) -> SourceState | None:
        """Become or stay the one who watches a source; None when another owner does."""
        ...

    def seen(self, project: str, source: str, state: Mapping[str, Any]) -> None:
        """Keep how far a source has been read."""
        ...


@dataclass(frozen=True, slots=True)
class TriggerFile:
    """A file as it was read. ``digest`` is that of its bytes (hex), ``problem`` why nothing of it can be used."""

    entries: Sequence[Entry]
    digest: str
    problem: str = ""


class TriggerFiles(Protocol):
    """The ``triggers.yaml`` of each pipeline. Writing keeps comments and order; it raises Conflict (code
    ``file_changed``) when the file no longer has the digest ``expected`` (None: whatever it has)."""

    def signatures(self) -> Mapping[str, str]:
        """For every pipeline that has the file: what changes whenever the file does (inode, time, size)."""
        ...

    def signature(self, pipeline: str) -> str:
        """That of one file; empty when there is none."""
        ...

    def read(self, pipeline: str) -> TriggerFile:
        """A file that is not there has no entries."""
        ...

    def entry(self, pipeline: str, definition: Mapping[str, Any]) -> Entry:
        """What an entry with these keys of the format would mean."""
        ...

    def problems(self, pipeline: str, definition: Mapping[str, Any]) -> Sequence[Problem]:
        """What is wrong with an entry of these keys, each with its key; empty when it may be written."""
        ...

    def put(self, pipeline: str, name: str, definition: Mapping[str, Any], *, expected: str | None = None) -> None:
        """Add the entry, or give the entry ``name`` these keys (None takes one out); others stay. Raises Conflict
        (code ``trigger_exists``) when it is to have the name of another entry."""
        ...

    def remove(self, pipeline: str, name: str, *, expected: str | None = None) -> None:
        """Raises NotFound (code ``trigger_not_found``)."""
        ...

    def saved_in_code(self, pipeline: str) -> bool:
        """Whether the project wants triggers that people make written into the file."""
        ...
