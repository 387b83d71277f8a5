"""Weather as it was known when a prediction is made.

An observation stamped with hour H may have been taken at any minute of that hour, so it counts as known only from
H + 1 on. A flight gets the newest observation at its airport that was known at its prediction moment.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlops_demo.utils.flights import utc_moments

REPORTING_DELAY = pd.Timedelta(hours=1)
LONGEST_AGE = pd.Timedelta(hours=6)
"""An older observation says too little; its flights get none."""

MEASURES = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
PHYSICAL_RANGE = {
    "temp": (-40.0, 130.0),
    "dewp": (-60.0, 100.0),
    "humid": (0.0, 100.0),
    "wind_dir": (0.0, 360.0),
    "wind_speed": (0.0, 150.0),
    "wind_gust": (0.0, 200.0),
    "precip": (0.0, 10.0),
    "pressure": (900.0, 1080.0),
    "visib": (0.0, 10.0),
}
"""Units as in the source: °F, %, degrees, mph, inches, mbar, miles."""

WEATHER_FEATURES = [
    "temp",
    "dewp",
    "humid",
    "wind_speed",
    "wind_gust",
    "wind_north",
    "wind_east",
    "precip",
    "precip_3h",
    "pressure",
    "pressure_change_3h",
    "visib",
    "visib_low_3h",
    "weather_age_hours",
]


def clean_weather(raw: pd.DataFrame) -> pd.DataFrame:
    """``origin``, ``observed_hour`` (UTC), ``known_at`` (UTC) and ``MEASURES``, one row for each airport and hour.

    Impossible values (the file has a wind of 1048 mph) become missing; a missing gust means that there was none, so
    it becomes the wind speed.
    """
    weather = raw.loc[raw["origin"].notna() & raw["time_hour"].notna(), ["origin", *MEASURES]].copy()
    weather[MEASURES] = weather[MEASURES].astype("float64")
    for measure, (low, high) in PHYSICAL_RANGE.items():
        weather[measure] = weather[measure].where(weather[measure].between(low, high))
    weather["wind_gust"] = weather["wind_gust"].fillna(weather["wind_speed"])
    weather["origin"] = weather["origin"].astype("str").str.strip().str.upper()
    weather["observed_hour"] = utc_moments(raw.loc[weather.index, "time_hour"])
    weather["known_at"] = weather["observed_hour"] + REPORTING_DELAY
    unique = weather.drop_duplicates(["origin", "observed_hour"])
    return unique.sort_values(["origin", "observed_hour"], ignore_index=True)


def with_weather(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """``flights`` (any order, kept) with ``WEATHER_FEATURES``; missing where nothing recent enough was known."""
    moments = flights[["prediction_moment", "origin"]].sort_values("prediction_moment", kind="stable")
    observations = _derived(weather).sort_values(["known_at", "origin"], ignore_index=True)
    joined = pd.merge_asof(
        moments,
        observations,
        left_on="prediction_moment",
        right_on="known_at",
        by="origin",
        tolerance=LONGEST_AGE,
    ).set_index(moments.index)
    joined["weather_age_hours"] = (joined["prediction_moment"] - joined["known_at"]).dt.total_seconds() / 3600.0
    return flights.join(joined[WEATHER_FEATURES])


def _derived(weather: pd.DataFrame) -> pd.DataFrame:
    """The observations with wind as a vector and what the last three hours were like. Looks backward only."""
    angle = np.deg2rad(weather["wind_dir"])
    derived = weather.assign(
        wind_north=weather["wind_speed"] * np.cos(angle), wind_east=weather["wind_speed"] * np.sin(angle)
    )
    recent = derived.set_index("observed_hour").groupby("origin", sort=False)[["precip", "visib"]].rolling("3h")
    derived["precip_3h"] = recent["precip"].sum().to_numpy()
    derived["visib_low_3h"] = recent["visib"].min().to_numpy()
    derived["pressure_change_3h"] = derived["pressure"] - _pressure_before(derived, pd.Timedelta(hours=3))
    return derived


def _pressure_before(weather: pd.DataFrame, span: pd.Timedelta) -> pd.Series:
    earlier = weather[["origin", "observed_hour", "pressure"]].assign(observed_hour=weather["observed_hour"] + span)
    now = weather[["origin", "observed_hour"]]
    return now.merge(earlier, on=["origin", "observed_hour"], how="left")["pressure"].set_axis(weather.index)
