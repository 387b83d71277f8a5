"""From what a person asks for to a backfill: read, foreseen, recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blockwright.core.backfills.model import (
    Backfill,
    BackfillId,
    Dates,
    Definition,
    Interval,
    NewSlice,
)
from blockwright.core.backfills.slices import slices_of
from blockwright.core.backfills.states import Wish
from blockwright.core.blocks import BlockType
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.plan import Action
from blockwright.core.runs.model import RunId
from blockwright.core.schedules.schedules import time_zone
from blockwright.ports.backfills import NewBackfill
from blockwright.ports.workspace import Workspace
from blockwright.services import plans
from blockwright.services.backfills.driving import cancel_runs, request_of
from blockwright.services.runs import check_runnable, encoded

JUDGED = 20
"""Slices of which a plan looks at each block; of more it takes some spread evenly."""
PARALLEL, MOST_PARALLEL = 4, 1000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says. ``every`` is an interval's word, ``units`` how many of it; times without zone are those of
    ``timezone``. ``skip_done``: slices that a run has completed before are not run again. ``paused``: nothing is
    started before somebody resumes it."""

    pipeline: str
    start: str = ""
    end: str = ""
    every: str = "day"
    units: int = 1
    timezone: str = "UTC"
    each: tuple[Mapping[str, Any], ...] = ()
    variables: Mapping[str, Any] | None = None
    name: str = ""
    parallel: int = PARALLEL
    reuse: bool | None = None
    skip_done: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class BlockOutlook:
    """What becomes of a block over the slices that were judged: how many run it, reuse an earlier result, or decide
    later. ``overwrites``: it is an exporter, which writes again what an earlier run of those slices wrote."""

    block: str
    type: str
    runs: int
    reuses: int
    unknown: int
    overwrites: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """``done`` are slices that a run has completed before, by position; with ``skip_done`` they do not run.
    ``judged`` of the slices that run were looked at block by block."""

    pipeline: str
    slices: Sequence[NewSlice]
    done: Mapping[int, RunId]
    skip_done: bool
    judged: int
    blocks: Sequence[BlockOutlook]

    @property
    def to_run(self) -> int:
        return len(self.slices) - (len(self.done) if self.skip_done else 0)


def plan(workspace: Workspace, asked: Asked) -> Plan:
    """What the backfill would do. Nothing is run or recorded. Raises as ``create``."""
    definition = _definition(workspace, asked)
    slices = slices_of(definition)
    done = workspace.triggering.backfills.done_before(workspace.project.name, asked.pipeline, slices)
    running = [each for each in slices if not (asked.skip_done and each.position in done)]
    judged = _spread(running, JUDGED)
    wanted = [request_of(workspace, _imagined(workspace, asked, definition), each) for each in judged]
    blocks = workspace.files.pipeline(asked.pipeline).by_uuid
    outlooks: dict[str, BlockOutlook] = {}
    for entries in plans.plan_each(workspace, asked.pipeline, wanted):
        for entry in entries:
            name = str(entry.block).partition(":")[0] if entry.block not in blocks else str(entry.block)
            block = next((spec for uuid, spec in blocks.items() if uuid == name), None)
            kind = block.type if block is not None else None
            before = outlooks.get(name, BlockOutlook(name, kind.value if kind else "", 0, 0, 0, False))
            outlooks[name] = BlockOutlook(
                name,
                before.type,
                before.runs + (entry.action is Action.RUN),
                before.reuses + (entry.action is Action.REUSE),
                before.unknown + (entry.action is Action.UNKNOWN),
                before.overwrites or (kind is BlockType.DATA_EXPORTER and bool(done) and not asked.skip_done),
            )
    return Plan(asked.pipeline, slices, done, asked.skip_done, len(judged), tuple(outlooks.values()))


def create(workspace: Workspace, asked: Asked, *, by: str = "") -> Backfill:
    """A backfill that engines start to work off at once.

    Raises Invalid (code ``backfill``, ``time_zone``, …) for what cannot be meant, NotFound for the pipeline,
    ProjectInvalid when it cannot run here.
    """
    definition = _definition(workspace, asked)
    slices = slices_of(definition)
    for each in (*(slice.variables for slice in slices), definition.variables):
        encoded(each)
    project = workspace.project.name
    store = workspace.triggering.backfills
    done = store.done_before(project, asked.pipeline, slices) if asked.skip_done else {}
    wanted = NewBackfill(
        project,
        asked.pipeline,
        (asked.name or _name_of(slices))[:LONGEST_NAME],
        definition,
        asked.parallel,
        asked.reuse,
        requested_by=by,
        paused=asked.paused,
    )
    made = store.create(wanted, slices, done=done, now=workspace.clock.now())
    return store.settle(made.id, now=workspace.clock.now())


def wish(workspace: Workspace, backfill: Backfill, wanted: Wish) -> Backfill:
    """Pause, resume, cancel (its runs, too), or run again what failed. Raises Conflict (code ``backfill_state``)."""
    changed = workspace.triggering.backfills.wish(backfill.id, wanted, now=workspace.clock.now())
    if wanted is Wish.CANCEL:
        cancel_runs(workspace, changed)
    return changed


def set_parallel(workspace: Workspace, backfill: Backfill, parallel: int) -> Backfill:
    """Let so many slices run at once from now on. Raises Invalid (code ``backfill``), Conflict when it has ended."""
    if not 1 <= parallel <= MOST_PARALLEL:
        raise _wrong(f"{parallel} slices at once cannot be.", f"Take 1 to {MOST_PARALLEL:,}.")
    return workspace.triggering.backfills.set_parallel(backfill.id, parallel, now=workspace.clock.now())


def find(workspace: Workspace, number: int) -> Backfill:
    """Raises NotFound (code ``backfill_not_found``), also for one of another project."""
    found = workspace.triggering.backfills.get(BackfillId(number))
    if found.project != workspace.project.name:
        raise NotFound(
            f"There is no backfill {number}.",
            hint="`blockwright backfill list` lists them.",
            code="backfill_not_found",
        )
    return found


def _definition(workspace: Workspace, asked: Asked) -> Definition:
    check_runnable(workspace, workspace.files.pipeline(asked.pipeline))
    if not 1 <= asked.parallel <= MOST_PARALLEL:
        raise _wrong(f"{asked.parallel} slices at once cannot be.", f"Take 1 to {MOST_PARALLEL:,}.")
    return Definition(_dates(asked), asked.each, asked.variables or {})


def _dates(asked: Asked) -> Dates | None:
    if not asked.start and not asked.end:
        return None
    if not asked.start or not asked.end:
        raise _wrong("A range of dates needs a start and an end.", "Give both: the first and the last date.")
    if asked.every not in list(Interval):
        words = ", ".join(f"`{word}`" for word in Interval)
        raise _wrong(f"`{asked.every}` is no interval.", f"There are {words} (units in seconds).")
    start, end = _moment(asked.start, asked.timezone), _moment(asked.end, asked.timezone)
    return Dates(start, end, Interval(asked.every), asked.units, asked.timezone)


def _moment(text: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=time_zone(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(
            f"`{text[:60]}` is no date or time.", "Write for example 2024-05-01 or 2024-05-01T06:00."
        ) from None


def _imagined(workspace: Workspace, asked: Asked, definition: Definition) -> Backfill:
    now, project = workspace.clock.now(), workspace.project.name
    wanted = NewBackfill(project, asked.pipeline, "", definition, asked.parallel, asked.reuse)
    return wanted.recorded(BackfillId(0), now)


def _spread(slices: Sequence[NewSlice], count: int) -> list[NewSlice]:
    """At most ``count`` of them, the first and the last among them."""
    if len(slices) <= count:
        return list(slices)
    return [slices[place * (len(slices) - 1) // (count - 1)] for place in range(count)]


def _name_of(slices: Sequence[NewSlice]) -> str:
    first, last = slices[0].name, slices[-1].name
    return first if len(slices) == 1 else f"{first} … {last}"


def _wrong(message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, code="backfill")
