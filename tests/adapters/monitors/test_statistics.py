"""The figures against SciPy's own, and against what follows from their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blockwright.adapters.monitors.reader import performance, statistics
from blockwright.runner.references import QUANTILES, _numbers

stats = pytest.importorskip("scipy.stats")

VALUES = arrays.arrays(np.float64, st.integers(2, 300), elements=st.floats(-1e6, 1e6, width=32))
COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=12).filter(
    lambda rows: sum(a for a, _ in rows) > 0 and sum(b for _, b in rows) > 0
)


def split(rows: list[tuple[int, int]]) -> tuple[statistics.Floats, statistics.Floats]:
    old, new = np.array(rows, dtype=np.float64).T
    return old, new


@settings(deadline=None)
@given(VALUES, VALUES)
def test_the_two_sample_statistic_is_scipy_s(old: statistics.Floats, new: statistics.Floats) -> None:
    tested = statistics.kolmogorov_smirnov(np.sort(old), len(old), np.sort(new))
    theirs = stats.ks_2samp(old, new, method="asymp")
    assert tested.statistic == pytest.approx(theirs.statistic)
    size = len(old) * len(new) / (len(old) + len(new))
    assert tested.p_value == pytest.approx(float(stats.kstwobign.sf(np.sqrt(size) * theirs.statistic)))


@settings(deadline=None, max_examples=25)
@given(st.integers(2_000, 20_000), st.integers(0, 2**32 - 1))
def test_a_reference_of_fewer_values_never_claims_more(rows: int, seed: int) -> None:
    """What stands for many values gives no larger statistic than those, and none that is much smaller."""
    random = np.random.default_rng(seed)
    old, new = random.normal(size=rows), np.sort(random.normal(0.1, size=3_000))
    kept = np.array(_numbers(old)["quantiles"])
    assert len(kept) == QUANTILES
    exact = stats.ks_2samp(old, new).statistic
    tested = statistics.kolmogorov_smirnov(kept, rows, new)
    assert exact - 3 / QUANTILES <= tested.statistic <= exact + 1e-12


@settings(deadline=None)
@given(COUNTS)
def test_homogeneity_is_scipy_s_where_every_cell_is_expected_often(rows: list[tuple[int, int]]) -> None:
    old, new = split([(a + 50, b + 50) for a, b in rows])
    theirs = stats.chi2_contingency(np.vstack([old, new]), correction=False)
    tested = statistics.chi_squared(old, new)
    if theirs.expected_freq.min() < statistics.FEWEST_EXPECTED:
        assert 0 <= tested.p_value <= 1
    else:
        assert (tested.statistic, tested.p_value) == (pytest.approx(theirs.statistic), pytest.approx(theirs.pvalue))


@settings(deadline=None)
@given(COUNTS)
def test_rare_categories_are_taken_together(rows: list[tuple[int, int]]) -> None:
    old, new = split(rows)
    tested = statistics.chi_squared(old, new)
    assert 0 <= tested.p_value <= 1
    assert tested.statistic >= 0


@settings(deadline=None)
@given(COUNTS)
def test_distances_of_histograms(rows: list[tuple[int, int]]) -> None:
    from scipy.spatial.distance import jensenshannon

    old, new = split(rows)
    assert statistics.jensen_shannon(old, new) == pytest.approx(float(jensenshannon(old, new, base=2)), abs=1e-7)
    assert statistics.jensen_shannon(old, new) == pytest.approx(statistics.jensen_shannon(new, old), abs=1e-9)
    assert statistics.stability_index(old, new) == pytest.approx(statistics.stability_index(new, old))
    assert statistics.stability_index(old, new) >= 0
    assert statistics.stability_index(old, old) == pytest.approx(0)
    p, q = (old + 0.5) / (old + 0.5).sum(), (new + 0.5) / (new + 0.5).sum()
    both = stats.entropy(p, q) + stats.entropy(q, p)
    assert statistics.stability_index(old, new) == pytest.approx(float(both), abs=1e-9)


def test_nothing_in_common_is_the_largest_distance() -> None:
    old, new = np.array([10.0, 0.0]), np.array([0.0, 7.0])
    assert statistics.jensen_shannon(old, new) == pytest.approx(1.0)
    assert statistics.stability_index(old, new) > 2


@settings(deadline=None)
@given(VALUES, st.floats(-1e3, 1e3))
def test_a_shift_is_as_far_as_it_is_long(values: statistics.Floats, shift: float) -> None:
    values = np.sort(values)
    assert statistics.wasserstein(values, values + shift) == pytest.approx(abs(shift), abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 200).flatmap(lambda n: st.tuples(*[arrays.arrays(np.float64, n, elements=st.floats(-9, 9))] * 2)))
def test_the_distance_of_quantiles_is_scipy_s(pair: tuple[statistics.Floats, statistics.Floats]) -> None:
    old, new = np.sort(pair[0]), np.sort(pair[1])
    assert statistics.wasserstein(old, new) == pytest.approx(float(stats.wasserstein_distance(old, new)), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=80))
def test_metrics_of_probabilities_are_those_of_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    said, real = np.array([one for one, _ in rows]), np.array([truth for _, truth in rows], dtype=float)
    found = performance._probabilities(said, real)
    assert found["brier"] == pytest.approx(np.mean((said - real) ** 2))
    if 0 < real.sum() < len(real):
        assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(real, said))
        assert found["log_loss"] == pytest.approx(metrics.log_loss(real, np.clip(said, 1e-15, 1 - 1e-15)), rel=1e-6)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=60))
def test_metrics_of_classes_are_those_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    said, real = [one for one, _ in rows], [truth for _, truth in rows]
    found = performance.metrics("classification", rows)
    more = {"average": "macro", "zero_division": 0}
    assert found == {
        "accuracy": pytest.approx(metrics.accuracy_score(real, said)),
        "precision": pytest.approx(metrics.precision_score(real, said, **more)),
        "recall": pytest.approx(metrics.recall_score(real, said, **more)),
        "f1": pytest.approx(metrics.f1_score(real, said, **more)),
    }


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=60))
def test_metrics_of_numbers_are_those_of_scikit_learn(rows: list[tuple[float, float]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    said, real = np.array([one for one, _ in rows]), np.array([truth for _, truth in rows])
    found = performance.metrics("regression", rows)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(real, said))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(real, said))
    assert found["bias"] == pytest.approx(np.mean(said - real), abs=1e-9)
    if np.ptp(real) > 1e-3:
        assert found["r2"] == pytest.approx(metrics.r2_score(real, said), rel=1e-6, abs=1e-6)
