"""From a trigger that fires to the run that is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.runs.model import Queue, Run, RunKind, RunLimit, RunRequest, RunSettings
from blockwright.core.schedules.schedules import latest_before, next_after
from blockwright.core.triggers.due import schedule_of
from blockwright.core.triggers.model import Trigger, TriggerType
from blockwright.ports.bus import EventBus, Notice, Topic
from blockwright.ports.runs import Fire
from blockwright.ports.workspace import Workspace
from blockwright.services import runs


@dataclass(frozen=True, slots=True)
class Call:
    """What makes a trigger fire. ``due`` is None for events and calls, whose date is now. ``variables`` go before the
    trigger's own, ``event`` is what block code gets as ``kwargs['event']``, ``by`` who asked, ``product`` the data
    product that the run computes, ``key`` the idempotency key that was claimed for it."""

    fire: Fire
    kind: RunKind = RunKind.TRIGGER
    variables: Mapping[str, Any] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    product: str | None = None
    key: str = ""


def start(workspace: Workspace, trigger: Trigger, call: Call) -> Run:
    """The run, queued for an engine. Raises Conflict (code ``fired``), and as ``services.runs.start``."""
    spec = trigger.spec
    date = call.fire.due or workspace.clock.now()
    request = RunRequest(
        project=trigger.project,
        pipeline=trigger.pipeline,
        kind=call.kind,
        variables={**spec.variables, **call.variables},
        execution_date=date,
        env=workspace.options.env,
        queue=Queue.ENGINE,
        priority=spec.priority,
        trigger=trigger.id,
        due=call.fire.due,
        product=call.product,
        requested_by=call.by,
        event=call.event,
        settings=_settings(workspace, trigger, call),
        key=call.key,
    )
    stamp = date.strftime("%Y%m%dT%H%M%S_%f") if date.microsecond else date.strftime("%Y%m%dT%H%M%S")
    system = {"trigger_name": spec.name, "execution_partition": f"{trigger.id}/{stamp}", **_interval(trigger, date)}
    return runs.start(workspace, request, fire=call.fire, system=system)


def wake_engines(bus: EventBus, project: str) -> None:
    bus.publish(Notice(Topic.QUEUE, project))


def _settings(workspace: Workspace, trigger: Trigger, call: Call) -> RunSettings:
    spec = trigger.spec
    said = spec.settings
    limits = []
    if said.pipeline_run_limit is not None:
        limits.append(RunLimit(f"trigger:{trigger.id}", said.pipeline_run_limit))
    variables = {**_pipeline_variables(workspace, trigger), **spec.variables, **call.variables}
    names = {**variables, "variables": variables, "event": call.event}
    for rule in spec.limits:
        where = f"pipelines/{trigger.pipeline}/triggers.yaml ({spec.name}: limits)"
        limits.append(RunLimit(f"key:{workspace.files.render(rule.key, names, where=where)}", rule.limit))
    return RunSettings(
        allow_blocks_to_fail=said.allow_blocks_to_fail is not False,
        timeout=said.timeout,
        timeout_status=said.timeout_status,
        sla=spec.sla,
        limits=tuple(limits),
    )


def _pipeline_variables(workspace: Workspace, trigger: Trigger) -> Mapping[str, Any]:
    return workspace.files.pipeline(trigger.pipeline).variables if trigger.spec.limits else {}


def _interval(trigger: Trigger, date: datetime) -> Mapping[str, Any]:
    """The interval that a scheduled run is for: from its own due time to the next one."""
    found: dict[str, Any] = {"interval_end_datetime": None}
    if trigger.spec.type is not TriggerType.TIME:
        return {}
    with contextlib.suppress(Invalid):
        schedule = schedule_of(trigger.spec)
        end = next_after(schedule, date)
        if end is not None:
            found = {
                "interval_end_datetime": end,
                "interval_seconds": (end - date).total_seconds(),
                "interval_start_datetime_previous": latest_before(schedule, date),
            }
    return found
