"""Working off a backfill: its slices become runs as there is room, and how those end is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.core.backfills.model import Backfill, BackfillState, NewSlice, Slice, SliceState
from blockwright.core.backfills.slices import interval_of
from blockwright.core.errors import BlockwrightError, Conflict, Unavailable
from blockwright.core.runs.model import Queue, Run, RunKind, RunRequest
from blockwright.ports.backfills import BackfillFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import runs

PRIORITY = -1
"""Behind what triggers and people ask for, which is of today."""
UNFINISHED = tuple(state for state in BackfillState if not state.final)
AT_ONCE = 100
"""Slices of one backfill that are started before others have their turn."""
MOST_UNFINISHED = 1000


def unfinished(workspace: Workspace) -> list[Backfill]:
    """Those that are still to be worked off, the oldest first."""
    which = BackfillFilter(workspace.project.name, states=UNFINISHED)
    return list(reversed(workspace.triggering.backfills.list(which, limit=MOST_UNFINISHED)))


def advance(workspace: Workspace, backfill: Backfill) -> list[Run]:
    """Take over what ended, and start slices as far as there is room; the runs that were started.

    When a slice cannot be started the backfill is paused with the reason: the next one would fare no better.
    """
    store, now = workspace.triggering.backfills, workspace.clock.now()
    backfill = store.settle(backfill.id, now=now)
    if backfill.state is BackfillState.CANCELLING:
        cancel_runs(workspace, backfill)
    if backfill.state not in (BackfillState.QUEUED, BackfillState.RUNNING):
        return []
    room = backfill.parallel - store.tally(backfill.id).get(SliceState.RUNNING, 0)
    started: list[Run] = []
    for slice in store.slices(backfill.id, state=SliceState.WAITING, limit=max(0, min(room, AT_ONCE))):
        try:
            started.append(_start(workspace, backfill, slice))
        except Unavailable:
            raise
        except Conflict as error:
            if error.code != "slice_taken":
                raise
            break  # another engine is at it, or somebody paused it
        except BlockwrightError as error:
            store.hold(backfill.id, f"slice {slice.name} cannot be started: {error}", now=now)
            break
    return started


def cancel_runs(workspace: Workspace, backfill: Backfill) -> None:
    """Ask the runs of a backfill that is being cancelled to end; asking twice changes nothing."""
    for slice in workspace.triggering.backfills.slices(backfill.id, state=SliceState.RUNNING, limit=MOST_UNFINISHED):
        if slice.run is None or any(wish.kind == "cancel" for wish in workspace.runs.inbox(slice.run)):
            continue
        try:
            runs.ask_cancel(workspace, slice.run, f"cancelled with backfill {backfill.id}")
        except Conflict:
            continue  # it has ended


def request_of(
    workspace: Workspace, backfill: Backfill, slice: NewSlice | Slice
) -> tuple[RunRequest, Mapping[str, Any]]:
    """The run that a slice becomes, and the keyword arguments of ours that it has."""
    date = slice.date or workspace.clock.now()
    request = RunRequest(
        project=backfill.project,
        pipeline=backfill.pipeline,
        kind=RunKind.BACKFILL,
        variables={**backfill.definition.variables, **slice.variables},
        reuse=backfill.reuse,
        execution_date=date,
        env=workspace.options.env,
        queue=Queue.ENGINE,
        priority=PRIORITY,
        backfill=backfill.id,
        slice=slice.position,
        requested_by=backfill.requested_by,
    )
    dates = backfill.definition.dates
    interval = interval_of(dates, slice.position) if dates is not None else {}
    stamp = date.strftime("%Y%m%dT%H%M%S_%f") if date.microsecond else date.strftime("%Y%m%dT%H%M%S")
    return request, {"execution_partition": f"backfill_{backfill.id}/{stamp}", **interval}


def _start(workspace: Workspace, backfill: Backfill, slice: Slice) -> Run:
    request, system = request_of(workspace, backfill, slice)
    return runs.start(workspace, request, system=system)
