"""Triggers and their history to rows and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.statements import columns
from blockwright.core.runs.model import RunId
from blockwright.core.triggers.model import Fired, Outcome, Place, Trigger, TriggerId, TriggerSpec
from blockwright.wire import documents, values

COLUMNS = (
    "id",
    "project",
    "pipeline",
    "name",
    "type",
    "place",
    "definition",
    "active",
    "first_seen",
    "enabled",
    "settled",
    "next_due",
    "problem",
    "updated",
    "gone",
)
SELECT = f"SELECT {columns(COLUMNS)} FROM trigger"
_NEW = (*COLUMNS[1:], "token")
INSERT = f"INSERT INTO trigger ({columns(_NEW)}) VALUES ({', '.join('?' * len(_NEW))}) RETURNING id"
UPDATE = f"UPDATE trigger SET {', '.join(f'{name} = ?' for name in COLUMNS[1:])} WHERE id = ?"

FIRED = ("trigger_id", "key", "due", "fired", "outcome", "reason", "run_id")
SELECT_FIRED = f"SELECT {columns(FIRED)} FROM trigger_fire"
SELECT_HISTORY = f"""
SELECT {", ".join(f"f.{name}" for name in FIRED)}, t.pipeline, t.name, r.state
FROM trigger t JOIN trigger_fire f ON f.trigger_id = t.id LEFT JOIN run r ON r.id = f.run_id
WHERE t.project = ? AND f.fired >= ? AND f.fired < ? ORDER BY f.fired DESC, f.trigger_id DESC, f.key DESC LIMIT ?
"""


def cells(trigger: Trigger) -> list[Any]:
    """All but the id, in the order of ``COLUMNS``."""
    return [
        trigger.project,
        trigger.pipeline,
        trigger.spec.name,
        trigger.spec.type.value,
        trigger.place.value,
        definition_cell(trigger.spec),
        int(trigger.active),
        time_cell(trigger.first_seen),
        time_cell(trigger.enabled),
        time_cell(trigger.settled),
        time_cell(trigger.next_due),
        text_cell(trigger.problem),
        time_cell(trigger.updated),
        time_cell(trigger.gone),
    ]


def read_trigger(row: Sequence[Any]) -> Trigger:
    """The trigger in a row of ``COLUMNS``."""
    found = dict(zip(COLUMNS, row, strict=True))
    return Trigger(
        id=TriggerId(found["id"]),
        project=found["project"],
        pipeline=found["pipeline"],
        spec=definition(found["definition"]),
        place=Place(found["place"]),
        active=bool(found["active"]),
        first_seen=moment(found["first_seen"]),
        enabled=moment(found["enabled"]),
        settled=moment(found["settled"]),
        next_due=moment(found["next_due"]),
        problem=found["problem"],
        updated=moment(found["updated"]),
        gone=moment(found["gone"]),
    )


def definition_cell(spec: TriggerSpec) -> str:
    start = None if spec.start_time is None else spec.start_time.isoformat()
    form = documents.dump(replace(spec, start_time=None, variables={}, match={}))
    return document_cell(
        {**form, "start_time": start, "variables": _encoded(spec.variables), "match": _encoded(spec.match)}
    )


def definition(cell: str) -> TriggerSpec:
    form = document(cell)
    start = form.pop("start_time")
    variables, match = values.decode(form.pop("variables")), values.decode(form.pop("match"))
    spec = documents.load(TriggerSpec, form)
    return replace(spec, start_time=datetime.fromisoformat(start) if start else None, variables=variables, match=match)


def _encoded(value: Any) -> Any:
    return values.encode(dict(value))


def read_fired(row: Sequence[Any]) -> Fired:
    trigger, key, due, fired, outcome, reason, run = row
    return Fired(
        trigger=TriggerId(trigger),
        key=key,
        fired=moment(fired),
        outcome=Outcome(outcome),
        due=moment(due),
        reason=reason,
        run=None if run is None else RunId(run),
    )
