"""A trigger that somebody is writing: what is wrong with it, when it would fire, and whether it would take an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blockwright.core.problems import Problem
from blockwright.core.schedules.schedules import time_zone
from blockwright.core.triggers.model import SourceType, TriggerId, TriggerSpec, TriggerType
from blockwright.core.triggers.patterns import matches
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers.previews import upcoming, words

_INTERVALS = ("@once", "@always_on")


@dataclass(frozen=True, slots=True)
class Judged:
    """``problems`` keep it from being stored. ``times`` are its next ones, on the clock of its own zone; ``takes`` is
    whether it would fire for the event (None: none was given, or it is not of that type)."""

    problems: Sequence[Problem]
    in_words: str = ""
    times: Sequence[datetime] = ()
    takes: bool | None = None


def judge(
    workspace: Workspace,
    pipeline: str,
    definition: Mapping[str, Any],
    *,
    trigger: TriggerId | None = None,
    event: Mapping[str, Any] | None = None,
    count: int = 5,
) -> Judged:
    """What would come of the definition, which nothing stores. ``trigger`` is the one that it is to change."""
    files = workspace.triggering.files
    # One that is switched off may be incomplete; people who write one want to know before they switch it on.
    whole = {**definition, "status": "active"}
    problems = [*files.problems(pipeline, whole), *_elsewhere(workspace, pipeline, definition, trigger)]
    if problems:
        return Judged(problems)
    spec = files.entry(pipeline, whole).spec
    takes = matches(spec.match, event) if event is not None and spec.type is TriggerType.EVENT else None
    return Judged((), words(spec), _times(workspace, spec, count), takes)


def _times(workspace: Workspace, spec: TriggerSpec, count: int) -> Sequence[datetime]:
    if spec.type is not TriggerType.TIME or spec.schedule in _INTERVALS:
        return ()
    zone = time_zone(spec.timezone)
    return [due.astimezone(zone) for due in upcoming(spec, workspace.clock.now(), count)]


def _elsewhere(
    workspace: Workspace, pipeline: str, definition: Mapping[str, Any], trigger: TriggerId | None
) -> list[Problem]:
    """What only the rest of the project can tell: names that are taken, things that are not there."""
    found: list[Problem] = []
    blank = Problem("", None, "", "", "")
    name = definition.get("name")
    if isinstance(name, str) and name:
        other = workspace.triggering.records.find(workspace.project.name, pipeline, name)
        if other is not None and other.gone is None and other.id != trigger:
            message = f"Pipeline `{pipeline}` has a trigger `{name}` already."
            found.append(replace(blank, key="name", message=message, advice="Take another name."))
    sources = definition.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        if not isinstance(source, dict) or source.get("type") != SourceType.PIPELINE.value or source.get("project"):
            continue
        named = source.get("pipeline")
        if isinstance(named, str) and named and named not in workspace.files.pipelines():
            message = f"There is no pipeline `{named}`."
            found.append(
                replace(blank, key=f"sources[{index}].pipeline", message=message, advice="Name one of the list.")
            )
    return found
