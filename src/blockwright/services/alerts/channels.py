"""The channels of a project and its pipelines, as the files say now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from blockwright.core.alerts.model import AlertKind, Channel, Wiring
from blockwright.core.alerts.wiring import merged, read_wiring
from blockwright.core.alerts.wording import worded
from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.ports.workspace import Workspace

KEY = "notification_config"


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """A channel as people may see it: ``kind`` says which service, never where or with which key."""

    name: str
    kind: str
    alert_on: tuple[str, ...]


def wiring_of(workspace: Workspace, pipeline: str = "") -> Wiring:
    """What holds for a pipeline, or for the project where none is named. Reads the files anew. Never raises for what
    is wrong in them: it stands in ``problems``, and the rest works."""
    problems: list[str] = []
    try:
        project = workspace.files.project().notification_config
    except BlockwrightError:
        project = workspace.project.notification_config  # as it was when it could still be read
    own: Mapping[str, Any] = {}
    if pipeline:
        try:
            own = workspace.files.pipeline(pipeline).notification_config
        except BlockwrightError as error:
            problems.append(f"Pipeline `{pipeline}` cannot be read, so the project's channels hold: {error.message}")
    rendered = _rendered(workspace, own, f"pipelines/{pipeline}/metadata.yaml ({KEY})", problems)
    wiring = read_wiring(merged(project, rendered))
    return replace(wiring, problems=(*problems, *wiring.problems))


def channels(workspace: Workspace, pipeline: str = "") -> tuple[list[ChannelReport], tuple[str, ...]]:
    """The channels, and in sentences what of the configuration cannot be used."""
    wiring = wiring_of(workspace, pipeline)
    reports = [
        ChannelReport(channel.name, channel.target.kind, tuple(sorted(channel.alert_on))) for channel in wiring.channels
    ]
    return reports, wiring.problems


def send_test(workspace: Workspace, channel: str, pipeline: str = "") -> None:
    """Send a message to one channel and wait until it is accepted.

    Raises NotFound for a channel that is not there or is off, Unavailable (``notify_failed``) when it did not arrive.
    """
    found = channel_of(wiring_of(workspace, pipeline), channel)
    reason = f"This is a test of channel {channel}. Alerts of Blockwright arrive here."
    message = worded(AlertKind.TEST, {"reason": reason, "project": workspace.project.name})
    workspace.oversight.notifier.send(found.target, message)


def channel_of(wiring: Wiring, name: str) -> Channel:
    """Raises NotFound."""
    for channel in wiring.channels:
        if channel.name == name:
            return channel
    names = ", ".join(f"`{channel.name}`" for channel in wiring.channels)
    raise NotFound(
        f"There is no channel `{name}`, or it is off.",
        hint=f"There is {names}." if names else f"Set one up under `{KEY}` in metadata.yaml.",
        code="channel_not_found",
    )


def _rendered(workspace: Workspace, value: Any, where: str, problems: list[str]) -> Any:
    """With the templates in all texts rendered (the project's own file was rendered as a whole)."""
    match value:
        case str():
            try:
                return workspace.files.render(value, {}, where=where)
            except Invalid as error:
                problems.append(str(error))
                return None
        case Mapping():
            return {name: _rendered(workspace, one, where, problems) for name, one in value.items()}
        case list() | tuple():
            return [_rendered(workspace, one, where, problems) for one in value]
        case _:
            return value
