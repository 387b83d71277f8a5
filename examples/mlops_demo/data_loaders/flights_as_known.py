"""The flights to predict (variables `month` and `day`) and those before them, with only the outcomes known by then."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_rows, check_unique
from mlops_demo.utils.flights import FLIGHT_KEY, OUTCOME_LAG_DAYS, TARGET
from mlops_demo.utils.periods import flights_as_known, period

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_flights(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """Clean flights; later outcomes are missing."""
    return flights_as_known(period(kwargs["month"], kwargs.get("day")), kwargs.get("data_folder"))


@test
def test_there_are_flights_to_predict(flights: pd.DataFrame, *args: Any, **kwargs: Any) -> None:
    wanted = period(kwargs["month"], kwargs.get("day"))
    check_rows(flights.loc[wanted.holds(flights["service_day"])])
    check_unique(flights, FLIGHT_KEY)


@test
def test_no_outcome_is_known_too_early(flights: pd.DataFrame, *args: Any, **kwargs: Any) -> None:
    newest = period(kwargs["month"], kwargs.get("day")).last - pd.Timedelta(days=OUTCOME_LAG_DAYS)
    early = flights.loc[flights["service_day"] > newest, TARGET].notna()
    check(not early.any(), f"{early.sum()} outcomes after {newest:%Y-%m-%d} are known")
