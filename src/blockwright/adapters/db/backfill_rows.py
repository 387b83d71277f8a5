"""Backfills and their slices to rows and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.statements import columns, insert
from blockwright.core.backfills.model import (
    Backfill,
    BackfillId,
    BackfillState,
    Dates,
    Definition,
    Interval,
    NewSlice,
    Slice,
    SliceState,
)
from blockwright.core.runs.model import RunId
from blockwright.ports.backfills import NewBackfill
from blockwright.wire import values

COLUMNS = (
    "id",
    "project",
    "pipeline",
    "name",
    "state",
    "reason",
    "definition",
    "parallel",
    "reuse",
    "requested_by",
    "created",
    "started",
    "finished",
)
SELECT = f"SELECT {columns(COLUMNS)} FROM backfill"
INSERT = f"{insert('backfill', COLUMNS[1:])} RETURNING id"

SLICE_COLUMNS = ("backfill_id", "position", "name", "state", "date", "variables", "run_id", "tries", "reason")
SELECT_SLICE = f"SELECT {columns(SLICE_COLUMNS)} FROM backfill_slice"
INSERT_SLICE = insert("backfill_slice", (*SLICE_COLUMNS, "project"))


def new_cells(wanted: NewBackfill, now: datetime) -> list[Any]:
    """All but the id, in the order of ``COLUMNS``."""
    return [
        wanted.project,
        wanted.pipeline,
        text_cell(wanted.name),
        (BackfillState.PAUSED if wanted.paused else BackfillState.QUEUED).value,
        "",
        _definition_cell(wanted.definition),
        wanted.parallel,
        wanted.reuse,
        text_cell(wanted.requested_by),
        time_cell(now),
        None,
        None,
    ]


def new_slice_cells(backfill: int, project: str, wanted: NewSlice, done: RunId | None) -> list[Any]:
    state = SliceState.WAITING if done is None else SliceState.COMPLETED
    reason = "" if done is None else f"run {done} did it before"
    variables = variables_cell(wanted.variables)
    name, date = text_cell(wanted.name), time_cell(wanted.date)
    return [backfill, wanted.position, name, state.value, date, variables, done, 0, reason, project]


def variables_cell(variables: Mapping[str, Any]) -> str:
    return document_cell(values.encode(dict(variables)))


def read_backfill(row: Sequence[Any]) -> Backfill:
    """The backfill in a row of ``COLUMNS``."""
    found = dict(zip(COLUMNS, row, strict=True))
    return Backfill(
        id=BackfillId(found["id"]),
        project=found["project"],
        pipeline=found["pipeline"],
        name=found["name"],
        state=BackfillState(found["state"]),
        definition=_definition(found["definition"]),
        parallel=found["parallel"],
        created=moment(found["created"]),
        reuse=None if found["reuse"] is None else bool(found["reuse"]),
        reason=found["reason"],
        requested_by=found["requested_by"],
        started=moment(found["started"]),
        finished=moment(found["finished"]),
    )


def read_slice(row: Sequence[Any]) -> Slice:
    """The slice in a row of ``SLICE_COLUMNS``."""
    backfill, position, name, state, date, variables, run, tries, reason = row
    return Slice(
        backfill=BackfillId(backfill),
        position=position,
        name=name,
        state=SliceState(state),
        date=moment(date),
        variables=values.decode(document(variables)),
        run=None if run is None else RunId(run),
        tries=tries,
        reason=reason,
    )


def _definition_cell(definition: Definition) -> str:
    """Without the list, which stands in the slices."""
    dates = definition.dates
    form = None
    if dates is not None:
        form = {
            "start": time_cell(dates.start),
            "end": time_cell(dates.end),
            "interval": dates.interval.value,
            "units": dates.units,
            "timezone": dates.timezone,
        }
    return document_cell({"dates": form, "variables": values.encode(dict(definition.variables))})


def _definition(cell: str) -> Definition:
    form = document(cell)
    dates = form["dates"]
    if dates is not None:
        start, end, interval = moment(dates["start"]), moment(dates["end"]), Interval(dates["interval"])
        dates = Dates(start, end, interval, dates["units"], dates["timezone"])
    return Definition(dates, (), values.decode(form["variables"]))
