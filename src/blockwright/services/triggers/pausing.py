"""All triggers of a project paused with a reason, and let go on: what came due meanwhile is judged by each one's
misfire policy then."""

from __future__ import annotations

from blockwright.core.errors import Conflict, Invalid
from blockwright.core.triggers.model import Pause, Trigger
from blockwright.ports.workspace import Workspace

LONGEST_REASON = 500


def current(workspace: Workspace) -> Pause | None:
    """The pause that goes on; None: triggers fire."""
    pause = workspace.triggering.records.last_pause(workspace.project.name)
    return pause if pause is not None and pause.on else None


def pause(workspace: Workspace, reason: str, *, by: str) -> Pause:
    """From now on no trigger of the project fires by itself, whoever looks. Runs that have begun go on, and people may
    still start runs. Raises Invalid (code ``pause_reason``)."""
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST_REASON:
        raise Invalid(
            "A pause of all triggers needs a reason that others can read.",
            hint=f"Say why in at most {LONGEST_REASON} characters.",
            code="pause_reason",
        )
    return workspace.triggering.records.pause(workspace.project.name, told, by=by, now=workspace.clock.now())


def resume(workspace: Workspace) -> Pause | None:
    """The pause that has ended by it, None when there was none."""
    return workspace.triggering.records.resume(workspace.project.name, now=workspace.clock.now())


def require_not_paused(workspace: Workspace, trigger: Trigger) -> None:
    """For callers from outside, who must know that nothing will come of it. Raises Conflict (code
    ``triggers_paused``)."""
    found = current(workspace)
    if found is not None:
        raise Conflict(
            f"Trigger {trigger.id} (`{trigger.spec.name}`) does not fire: {in_words(found)}",
            hint="Call again when they have been resumed: `blockwright trigger resume`.",
            code="triggers_paused",
        )


def in_words(pause: Pause) -> str:
    return f"{pause.by} has paused all triggers of the project: {pause.reason.rstrip('.')}."
