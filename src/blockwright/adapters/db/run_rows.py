"""Runs as rows of the table ``run``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.statements import columns
from blockwright.core.runs.model import Queue, Run, RunId, RunKind, RunRequest, RunSettings, RunState, Selection
from blockwright.wire import documents

QUEUED = "Waits for an engine to take it."

RUN_COLUMNS = (
    "id",
    "project",
    "pipeline",
    "kind",
    "state",
    "reason",
    "created",
    "selection",
    "variables",
    "system",
    "reuse",
    "snapshot",
    "git_commit",
    "started",
    "finished",
    "round",
    "replay_of",
    "parent_run",
    "pinned",
    "skip_sensors",
    "queue",
    "priority",
    "settings",
    "trigger_id",
    "due",
    "backfill_id",
    "slice",
    "product",
    "requested_by",
)

SELECT_RUN = f"SELECT {columns(RUN_COLUMNS)} FROM run"

# What a run was asked for never changes, and people set `pinned` while an engine holds an older copy of the run.
_FIXED = frozenset(
    (
        *("id", "project", "pipeline", "kind", "created", "pinned", "queue", "priority", "settings"),
        *("trigger_id", "due", "backfill_id", "slice", "product", "requested_by"),
    )
)
_SAVED = tuple(name for name in RUN_COLUMNS if name not in _FIXED)
UPDATE_RUN = f"UPDATE run SET {', '.join(f'{name} = ?' for name in _SAVED)} WHERE id = ?"

_NEW = RUN_COLUMNS[1:]
INSERT_RUN = f"INSERT INTO run ({columns(_NEW)}) VALUES ({', '.join('?' * len(_NEW))}) RETURNING id"


def new_run(
    request: RunRequest,
    *,
    variables: Mapping[str, Any],
    system: Mapping[str, Any],
    snapshot: str,
    git_commit: str | None,
    now: datetime,
) -> Run:
    """The run that a request becomes, with 0 in place of its id."""
    return Run(
        id=RunId(0),
        project=request.project,
        pipeline=request.pipeline,
        kind=request.kind,
        state=RunState.QUEUED,
        reason=QUEUED,
        created=now,
        selection=request.selection,
        variables=variables,
        system=system,
        reuse=request.reuse,
        snapshot=snapshot,
        git_commit=git_commit,
        replay_of=request.replay_of,
        parent_run=request.parent_run,
        skip_sensors=request.skip_sensors,
        queue=request.queue,
        priority=request.priority,
        settings=request.settings,
        trigger=request.trigger,
        due=request.due,
        backfill=request.backfill,
        slice=request.slice,
        product=request.product,
        requested_by=request.requested_by,
    )


def insert_parameters(run: Run) -> Sequence[Any]:
    cells = run_cells(run)
    return [cells[name] for name in _NEW]


def update_parameters(run: Run) -> Sequence[Any]:
    cells = run_cells(run)
    return [*(cells[name] for name in _SAVED), run.id]


def run_cells(run: Run) -> Mapping[str, Any]:
    """The cells by the names of their columns."""
    return {
        "id": run.id,
        "project": run.project,
        "pipeline": run.pipeline,
        "kind": run.kind.value,
        "state": run.state.value,
        "reason": text_cell(run.reason),
        "created": time_cell(run.created),
        "selection": document_cell(documents.dump(run.selection)),
        "variables": document_cell(run.variables),
        "system": document_cell(run.system),
        "reuse": run.reuse,
        "snapshot": run.snapshot,
        "git_commit": run.git_commit,
        "started": time_cell(run.started),
        "finished": time_cell(run.finished),
        "round": run.round,
        "replay_of": run.replay_of,
        "parent_run": run.parent_run,
        "pinned": run.pinned,
        "skip_sensors": run.skip_sensors,
        "queue": run.queue.value,
        "priority": run.priority,
        "settings": document_cell(documents.dump(run.settings)),
        "trigger_id": run.trigger,
        "due": time_cell(run.due),
        "backfill_id": run.backfill,
        "slice": run.slice,
        "product": run.product,
        "requested_by": text_cell(run.requested_by),
    }


def read_run(row: Sequence[Any]) -> Run:
    """The run in a row of ``RUN_COLUMNS``."""
    cells = dict(zip(RUN_COLUMNS, row, strict=True))
    return Run(
        id=RunId(cells["id"]),
        project=cells["project"],
        pipeline=cells["pipeline"],
        kind=RunKind(cells["kind"]),
        state=RunState(cells["state"]),
        reason=cells["reason"],
        created=moment(cells["created"]),
        selection=documents.load(Selection, document(cells["selection"])),
        variables=document(cells["variables"]),
        system=document(cells["system"]),
        reuse=None if cells["reuse"] is None else bool(cells["reuse"]),
        snapshot=cells["snapshot"],
        git_commit=cells["git_commit"],
        started=moment(cells["started"]),
        finished=moment(cells["finished"]),
        round=cells["round"],
        replay_of=cells["replay_of"],
        parent_run=cells["parent_run"],
        pinned=bool(cells["pinned"]),
        skip_sensors=bool(cells["skip_sensors"]),
        queue=Queue(cells["queue"]),
        priority=cells["priority"],
        settings=documents.load(RunSettings, document(cells["settings"])),
        trigger=cells["trigger_id"],
        due=moment(cells["due"]),
        backfill=cells["backfill_id"],
        slice=cells["slice"],
        product=cells["product"],
        requested_by=cells["requested_by"],
    )
