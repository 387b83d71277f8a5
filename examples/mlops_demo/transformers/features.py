"""The features of each flight as known one hour before departure. Training and prediction share this block."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_kinds, check_missing, check_ranges, check_rows
from mlops_demo.utils.features import CATEGORICAL, FEATURES, IDENTITY, NUMERIC, build_features
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.history import WINDOWS

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def build(
    flights: pd.DataFrame,
    weather: pd.DataFrame,
    planes: pd.DataFrame,
    airports: pd.DataFrame,
    daily_delays: pd.DataFrame,
    *args: Any,
    **kwargs: Any,
) -> pd.DataFrame:
    """One row for each flight: which it is, its features, and the target where it is known."""
    return build_features(flights, weather, planes, airports, daily_delays)


@test
def test_exactly_the_named_columns(features: pd.DataFrame, *args: Any) -> None:
    check_rows(features)
    check(list(features.columns) == [*IDENTITY, *FEATURES, TARGET], f"unexpected columns: {list(features.columns)}")
    check_kinds(features, dict.fromkeys(NUMERIC, "number") | dict.fromkeys(CATEGORICAL, "text"))


@test
def test_what_the_timetable_tells_is_complete(features: pd.DataFrame, *args: Any) -> None:
    complete = [*IDENTITY, *CATEGORICAL, "distance", "weekday", "departures_in_hour"]
    check_missing(features, dict.fromkeys(complete, 0.0) | {"planned_minutes": 0.01})


@test
def test_ranges(features: pd.DataFrame, *args: Any) -> None:
    shares = [name for window in WINDOWS for name in window.features[1:]]
    check_ranges(features, dict.fromkeys(shares, (0, 1)))
    check_ranges(features, {"weekday": (0, 6), "planned_minutes": (20, 960), "weather_age_hours": (0, 6)})
    check_ranges(features, {"plane_age": (0, 70), "holiday_distance": (-7, 7), "departures_in_hour": (1, 200)})
