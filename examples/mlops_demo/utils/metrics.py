"""How good predictions are, and what it takes to be worth more than a guess."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_demo.utils.flights import TARGET

Numbers = npt.NDArray[np.float64]
Metrics = dict[str, float]
TOLERANCE_MINUTES = 15.0
SERVICE = ["carrier", "origin", "dest"]


def measure(actual: pd.Series, predicted: Numbers) -> Metrics:
    """Of delays in minutes: ``mae``, ``rmse``, ``r2`` (0 when all actual delays are equal), ``within_15`` (share off
    by at most 15 minutes), ``bias`` (mean of predicted minus actual), ``rows``."""
    truth = actual.to_numpy(dtype="float64")
    error = predicted - truth
    spread = float(np.square(truth - truth.mean()).sum())
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
        "r2": 1.0 - float(np.square(error).sum()) / spread if spread else 0.0,
        "within_15": float((np.abs(error) <= TOLERANCE_MINUTES).mean()),
        "bias": float(error.mean()),
        "rows": len(truth),
    }


def baseline_predictions(train: pd.DataFrame, rows: pd.DataFrame) -> dict[str, Numbers]:
    """What one would say without a model, knowing only the training months; minutes, one for each of ``rows``."""
    return {
        "median": np.full(len(rows), train[TARGET].median()),
        "mean": np.full(len(rows), train[TARGET].mean()),
        "carrier and route mean": _by_service(train, rows, pd.Series.mean),
        "carrier and route median": _by_service(train, rows, pd.Series.median),
    }


def _by_service(train: pd.DataFrame, rows: pd.DataFrame, summary: Callable[[pd.Series], float]) -> Numbers:
    """The training summary of the same carrier on the same route; where it never flew, that of all flights."""
    known = train.groupby(SERVICE, observed=True)[TARGET].agg(summary.__name__).rename("guess").reset_index()
    guess = rows[SERVICE].merge(known, on=SERVICE, how="left")["guess"]
    return guess.fillna(summary(train[TARGET])).to_numpy(dtype="float64")
