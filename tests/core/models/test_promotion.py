from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.models.promotion import BlockTests, Finding, Rules, judge, refusal, rules_of
from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.core.models.versions import (
    Facts,
    ModelFile,
    ModelVersion,
    Origin,
    checked_metrics,
    lower_is_better,
    require_name,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FILE = ModelFile("d" * 64, "s" * 64, "pickle", "model", 10)


def version(number: int, **facts: Any) -> ModelVersion:
    return ModelVersion("shop", "delay", number, FILE, Facts(**facts), Origin("ada"), NOON)


CHAMPION = version(1, metrics={"mae": 10.0, "r2": 0.5}, held_out="march")
MAE = Rules(metric="mae", lower=True)


def found(candidate: ModelVersion, rules: Rules = MAE, champion: ModelVersion | None = CHAMPION) -> dict[str, Finding]:
    return {finding.check: finding for finding in judge(candidate, champion, rules, BlockTests(2, 0))}


@pytest.mark.parametrize(
    ("metrics", "rules", "holds"),
    [
        ({"mae": 9.9}, MAE, True),
        ({"mae": 10.0}, MAE, False),
        ({"mae": 9.5}, replace(MAE, margin=0.5), True),
        ({"mae": 9.6}, replace(MAE, margin=0.5), False),
        ({"r2": 0.6}, Rules(metric="r2"), True),
        ({"r2": 0.4}, Rules(metric="r2"), False),
    ],
)
def test_a_metric_must_be_better_by_the_margin(metrics: dict[str, float], rules: Rules, holds: bool) -> None:
    assert found(version(2, metrics=metrics, held_out="march"), rules)["metric"].holds is holds


def test_metrics_on_other_data_are_not_compared() -> None:
    elsewhere = found(version(2, metrics={"mae": 1.0}, held_out="april"))["metric"]
    assert not elsewhere.holds
    assert "same held-out data" in elsewhere.message
    assert not found(version(2, metrics={"mae": 1.0}))["metric"].holds
    measured_again = version(2, metrics={"mae": 12.0}, held_out="april", rivals={1: {"mae": 14.0}})
    assert found(measured_again)["metric"].holds
    assert not found(version(2, held_out="march"))["metric"].holds


def test_tests_and_signature_count_unless_the_rules_say_otherwise() -> None:
    takes = Signature((Field("a", FieldType.NUMBER),))
    old, new = version(1, signature=takes), version(2)
    assert not found(new, Rules(), old)["signature"].holds
    assert found(replace(new, facts=old.facts), Rules(), old)["signature"].holds
    assert found(new, Rules(), version(1))["signature"].holds
    assert found(new, Rules(tests=False, signature=False), old) == {}
    for tests, holds in (
        (BlockTests(2, 0), True),
        (BlockTests(1, 1), False),
        (BlockTests(0, 0, ended=False), False),
        (BlockTests(0, 0, completed=False), False),
        (None, True),
    ):
        assert judge(new, None, Rules(), tests)[0].holds is holds


def test_force_passes_over_quality_and_never_over_the_file() -> None:
    quality, file = Finding("metric", False, "it is worse"), Finding("file", False, "its file is gone", firm=True)
    assert refusal(CHAMPION, (quality,), forced=False) == "Version 1 of `delay`: it is worse."
    assert refusal(CHAMPION, (quality,), forced=True) == ""
    assert refusal(CHAMPION, (quality, file), forced=True) == "Version 1 of `delay`: its file is gone."


def test_rules_come_from_the_project_file() -> None:
    raw = {"models": {"delay": {"metric": "mae", "margin": 0.1}, "default": {"approval": True}}}
    assert rules_of(raw, "delay") == Rules("mae", lower=True, margin=0.1)
    assert rules_of(raw, "other") == Rules(approval=True)
    assert rules_of({}, "delay") == Rules()
    assert rules_of({"models": {"delay": {"metric": "mae", "better": "higher"}}}, "delay").lower is False


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "`models` in"),
        ({"delay": 1}, "`models.delay` in"),
        ({"delay": {"metrics": "mae"}}, "`models.delay.metrics`.*is not known"),
        ({"delay": {"margin": -1}}, "`models.delay.margin`"),
        ({"delay": {"better": "more"}}, "`lower` or `higher`"),
        ({"default": {"tests": "no"}}, "`models.default.tests`"),
    ],
)
def test_a_wrong_rule_is_named(rules: Any, said: str) -> None:
    if rules == []:
        assert rules_of({"models": rules}, "delay") == Rules()  # nothing is said
        rules = [1]
    with pytest.raises(Invalid, match=said):
        rules_of({"models": rules}, "delay")


def test_metrics_are_numbers() -> None:
    assert checked_metrics({"mae": 1}) == {"mae": 1.0}
    for wrong in ({"mae": float("nan")}, {"mae": "1"}, {"mae": True}, [1], {str(n): 1 for n in range(1_001)}):
        with pytest.raises(Invalid):
            checked_metrics(wrong)


def test_the_name_of_a_metric_says_which_way_is_better() -> None:
    assert [name for name in ("mae", "rmse", "log_loss", "accuracy", "r2", "test-error") if lower_is_better(name)] == [
        *("mae", "rmse", "log_loss", "test-error")
    ]


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-a", "a" * 101, "ä", "a b", "a\n"])
def test_names_that_are_no_names(name: str) -> None:
    with pytest.raises(Invalid):
        require_name(name)
    assert require_name("delay_2.v-1") == "delay_2.v-1"
