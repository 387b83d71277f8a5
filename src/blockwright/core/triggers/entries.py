"""Which entry of a file is which trigger of the records: by its name, or as a rename."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blockwright.core.triggers.due import begin, resume
from blockwright.core.triggers.model import Place, Trigger, TriggerId, TriggerSpec

NEW = TriggerId(0)
"""The id of a trigger that the records do not have yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file. ``problem`` says why it cannot fire; then ``spec`` has what could be read of it.

    ``token`` is the one that the file gives an API trigger, empty for none.
    """

    spec: TriggerSpec
    problem: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that is to be written, and the token that the file gives it (empty: none)."""

    trigger: Trigger
    token: str = ""


def reconcile(
    entries: Sequence[Entry], rows: Sequence[Trigger], *, project: str, pipeline: str, now: datetime
) -> list[Changed]:
    """The rows that a reading of a file makes new or changes.

    ``rows`` are all that the records have of the pipeline, those that are gone too. The same name is the same trigger.
    A row whose entry is gone and an entry that is new, equal in type, schedule and variables, are a rename. Of two
    entries with one name the first counts.
    """
    by_name = {row.spec.name: row for row in sorted(rows, key=lambda row: row.gone is None)}
    named: dict[str, Entry] = {}
    for entry in entries:
        named.setdefault(entry.spec.name, entry)
    leaving = [row for row in rows if row.place is Place.FILE and row.gone is None and row.spec.name not in named]
    changed: list[Changed] = []
    for name, entry in named.items():
        row = by_name.get(name)
        if row is None:
            row = next((other for other in leaving if _same_but_name(other.spec, entry.spec)), None)
            if row is not None:
                leaving.remove(row)
        if row is None:
            written = made(entry, project, pipeline, Place.FILE, now)
        else:
            written = updated(row, entry, now)
        if written != row or entry.token:
            changed.append(Changed(written, entry.token))
    changed += [Changed(left(row, now)) for row in leaving]
    return changed


def updated(row: Trigger, entry: Entry, now: datetime, *, place: Place = Place.FILE) -> Trigger:
    """The row as the entry has it now: what was decided stays decided, and what is new begins now.

    An entry that cannot be read leaves what was read of it before, but the trigger waits until it is mended.
    """
    if entry.problem:
        kept = replace(row, problem=entry.problem, place=place, gone=None, next_due=None)
        return kept if kept == row else replace(kept, updated=now)
    spec, before = entry.spec, row.spec
    written = replace(row, spec=spec, problem="", place=place, gone=None)
    if written == row:
        return row
    written = replace(written, updated=now)
    if row.gone is not None or spec.active != before.active or (spec.active and spec.schedule != before.schedule):
        written = replace(written, active=spec.active, enabled=row.enabled if spec.active else None)
    woken = written.active and (row.gone is not None or not row.active)
    if woken or spec.timing != before.timing:
        return begin(written, now, first=woken)
    return resume(written, now) if row.problem or not written.active else written


def left(row: Trigger, now: datetime) -> Trigger:
    """The row of a trigger that was taken away."""
    return replace(row, gone=now, next_due=None, updated=now)


def switched(row: Trigger, active: bool, now: datetime) -> Trigger:
    """The row made active or inactive; ``@once`` that has fired becomes active again so."""
    if row.active == active and row.spec.active == active:
        return row
    written = replace(row, active=active, spec=replace(row.spec, active=active), updated=now)
    if not active:
        return replace(written, next_due=None, enabled=None)
    return written if row.active else begin(written, now, first=True)


def made(entry: Entry, project: str, pipeline: str, place: Place, now: datetime) -> Trigger:
    """A trigger that is seen for the first time."""
    spec = entry.spec
    trigger = Trigger(
        NEW, project, pipeline, spec, place, spec.active, first_seen=now, problem=entry.problem, updated=now
    )
    return begin(trigger, now, first=True)


def _same_but_name(one: TriggerSpec, other: TriggerSpec) -> bool:
    return (one.type, one.schedule, one.timezone, one.variables) == (
        other.type,
        other.schedule,
        other.timezone,
        other.variables,
    )
