"""Changing triggers: in their file when they live there, else in the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.core.errors import Conflict, Invalid, NotFound
from blockwright.core.triggers.definitions import definition_of
from blockwright.core.triggers.entries import Entry
from blockwright.core.triggers.model import Place, Trigger, TriggerId
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers.syncing import sync_file


def find(workspace: Workspace, word: str, pipeline: str = "") -> Trigger:
    """The trigger with this id, or of this name in ``pipeline`` (empty: the only one of the name in the project).

    Raises NotFound (code ``trigger_not_found``), Conflict (code ``trigger_ambiguous``).
    """
    if word.isdecimal():
        found = workspace.triggering.records.get(TriggerId(int(word)))
        if found.project == workspace.project.name:
            return found
    pipelines = [pipeline] if pipeline else workspace.files.pipelines()
    named = [
        one for name in pipelines if (one := workspace.triggering.records.find(workspace.project.name, name, word))
    ]
    named = [one for one in named if one.gone is None]
    if len(named) > 1:
        raise Conflict(
            f"{len(named)} pipelines have a trigger `{word}`.",
            hint=f"Name it by its id: {', '.join(str(one.id) for one in named)}.",
            code="trigger_ambiguous",
        )
    if not named:
        raise NotFound(
            f"There is no trigger `{word}`.", hint="`blockwright trigger list` lists them.", code="trigger_not_found"
        )
    return named[0]


def create(
    workspace: Workspace, pipeline: str, definition: Mapping[str, Any], *, in_file: bool | None = None
) -> Trigger:
    """A new trigger from the keys of the format. ``in_file`` None: where the pipeline's settings say.

    Raises Invalid (code ``trigger``) with every key that is wrong, NotFound for the pipeline, Conflict (code
    ``trigger_exists``).
    """
    if pipeline not in workspace.files.pipelines():
        raise NotFound(f"There is no pipeline `{pipeline}`.", hint="`blockwright pipelines` lists them.")
    entry = _sound(workspace.triggering.files.entry(pipeline, definition))
    if workspace.triggering.files.saved_in_code(pipeline) if in_file is None else in_file:
        project = workspace.project.name
        sync_file(workspace, pipeline)
        other = workspace.triggering.records.find(project, pipeline, entry.spec.name)
        if other is not None and other.gone is None:
            raise Conflict(
                f"Pipeline `{pipeline}` has a trigger `{entry.spec.name}` already.",
                hint="Take another name, or change that one.",
                code="trigger_exists",
            )
        workspace.triggering.files.put(pipeline, entry.spec.name, _for_file(definition, entry))
        sync_file(workspace, pipeline)
        made = workspace.triggering.records.find(project, pipeline, entry.spec.name)
        assert made is not None
        return made
    return workspace.triggering.records.make(
        workspace.project.name, pipeline, entry, place=Place.API, now=workspace.clock.now()
    )


def update(
    workspace: Workspace, trigger: Trigger, changes: Mapping[str, Any], *, expected: str | None = None
) -> Trigger:
    """Give keys of a trigger other values (None: none); the others stay. ``expected`` is the digest of its file when
    it was looked at. Raises as ``create``, and Conflict (code ``file_changed``)."""
    whole = {key: value for key, value in {**definition_of(trigger.spec), **changes}.items() if value is not None}
    entry = _sound(workspace.triggering.files.entry(trigger.pipeline, whole))
    now = workspace.clock.now()
    if trigger.place is Place.API:
        return workspace.triggering.records.change(trigger.id, entry, place=Place.API, now=now)
    written = _for_file(changes, entry)
    workspace.triggering.files.put(trigger.pipeline, trigger.spec.name, written, expected=expected)
    if entry.spec.name != trigger.spec.name:  # the row takes the name first, so that it stays the same trigger
        workspace.triggering.records.change(trigger.id, entry, place=Place.FILE, now=now)
    sync_file(workspace, trigger.pipeline)
    return workspace.triggering.records.get(trigger.id)


def switch(workspace: Workspace, trigger: Trigger, active: bool) -> Trigger:
    """Make it active or inactive. Raises Invalid when it cannot be active as it is written."""
    if active:
        whole = {**definition_of(trigger.spec), "status": "active"}
        _sound(workspace.triggering.files.entry(trigger.pipeline, whole))
    if trigger.place is Place.FILE and trigger.spec.active != active:
        status = "active" if active else "inactive"
        workspace.triggering.files.put(trigger.pipeline, trigger.spec.name, {"status": status})
        sync_file(workspace, trigger.pipeline)
    return workspace.triggering.records.switch(trigger.id, active, now=workspace.clock.now())


def delete(workspace: Workspace, trigger: Trigger) -> None:
    """Take it away; its history stays."""
    if trigger.place is Place.FILE:
        workspace.triggering.files.remove(trigger.pipeline, trigger.spec.name)
        sync_file(workspace, trigger.pipeline)
    else:
        workspace.triggering.records.forget(trigger.id, now=workspace.clock.now())


def save_to_file(workspace: Workspace, trigger: Trigger) -> Trigger:
    """Write a trigger that only the records have into its pipeline's file; it stays the same trigger."""
    if trigger.place is Place.API:
        workspace.triggering.files.put(trigger.pipeline, trigger.spec.name, definition_of(trigger.spec))
        sync_file(workspace, trigger.pipeline)
    return workspace.triggering.records.get(trigger.id)


def _for_file(definition: Mapping[str, Any], entry: Entry) -> Mapping[str, Any]:
    """A time as a YAML time and not as text: other readers of the format need it so."""
    start = entry.spec.start_time
    return {**definition, "start_time": start} if start is not None and "start_time" in definition else definition


def _sound(entry: Entry) -> Entry:
    if entry.problem:
        raise Invalid(f"The trigger cannot be like that: {entry.problem}", code="trigger")
    return entry
