"""Hourly weather at the three airports, cleaned."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_columns, check_missing, check_ranges, check_unique
from mlops_demo.utils.sources import read_weather
from mlops_demo.utils.weather import MEASURES, PHYSICAL_RANGE, clean_weather

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_weather(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """One row for each airport and hour, with the moment from which it may be used."""
    return clean_weather(read_weather(kwargs.get("data_folder")))


@test
def test_values_are_physical_and_hours_unique(weather: pd.DataFrame, *args: Any) -> None:
    check_columns(weather, ["origin", "observed_hour", "known_at", *MEASURES])
    check_ranges(weather, PHYSICAL_RANGE)
    check_unique(weather, ["origin", "observed_hour"])


@test
def test_gaps_are_few(weather: pd.DataFrame, *args: Any) -> None:
    check_missing(weather, {"temp": 0.01, "wind_speed": 0.01, "precip": 0.01, "visib": 0.01, "pressure": 0.2})


@test
def test_each_airport_has_nearly_every_hour(weather: pd.DataFrame, *args: Any) -> None:
    for origin, hours in weather.groupby("origin")["observed_hour"]:
        expected = (hours.max() - hours.min()) / pd.Timedelta(hours=1) + 1
        check(len(hours) >= 0.95 * expected, f"{origin} has weather for {len(hours)} of {expected:.0f} hours")
