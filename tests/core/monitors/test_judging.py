"""Verdicts: tables of what was measured and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.monitors.definitions import DriftRules, FindingKind, Monitor, PerformanceRules, QualityRules
from blockwright.core.monitors.judging import Judgement, Verdict, adjusted, judge
from blockwright.core.monitors.measurements import FeatureMeasure, Measurement, Performance

NOW = datetime(2026, 1, 8, tzinfo=UTC)
MONITOR = Monitor("delay", "delay")


def feature(name: str = "distance", rows: int = 1_000, **fields: Any) -> FeatureMeasure:
    said = {"reference_rows": 5_000, "test": "kolmogorov_smirnov", "p_value": 0.5, "stability_index": 0.01, **fields}
    return FeatureMeasure(name, said.pop("kind", "number"), rows, **said)


def measured(*features: FeatureMeasure, rows: int = 1_000, **fields: Any) -> Measurement:
    return Measurement(rows, rows, fields.pop("errors", 0), None, fields.pop("last", NOW), features=features, **fields)


def judged(of: Measurement, monitor: Monitor = MONITOR, since: datetime = NOW - timedelta(days=30)) -> Judgement:
    return judge(monitor, of, now=NOW, since=since)


@pytest.mark.parametrize(
    ("one", "verdict", "text"),
    [
        (feature(p_value=1e-9, stability_index=0.4), Verdict.DRIFTED, "drifted (p = 1e-09 over 1 tests"),
        (feature(p_value=1e-9, stability_index=0.02), Verdict.SMALL, "a real change too small to matter"),
        (feature(p_value=0.3, stability_index=0.4), Verdict.NOISE, "only noise (p = 0.3"),
        (feature(rows=237, missing=200, p_value=1e-9, stability_index=3.0), Verdict.TOO_FEW, "too few rows: 37 of 200"),
        (feature(reference_rows=0, p_value=None), Verdict.UNKNOWN, "no reference"),
        (feature(kind="other", p_value=None), Verdict.UNKNOWN, "not compared"),
    ],
)
def test_a_feature_s_verdict_in_words(one: FeatureMeasure, verdict: Verdict, text: str) -> None:
    (found,) = judged(measured(one)).features
    assert found.verdict is verdict
    assert text in found.text


def test_one_of_many_features_that_differs_by_chance_is_noise() -> None:
    """Alone it would count: 0.01 is below 0.05. Of a hundred features, one as rare as that is to be expected."""
    others = [feature(f"f{number}", p_value=0.5) for number in range(99)]
    found = judged(measured(feature(p_value=0.01, stability_index=0.5), *others))
    assert found.features[0].verdict is Verdict.NOISE
    assert found.found == ()
    alone = judged(measured(feature(p_value=0.01, stability_index=0.5)))
    assert alone.features[0].verdict is Verdict.DRIFTED


def test_drift_is_found_and_says_of_what() -> None:
    found = judged(measured(feature(p_value=0.0, stability_index=0.4), feature("hour")))
    assert [(one.kind, one.reason) for one in found.found] == [
        (FindingKind.DRIFT, "1 of 2 drifted, by stability index: `distance` (0.40)")
    ]
    assert found.text.startswith("drift: 1 of 2")


@pytest.mark.parametrize(("needed", "kinds"), [(1, [FindingKind.DRIFT]), (2, [FindingKind.DRIFT]), (3, [])])
def test_so_many_features_must_have_drifted(needed: int, kinds: list[FindingKind]) -> None:
    monitor = Monitor("delay", "delay", drift=DriftRules(features=needed))
    of = measured(*[feature(name, p_value=0.0, stability_index=1.0) for name in "ab"], feature("c"))
    assert [one.kind for one in judged(of, monitor).found] == kinds


def test_predictions_count_unless_they_shall_not() -> None:
    of = measured(feature(), predictions=feature("prediction", p_value=0.0, stability_index=1.0))
    assert [one.kind for one in judged(of).found] == [FindingKind.DRIFT]
    assert judged(of, Monitor("delay", "delay", drift=DriftRules(predictions=False))).found == ()
    assert judged(of, Monitor("delay", "delay", drift=None)).found == ()


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (feature(missing=60), "6.0% of `distance` are missing; at most 5.0% may"),
        (feature(missing=60, reference_missing=0.02), None),
        (feature(out_of_range=51), "5.1% of `distance` lie outside of the reference's range; at most 5.0% may"),
        (feature(wrong_type=1), "0.10% of `distance` are no numbers; at most 0.0% may"),
        (feature(new_categories=11, new_names=("XX",)), "1.1% of `distance` are new categories (XX); at most 1.0% may"),
        (feature(new_categories=10), None),
    ],
)
def test_troubles_with_values(one: FeatureMeasure, said: str | None) -> None:
    found = judged(measured(one)).found
    assert [(each.kind, each.reason) for each in found] == ([] if said is None else [(FindingKind.QUALITY, said)])


@pytest.mark.parametrize(
    ("rules", "of", "said"),
    [
        (QualityRules(silence=timedelta(hours=6)), {"last": NOW - timedelta(hours=7)}, "no request came for 7 h"),
        (QualityRules(silence=timedelta(hours=6)), {"last": NOW - timedelta(hours=5)}, None),
        (QualityRules(silence=timedelta(hours=6)), {"rows": 0, "last": None}, "no request came for 30 d"),
        (QualityRules(fewest_rows=500), {"rows": 499}, "499 rows came in 7 d; 500 should"),
        (QualityRules(fewest_rows=500), {"rows": 500}, None),
        (QualityRules(), {"errors": 51}, "5.1% of the predictions failed; at most 5.0% may"),
        (QualityRules(), {"rows": 100, "errors": 99}, None),
    ],
)
def test_volume_freshness_and_errors(rules: QualityRules, of: dict[str, Any], said: str | None) -> None:
    found = judged(measured(**of), Monitor("delay", "delay", quality=rules)).found
    assert len(found) == (said is not None)
    assert said is None or said in found[0].reason


def test_a_version_that_was_just_promoted_is_not_silent_yet() -> None:
    monitor = Monitor("delay", "delay", quality=QualityRules(silence=timedelta(hours=6), fewest_rows=100))
    assert judged(measured(rows=0, last=None), monitor, since=NOW - timedelta(hours=5)).found == ()


@pytest.mark.parametrize(
    ("rules", "rows", "metrics", "said", "unsaid"),
    [
        (
            PerformanceRules("mae", 15, lower=True),
            50,
            {"mae": 15.1},
            "`mae` is 15.1 over 50 rows; it must be at most 15",
            False,
        ),
        (PerformanceRules("mae", 15, lower=True), 50, {"mae": 15.0}, None, False),
        (PerformanceRules("accuracy", 0.9, lower=False), 50, {"accuracy": 0.89}, "at least 0.9", False),
        (PerformanceRules("accuracy", 0.9, lower=False), 49, {"accuracy": 0.1}, None, True),
        (PerformanceRules("mae", 15, lower=True), 50, {"accuracy": 0.1}, None, True),
    ],
)
def test_performance(
    rules: PerformanceRules, rows: int, metrics: dict[str, float], said: str | None, unsaid: bool
) -> None:
    of = measured(feature(), performance=Performance("regression", rows, metrics))
    found = judged(of, Monitor("delay", "delay", performance=rules))
    assert (FindingKind.PERFORMANCE in found.unsaid) is unsaid
    assert [one.kind for one in found.found] == ([FindingKind.PERFORMANCE] if said else [])
    assert said is None or said in found.found[0].reason


def test_new_truths_are_worth_training_again() -> None:
    monitor = Monitor("delay", "delay", new_rows=1_000)
    assert judged(measured(told=999), monitor).found == ()
    assert [one.kind for one in judged(measured(told=1_000), monitor).found] == [FindingKind.NEW_DATA]


def test_too_few_rows_say_nothing_of_drift() -> None:
    found = judged(measured(feature(rows=37, p_value=0.0, stability_index=9.0), rows=37))
    assert (found.found, found.unsaid) == ((), (FindingKind.DRIFT,))
    assert found.text == "too few rows: 37 of 200 in 7 d"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_correction_is_scipy_s(p_values: list[float]) -> None:
    stats = pytest.importorskip("scipy.stats")
    assert adjusted(p_values) == pytest.approx(list(stats.false_discovery_control(p_values)))


def test_nothing_to_correct() -> None:
    assert adjusted([]) == []
