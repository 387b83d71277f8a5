"""Raw flights to clean ones: the plan of each flight, when it must be predicted, and its outcome where it has one."""

from __future__ import annotations

import pandas as pd

from mlops_demo.utils.sources import FLIGHT_COLUMNS

TARGET = "arr_delay"
LEAD_TIME = pd.Timedelta(hours=1)
"""A prediction is made this long before the scheduled departure."""

OUTCOME_LAG_DAYS = 2
"""On day D the outcomes of the days up to D-2 are all known; see README.md for why D-1 is not."""

NEW_YORK = "America/New_York"
UTC = pd.DatetimeTZDtype("us", "UTC")
PLAUSIBLE_DELAY = (-120.0, 2880.0)
"""Minutes. Nobody lands two hours early, and after two days an airline files a new flight."""

FLIGHT_KEY = ["service_day", "carrier", "flight", "origin", "dest", "departure_minute"]
_PLAN = ["carrier", "flight", "origin", "dest", "sched_dep_time", "sched_arr_time", "time_hour"]


def clean_flights(raw: pd.DataFrame) -> pd.DataFrame:
    """One row for each planned flight, ordered by departure, with the columns

    ``service_day`` local day as a naive midnight · ``scheduled_departure``, ``prediction_moment`` UTC ·
    ``departure_minute``, ``arrival_minute`` minutes after local midnight at origin and destination ·
    ``carrier``, ``flight``, ``tailnum`` (missing where unknown), ``origin``, ``dest``, ``distance`` miles ·
    ``arr_delay`` minutes, missing for flights that were cancelled or diverted or have not landed yet.

    Rows without a complete plan and repeated rows are dropped; delays outside ``PLAUSIBLE_DELAY`` become missing.
    """
    _require(raw)
    planned = raw.dropna(subset=_PLAN)
    departure = _departures(planned)
    flights = pd.DataFrame(
        {
            "service_day": departure.dt.tz_convert(NEW_YORK).dt.tz_localize(None).dt.normalize(),
            "scheduled_departure": departure,
            "prediction_moment": departure - LEAD_TIME,
            "departure_minute": minutes_of_day(planned["sched_dep_time"]),
            "arrival_minute": minutes_of_day(planned["sched_arr_time"]),
            "carrier": planned["carrier"].astype("str").str.strip().str.upper(),
            "flight": planned["flight"].astype("int64"),
            "tailnum": planned["tailnum"].astype("str"),
            "origin": planned["origin"].astype("str").str.strip().str.upper(),
            "dest": planned["dest"].astype("str").str.strip().str.upper(),
            "distance": planned["distance"].astype("float64"),
            TARGET: _plausible(planned[TARGET]),
        }
    )
    return in_order(flights.drop_duplicates(FLIGHT_KEY))


def in_order(flights: pd.DataFrame) -> pd.DataFrame:
    """The flights by scheduled departure, ties by their key, numbered from 0: the same whatever order they came in."""
    return flights.sort_values(["scheduled_departure", *FLIGHT_KEY], ignore_index=True)


def minutes_of_day(clock: pd.Series) -> pd.Series:
    """Minutes after midnight of times written as HHMM; 2400 is midnight, 0."""
    whole = clock.astype("int64")
    return (whole // 100 * 60 + whole % 100) % (24 * 60)


def utc_moments(texts: pd.Series) -> pd.Series:
    """ISO times to moments in UTC, always in the same unit, so that tables join even when one is empty."""
    return pd.to_datetime(texts, utc=True).astype(UTC)


def known_on(flights: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The flights as they stand when ``day`` begins: later outcomes are blanked as they are not known yet."""
    newest_known = day - pd.Timedelta(days=OUTCOME_LAG_DAYS)
    return flights.assign(**{TARGET: flights[TARGET].where(flights["service_day"] <= newest_known)})


def landed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose arrival delay is known: only they can teach or judge a model."""
    return rows.loc[rows[TARGET].notna()].reset_index(drop=True)


def _departures(planned: pd.DataFrame) -> pd.Series:
    """Scheduled departures in UTC: the hour as the table gives it, which settles daylight saving, plus the minutes."""
    minutes = planned["sched_dep_time"].astype("int64") % 100
    return (utc_moments(planned["time_hour"]) + pd.to_timedelta(minutes, unit="min")).astype(UTC)


def _plausible(delays: pd.Series) -> pd.Series:
    return delays.astype("float64").where(delays.between(*PLAUSIBLE_DELAY))


def _require(raw: pd.DataFrame) -> None:
    missing = [column for column in FLIGHT_COLUMNS if column not in raw.columns]
    if missing:
        raise ValueError(f"The flights lack the columns {', '.join(missing)}. They have: {', '.join(raw.columns)}.")
