"""What a policy keeps, and what the project's file says about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.retention import Policy, RunAge, ended_to_delete, policy_of
from blockwright.core.runs.model import RunId

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def age(number: int, days: float, **fields: Any) -> RunAge:
    return RunAge(RunId(number), **{"pipeline": "p", "interactive": False, "pinned": False, **fields}, ended=_ago(days))


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def going(*runs: RunAge, policy: Policy | None = None, used: int = 0) -> list[int]:
    return [run.run for run, _ in ended_to_delete(runs, policy or Policy(), now=NOW, used=used, total=100)]


def test_runs_go_when_they_are_old() -> None:
    assert going(age(1, 31), age(2, 29), age(3, 1)) == [1]
    assert going(age(1, 8, interactive=True), age(2, 6, interactive=True), age(3, 8)) == [1]


def test_the_newest_run_of_each_pipeline_stays() -> None:
    assert going(age(1, 99), age(2, 90), age(3, 400, pipeline="q")) == [1]


def test_what_is_pinned_or_the_value_of_a_product_stays() -> None:
    assert going(age(1, 99, pinned=True), age(2, 98, newest_completed=True), age(3, 97), age(4, 1)) == [3]


def test_so_many_interactive_results_stay() -> None:
    runs = [age(number, 5 - number / 10, interactive=True) for number in range(6)]
    assert going(*runs, policy=Policy(results=3)) == [0, 1]


def test_a_full_disk_takes_the_older_half_of_what_may_go() -> None:
    runs = [age(1, 5), age(2, 4, pinned=True), age(3, 3), age(4, 2), age(5, 1)]
    assert going(*runs, used=80) == []
    assert going(*runs, used=81) == [1, 3]


def test_the_projects_file_has_the_last_word() -> None:
    said = {"retention": {"interactive": "2d", "results": 3, "scheduled": "90d", "disk_share": "60%"}}
    policy = policy_of(said)
    assert (policy.interactive, policy.results) == (timedelta(days=2), 3)
    assert (policy.scheduled, policy.disk_share) == (timedelta(days=90), 0.6)
    assert policy.sources == {name: f"retention.{name}" for name in said["retention"]}


def test_what_it_leaves_open_is_a_default() -> None:
    assert policy_of({}) == Policy()
    policy = policy_of({"retention": {"results": 1, "scheduled": None}})
    assert (policy.results, policy.scheduled, policy.sources) == (
        1,
        timedelta(days=30),
        {"results": "retention.results"},
    )


def test_the_old_key_counts_for_what_the_new_one_leaves_open() -> None:
    policy = policy_of({"variables_retention_period": "90d"})
    assert (policy.scheduled, policy.interactive) == (timedelta(days=90), timedelta(days=7))
    both = policy_of({"variables_retention_period": "90d", "retention": {"scheduled": "10d"}})
    assert (both.scheduled, both.sources["scheduled"]) == (timedelta(days=10), "retention.scheduled")


def test_interactive_runs_stay_no_longer_than_all_others_may() -> None:
    assert policy_of({"retention": {"scheduled": "2d"}}).interactive == timedelta(days=2)
    assert policy_of({"retention": {"scheduled": "2d", "interactive": "5d"}}).interactive == timedelta(days=5)


@pytest.mark.parametrize(
    "said",
    [
        {"retention": 3},
        {"retention": {"days": 3}},
        {"retention": {"scheduled": "soon"}},
        {"retention": {"results": -1}},
        {"retention": {"results": True}},
        {"retention": {"disk_share": 0}},
        {"retention": {"disk_share": "120%"}},
        {"retention": {"disk_share": True}},
        {"variables_retention_period": "ever"},
    ],
)
def test_what_is_wrong_is_named(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="retention"):
        policy_of(said)
