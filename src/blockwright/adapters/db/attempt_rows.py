"""Attempts and events as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.statements import columns, insert, upsert
from blockwright.core.runs.model import BlockRunName, RunId
from blockwright.ports.runs import AttemptRecord, NewEvent, RunEvent

_ATTEMPT_COLUMNS = (
    "run_id",
    "block_run",
    "number",
    "round",
    "state",
    "started",
    "fencing",
    "finished",
    "host",
    "pid",
    "pid_started",
    "outcome",
    "reason",
    "manifest",
    "snapshot",
)

UPSERT_ATTEMPT = upsert(
    "attempt", (*_ATTEMPT_COLUMNS, "project"), key=("run_id", "block_run", "number"), fixed=("project",)
)
SELECT_ATTEMPT = f"SELECT {columns(_ATTEMPT_COLUMNS)} FROM attempt"

_EVENT_COLUMNS = ("run_id", "number", "time", "kind", "block_run", "data")
INSERT_EVENT = insert("event", (*_EVENT_COLUMNS, "project"))
SELECT_EVENT = f"SELECT {columns(_EVENT_COLUMNS)} FROM event"

_NO_DATA = "{}"


def attempt_row(attempt: AttemptRecord, project: str) -> tuple[Any, ...]:
    return (
        attempt.run,
        attempt.block_run,
        attempt.number,
        attempt.round,
        attempt.state,
        time_cell(attempt.started),
        attempt.fencing,
        time_cell(attempt.finished),
        attempt.host,
        attempt.pid,
        attempt.pid_started,
        attempt.outcome,
        text_cell(attempt.reason),
        attempt.manifest,
        attempt.snapshot,
        project,
    )


def read_attempt(row: Sequence[Any]) -> AttemptRecord:
    """The attempt in a row that ``SELECT_ATTEMPT`` gave."""
    run, block_run, number, round, state, started, fencing, finished, *rest = row
    host, pid, pid_started, outcome, reason, manifest, snapshot = rest
    return AttemptRecord(
        run=RunId(run),
        block_run=BlockRunName(block_run),
        number=number,
        round=round,
        state=state,
        started=moment(started),
        fencing=fencing,
        finished=moment(finished),
        host=host,
        pid=pid,
        pid_started=pid_started,
        outcome=outcome,
        reason=reason,
        manifest=manifest,
        snapshot=snapshot,
    )


EventRow = tuple[RunId, int, int, str, BlockRunName | None, str, str]
"""Run, number, time, kind (one of our own words), block run, data as JSON, project."""


def event_row(run: RunId, number: int, time: int, event: NewEvent, project: str) -> EventRow:
    data = document_cell(event.data) if event.data else _NO_DATA
    return (run, number, time, event.kind, event.block_run, data, project)


def read_event(row: Sequence[Any]) -> RunEvent:
    """The event in a row that ``SELECT_EVENT`` gave."""
    run, number, time, kind, block_run, data = row
    return RunEvent(
        run=RunId(run), number=number, time=moment(time), kind=kind, block_run=block_run, data=document(data)
    )
