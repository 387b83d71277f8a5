"""The features of a flight, as known one hour before its scheduled departure. Training and prediction call this."""

from __future__ import annotations

import pandas as pd

from mlops_demo.utils.fleet import AIRPORT_FEATURES, PLANE_FEATURES, with_airports, with_planes
from mlops_demo.utils.flights import FLIGHT_KEY, TARGET
from mlops_demo.utils.history import HISTORY_FEATURES, with_history
from mlops_demo.utils.timetable import TIMETABLE_FEATURES, with_timetable
from mlops_demo.utils.weather import WEATHER_FEATURES, with_weather

CATEGORICAL = ["carrier", "origin", "dest", "maker"]
NUMERIC = [
    "distance",
    *TIMETABLE_FEATURES,
    *WEATHER_FEATURES,
    *(name for name in PLANE_FEATURES if name not in CATEGORICAL),
    *AIRPORT_FEATURES,
    *HISTORY_FEATURES,
]
FEATURES = [*CATEGORICAL, *NUMERIC]
IDENTITY = [*(name for name in FLIGHT_KEY if name not in FEATURES), "scheduled_departure", "prediction_moment"]
"""Says which flight a row is about and when it is predicted; never given to a model."""


def build_features(
    flights: pd.DataFrame,
    weather: pd.DataFrame,
    planes: pd.DataFrame,
    airports: pd.DataFrame,
    daily: pd.DataFrame,
) -> pd.DataFrame:
    """One row for each flight, in the same order: ``IDENTITY``, ``FEATURES``, and the target (missing if unknown).

    All inputs are clean tables; ``daily`` is the aggregate of ``daily_delays.sql`` over the same flights.
    """
    located = with_timetable(with_airports(flights, airports))
    seen = with_history(with_planes(with_weather(located, weather), planes), daily)
    return seen[[*IDENTITY, *FEATURES, TARGET]].astype(dict.fromkeys(NUMERIC, "float64"))
