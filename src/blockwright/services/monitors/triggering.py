"""What a trigger is told of a finding, and which findings it waits for."""

from __future__ import annotations

from typing import Any

from blockwright.core.monitors.findings import Finding
from blockwright.core.triggers.model import EventSource, SourceType


def event(finding: Finding) -> dict[str, Any]:
    """What block code gets as ``kwargs['event']``. ``text`` says the whole of it in a clause."""
    kind = finding.kind.value.replace("_", " ")
    return {
        "source": "monitor",
        "project": finding.project,
        "monitor": finding.monitor,
        "finding": finding.id,
        "kind": finding.kind.value,
        "model": finding.model,
        "version": finding.version,
        "reason": finding.reason,
        "text": f"monitor `{finding.monitor}` found {kind} of `{finding.model}` {finding.version}: {finding.reason}",
    }


def event_id(finding: Finding) -> str:
    """The same for as long as the finding holds."""
    return f"finding:{finding.id}"


def waits_for(source: EventSource, finding: Finding) -> bool:
    return (
        source.type is SourceType.MONITOR
        and source.monitor == finding.monitor
        and finding.kind.value in source.findings
    )
