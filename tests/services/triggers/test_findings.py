"""Which findings of monitors a trigger waits for, as its file says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from blockwright.adapters.project.findings import Findings
from blockwright.adapters.project.trigger_entries import read_entry
from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.monitors.findings import Finding
from blockwright.core.triggers.definitions import definition_of
from blockwright.services.monitors.triggering import event, event_id, waits_for

NOW = datetime(2026, 1, 8, tzinfo=UTC)


def finding(kind: FindingKind = FindingKind.DRIFT, monitor: str = "delay", number: int = 7) -> Finding:
    return Finding(number, "shop", monitor, kind, "delay", 2, NOW, NOW, None, "1 of 2 drifted")


def entry(**source: Any) -> tuple[Any, list[str]]:
    """The trigger's spec, and what is wrong with it."""
    findings = Findings("triggers.yaml")
    said = {"name": "again", "schedule_type": "event", "sources": [{"type": "monitor", **source}]}
    return read_entry(said, findings, ("triggers", 0)).spec, [found.message for found in findings.items]


@pytest.mark.parametrize(
    ("source", "found", "waits"),
    [
        ({}, finding(), True),
        ({}, finding(FindingKind.PERFORMANCE), True),
        ({}, finding(FindingKind.NEW_DATA), False),
        ({"findings": ["new_data"]}, finding(FindingKind.NEW_DATA), True),
        ({"findings": ["new_data"]}, finding(), False),
        ({}, finding(monitor="price"), False),
    ],
)
def test_a_source_waits_for_findings_of_its_monitor(source: dict[str, Any], found: Finding, waits: bool) -> None:
    spec, wrong = entry(monitor="delay", **source)
    assert wrong == []
    assert waits_for(spec.sources[0], found) is waits
    written = definition_of(spec)
    assert written["sources"] == [{"type": "monitor", "monitor": "delay", **source}]


def test_what_cannot_be_meant_is_said() -> None:
    assert "a source of type `monitor` with `monitor`" in entry()[1][0]
    assert "`findings`" in entry(monitor="delay", findings=["drifting"])[1][0]


def test_the_event_says_what_was_found_and_is_the_same_while_it_holds() -> None:
    said = event(finding())
    assert said["text"] == "monitor `delay` found drift of `delay` 2: 1 of 2 drifted"
    assert (said["source"], said["kind"], said["finding"], said["version"]) == ("monitor", "drift", 7, 2)
    assert event_id(finding()) == event_id(finding(FindingKind.DRIFT))
    assert event_id(finding(number=8)) != event_id(finding())
