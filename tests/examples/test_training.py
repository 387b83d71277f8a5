import pickle

import numpy as np
import pandas as pd
import pytest
from mlops_demo.utils.candidates import Candidate, as_children
from mlops_demo.utils.features import CATEGORICAL, FEATURES, NUMERIC
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.metrics import baseline_predictions, measure
from mlops_demo.utils.splits import before, between, since
from mlops_demo.utils.training import choose, evaluate, predict, train

SMALL: list[Candidate] = [
    {"name": "ridge", "family": "ridge", "parameters": {"alpha": 1.0}},
    {"name": "trees", "family": "hist_gradient_boosting", "parameters": {"max_iter": 5}},
    {"name": "boosted", "family": "xgboost", "parameters": {"n_estimators": 5}},
]


def rows(first: str, days: int, each: int = 40) -> pd.DataFrame:
    """Feature rows whose delay is ten minutes for each departure in the hour; some numbers are missing."""
    draw = np.random.default_rng(seed=days)
    size = days * each
    frame = pd.DataFrame({name: draw.normal(size=size) for name in NUMERIC})
    for name in CATEGORICAL:
        frame[name] = draw.choice(["a", "b", "c"], size=size)
    frame["departures_in_hour"] = draw.integers(0, 6, size=size).astype("float64")
    frame.loc[frame.index % 7 == 0, "pressure"] = np.nan
    frame["service_day"] = np.repeat(pd.date_range(first, periods=days).to_numpy(), each)
    frame[TARGET] = 10.0 * frame["departures_in_hour"]
    return frame


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    return rows("2013-01-01", 12)


@pytest.mark.parametrize("candidate", SMALL, ids=lambda candidate: candidate["name"])
def test_every_family_learns_survives_pickling_and_meets_the_unknown(candidate: Candidate, year: pd.DataFrame) -> None:
    training, validation = before(year, "2013-01-09"), between(year, "2013-01-09", "2013-01-11")
    trained = train(candidate, training, validation)
    assert trained["validation"]["r2"] > 0.5
    copy = pickle.loads(pickle.dumps(trained["model"]))
    strange = validation.assign(carrier="never seen", dest="nor this", temp=np.nan)
    assert np.isfinite(predict(copy, strange)).all()
    assert np.array_equal(predict(copy, validation), predict(trained["model"], validation))


def test_training_twice_gives_the_same_bytes(year: pd.DataFrame) -> None:
    training, validation = before(year, "2013-01-09"), since(year, "2013-01-09")
    models = [pickle.dumps(train(SMALL[1], training, validation)["model"]) for _ in range(2)]
    assert models[0] == models[1]


def test_the_least_validation_error_is_chosen_and_judged_beside_baselines(year: pd.DataFrame) -> None:
    training, validation, late = (
        before(year, "2013-01-09"),
        between(year, "2013-01-09", "2013-01-11"),
        since(year, "2013-01-11"),
    )
    chosen = choose([train(candidate, training, validation) for candidate in SMALL])
    errors = [line["validation"]["mae"] for line in chosen["leaderboard"]]
    assert chosen["validation"]["mae"] == min(errors) == errors[0]
    assert not any("model" in line for line in chosen["leaderboard"])
    evaluation = evaluate(chosen, training, late)
    assert evaluation["test"]["mae"] < min(baseline["mae"] for baseline in evaluation["baselines"].values())
    assert evaluation["by_month"] == {"2013-01": evaluation["test"]}


def test_an_empty_field_is_refused() -> None:
    with pytest.raises(ValueError, match="No candidate was trained"):
        choose([])


def test_an_unknown_family_is_named(year: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="Candidate odd has the unknown family 'oracle'"):
        train({"name": "odd", "family": "oracle", "parameters": {}}, year, year)


def test_children_are_named_after_their_candidates() -> None:
    items, metadata = as_children(SMALL)
    assert [item["name"] for item in items] == [entry["block_uuid"] for entry in metadata]


def test_measures_of_known_errors() -> None:
    metrics = measure(pd.Series([0.0, 10.0, 20.0]), np.array([0.0, 26.0, 20.0]))
    assert metrics["mae"] == pytest.approx(16 / 3)
    assert metrics["rmse"] == pytest.approx((256 / 3) ** 0.5)
    assert metrics["r2"] == pytest.approx(1 - 256 / 200)
    assert (metrics["within_15"], metrics["bias"], metrics["rows"]) == (pytest.approx(2 / 3), pytest.approx(16 / 3), 3)


def test_delays_that_are_all_equal_have_no_r2_to_divide_by() -> None:
    assert measure(pd.Series([5.0, 5.0]), np.array([5.0, 6.0]))["r2"] == 0.0


def test_baselines_know_the_training_months_only() -> None:
    service = {"carrier": ["UA", "UA", "AA"], "origin": "EWR", "dest": "ORD"}
    training = pd.DataFrame({**service, TARGET: [0.0, 10.0, 50.0]})
    later = pd.DataFrame({"carrier": ["UA", "AA", "VX"], "origin": "EWR", "dest": "ORD", TARGET: 999.0})
    guesses = baseline_predictions(training, later)
    assert guesses["median"].tolist() == [10.0] * 3
    assert guesses["mean"].tolist() == [20.0] * 3
    assert guesses["carrier and route mean"].tolist() == [5.0, 50.0, 20.0]
    assert guesses["carrier and route median"].tolist() == [5.0, 50.0, 10.0]


def test_splits_follow_one_another_without_a_gap(year: pd.DataFrame) -> None:
    parts = [before(year, "2013-01-04"), between(year, "2013-01-04", "2013-01-08"), since(year, "2013-01-08")]
    assert sum(map(len, parts)) == len(year)
    assert [part["service_day"].nunique() for part in parts] == [3, 4, 5]


def test_an_empty_part_says_what_there_is(year: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="No flight landed since 2014-01-01; the 480 flights span 2013-01-01"):
        since(year, "2014-01-01")


def test_neither_the_target_nor_an_identity_is_a_feature() -> None:
    assert not {TARGET, "flight", "tailnum", "service_day", "scheduled_departure"} & set(FEATURES)
    assert len(set(FEATURES)) == len(FEATURES)
