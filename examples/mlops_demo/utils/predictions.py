"""A published model applied to the flights of a period."""

from __future__ import annotations

from typing import Any, TypedDict

import pandas as pd

from mlops_demo.utils.flights import FLIGHT_KEY
from mlops_demo.utils.periods import Period
from mlops_demo.utils.training import predict


class PublishedModel(TypedDict):
    """A version of the registry; ``features`` in the order in which the model wants them."""

    version: int
    features: list[str]
    model: Any


COLUMNS = [*FLIGHT_KEY, "scheduled_departure", "prediction_moment", "predicted_delay", "model_version"]


def predict_period(published: PublishedModel, features: pd.DataFrame, wanted: Period) -> pd.DataFrame:
    """``COLUMNS`` for each flight of the period; delays in minutes. ValueError when there is no flight in it."""
    rows = features.loc[wanted.holds(features["service_day"])].reset_index(drop=True)
    if rows.empty:
        raise ValueError(f"There is no flight in {wanted.name}, so there is nothing to predict.")
    predicted = predict(published["model"], rows, published["features"])
    stated = rows.assign(predicted_delay=predicted, model_version=published["version"])
    return stated[COLUMNS].astype({"departure_minute": "int64"})
