"""All triggers of a project paused: nothing fires, and what came due is judged by its misfire policy afterwards."""

from __future__ import annotations

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.triggers.model import Outcome
from blockwright.services.triggers import events, pausing
from tests.services.triggers.conftest import Shop

HOURLY = "triggers:\n- name: nightly\n  schedule_interval: '@hourly'\n  status: active\n  misfire: {policy}\n"
ON_FILES = "triggers:\n- name: nightly\n  schedule_type: event\n  status: active\n"


@pytest.mark.parametrize(
    ("policy", "ran", "missed"),
    [("skip", [], ["01 10:00"]), ("latest", [12], ["01 10:00"]), ("all", [10, 11, 12], [])],
)
def test_what_came_due_is_judged_when_they_are_resumed(
    shop: Shop, policy: str, ran: list[int], missed: list[str]
) -> None:
    shop.triggers(HOURLY.format(policy=policy))
    pausing.pause(shop.workspace, "the database moves", by="ana")
    assert shop.wait(hours=3) == []  # 12:30
    assert shop.fires() == []
    assert pausing.resume(shop.workspace) is not None
    assert [run.due.hour for run in shop.wait() if run.due is not None] == ran
    assert [due for outcome, due in shop.fires() if outcome == "missed"] == missed
    if missed:
        rows = shop.workspace.triggering.records.fires(shop.trigger().id, limit=9)
        (reason,) = (row.reason for row in rows if row.outcome is Outcome.MISSED)
        assert "all triggers were paused (the database moves)" in reason
    assert [run.due.hour for run in shop.wait(minutes=30) if run.due is not None] == [13]


def test_an_event_that_comes_meanwhile_is_recorded_as_skipped(shop: Shop) -> None:
    shop.triggers(ON_FILES)
    pausing.pause(shop.workspace, "the database moves", by="ana")
    assert events.fire_for_any(shop.workspace, {"file": "a.csv"}, "1") == []
    (fired,) = shop.workspace.triggering.records.fires(shop.trigger().id, limit=9)
    assert (fired.outcome.value, "the database moves" in fired.reason) == ("skipped", True)
    pausing.resume(shop.workspace)
    assert len(events.fire_for_any(shop.workspace, {"file": "a.csv"}, "2")) == 1


def test_people_may_still_start_runs(shop: Shop) -> None:
    shop.triggers(HOURLY.format(policy="skip"))
    pausing.pause(shop.workspace, "the database moves", by="ana")
    assert events.run_now(shop.workspace, shop.trigger(), by="bob").trigger == shop.trigger().id


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_pause_has_a_reason(shop: Shop, reason: str) -> None:
    with pytest.raises(Invalid, match="needs a reason"):
        pausing.pause(shop.workspace, reason, by="ana")
    assert pausing.current(shop.workspace) is None
