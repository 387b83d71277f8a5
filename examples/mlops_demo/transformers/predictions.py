"""One predicted arrival delay for each flight of the period."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check_kinds, check_missing, check_ranges, check_rows, check_unique
from mlops_demo.utils.flights import FLIGHT_KEY
from mlops_demo.utils.periods import period
from mlops_demo.utils.predictions import PublishedModel, predict_period

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def predict(published: PublishedModel, features: pd.DataFrame, *args: Any, **kwargs: Any) -> pd.DataFrame:
    """Which flight, when it is predicted, the prediction in minutes, and the version that made it."""
    return predict_period(published, features, period(kwargs["month"], kwargs.get("day")))


@test
def test_each_flight_has_one_prediction(predictions: pd.DataFrame, *args: Any) -> None:
    check_rows(predictions)
    check_unique(predictions, FLIGHT_KEY)
    check_missing(predictions, {"predicted_delay": 0.0, "model_version": 0.0})


@test
def test_predictions_are_believable(predictions: pd.DataFrame, *args: Any) -> None:
    check_kinds(predictions, {"predicted_delay": "number"})
    check_ranges(predictions, {"predicted_delay": (-120, 1440)})
