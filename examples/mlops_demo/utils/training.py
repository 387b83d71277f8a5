"""Train one candidate, choose among the trained, judge the chosen."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from mlops_demo.utils.candidates import Candidate
from mlops_demo.utils.estimators import make_estimator
from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.metrics import Metrics, Numbers, baseline_predictions, measure

CHOSEN_BY = "mae"
"""Minutes that a prediction is off on average: what a traveller feels, less swayed by storm days than ``rmse``."""


class Trained(TypedDict):
    """``model`` takes a frame with the columns ``features``; ``validation`` is measured on months it never saw."""

    name: str
    family: str
    parameters: dict[str, Any]
    features: list[str]
    model: Any
    validation: Metrics
    trained_from: str
    trained_until: str
    rows: int


class Choice(Trained):
    """The best of the trained; ``leaderboard`` lists all, best first, without their models."""

    leaderboard: list[dict[str, Any]]


class Evaluation(TypedDict):
    """``test`` and each of ``baselines`` over the same flights; ``by_month`` the model alone, keys like "2013-11"."""

    name: str
    test: Metrics
    baselines: dict[str, Metrics]
    by_month: dict[str, Metrics]


def train(candidate: Candidate, training: pd.DataFrame, validation: pd.DataFrame) -> Trained:
    """Train on ``training`` with one thread and measure on ``validation``."""
    model = make_estimator(candidate)
    with threadpool_limits(limits=1):
        model.fit(training[FEATURES], training[TARGET])
        guesses = predict(model, validation)
    return {
        **candidate,
        "features": list(FEATURES),
        "model": model,
        "validation": measure(validation[TARGET], guesses),
        "trained_from": f"{training['service_day'].min():%Y-%m-%d}",
        "trained_until": f"{training['service_day'].max():%Y-%m-%d}",
        "rows": len(training),
    }


def predict(model: Any, rows: pd.DataFrame, features: list[str] | None = None) -> Numbers:
    """Predicted arrival delays in minutes, one for each row."""
    return np.asarray(model.predict(rows[features or FEATURES]), dtype="float64")


def choose(trained: list[Trained]) -> Choice:
    """The candidate with the least validation error; the first of equals. ValueError when there is none."""
    if not trained:
        raise ValueError("No candidate was trained. Check candidates_sklearn and candidates_xgboost.")
    ranked = sorted(trained, key=lambda result: result["validation"][CHOSEN_BY])
    return {**ranked[0], "leaderboard": [_line(result) for result in ranked]}


def evaluate(chosen: Choice, training: pd.DataFrame, test: pd.DataFrame) -> Evaluation:
    """The chosen model and the baselines on months that nothing was learned or chosen from."""
    guesses = predict(chosen["model"], test, chosen["features"])
    baselines = baseline_predictions(training, test)
    return {
        "name": chosen["name"],
        "test": measure(test[TARGET], guesses),
        "baselines": {name: measure(test[TARGET], guess) for name, guess in baselines.items()},
        "by_month": _by_month(test, guesses),
    }


def _by_month(test: pd.DataFrame, guesses: Numbers) -> dict[str, Metrics]:
    months = test["service_day"].dt.strftime("%Y-%m")
    return {
        str(month): measure(test.loc[months == month, TARGET], guesses[(months == month).to_numpy()])
        for month in sorted(months.unique())
    }


def _line(result: Trained) -> dict[str, Any]:
    return {key: result[key] for key in ("name", "family", "parameters", "validation")}
