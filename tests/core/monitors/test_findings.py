"""Findings: from the evaluation that finds something to the one that does not any more, once each."""

from __future__ import annotations

from datetime import UTC, datetime

from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.monitors.findings import Finding, NewResult, ResultState, turn
from blockwright.core.monitors.judging import Found

NOW = datetime(2026, 1, 8, tzinfo=UTC)
DRIFT = Found(FindingKind.DRIFT, "1 of 2 drifted")
HOLDS = Finding(7, "shop", "delay", FindingKind.DRIFT, "delay", 1, NOW, NOW, None, "it began")


def result(
    *found: Found, version: int = 1, unsaid: tuple[FindingKind, ...] = (), state: ResultState = ResultState.WELL
) -> NewResult:
    times = (NOW, NOW, NOW)
    return NewResult("delay", "delay", version, state, *times, 9, "", "me", {}, tuple(found), unsaid)


def test_what_is_found_first_begins_and_then_goes_on() -> None:
    assert turn([], result(DRIFT)).opened == (DRIFT,)
    again = turn([HOLDS], result(DRIFT))
    assert (again.opened, again.closed, again.seen) == ((), (), ((HOLDS, DRIFT.reason),))


def test_what_is_no_longer_found_has_ended() -> None:
    assert turn([HOLDS], result()).closed == (HOLDS,)


def test_of_what_nothing_can_be_said_nothing_changes() -> None:
    kept = turn([HOLDS], result(unsaid=(FindingKind.DRIFT,)))
    assert (kept.opened, kept.closed, kept.seen) == ((), (), ())
    assert turn([HOLDS], result(state=ResultState.FAILED)) == turn([], result())


def test_another_version_begins_anew() -> None:
    after = turn([HOLDS], result(DRIFT, version=2))
    assert (after.opened, after.closed, after.seen) == ((DRIFT,), (HOLDS,), ())
