"""The months together, cleaned: what was planned, when each flight must be predicted, and how late it was."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_kinds, check_missing, check_ranges, check_rows, check_unique
from mlops_demo.utils.flights import FLIGHT_KEY, LEAD_TIME, PLAUSIBLE_DELAY, TARGET, clean_flights

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test

KNOWN_TOO_LATE = {"dep_time", "dep_delay", "arr_time", "air_time"}


@transformer
def clean(parts: list[pd.DataFrame], *args: Any, **kwargs: Any) -> pd.DataFrame:
    """One row for each planned flight, ordered by departure; `utils/flights.py` names the columns."""
    return clean_flights(pd.concat(parts, ignore_index=True))


@test
def test_columns_types_and_ranges(flights: pd.DataFrame, *args: Any) -> None:
    check_rows(flights)
    check_kinds(flights, dict.fromkeys(["service_day", "scheduled_departure", "prediction_moment"], "time"))
    check_kinds(flights, dict.fromkeys(["carrier", "origin", "dest", "tailnum"], "text"))
    day = (0, 24 * 60 - 1)
    check_ranges(flights, {"departure_minute": day, "arrival_minute": day, TARGET: PLAUSIBLE_DELAY})


@test
def test_each_flight_once_and_outcomes_known(flights: pd.DataFrame, *args: Any) -> None:
    check_unique(flights, FLIGHT_KEY)
    check_missing(flights, {TARGET: 0.1, "tailnum": 0.05})


@test
def test_all_leave_new_york(flights: pd.DataFrame, *args: Any) -> None:
    elsewhere = set(flights["origin"]) - {"EWR", "JFK", "LGA"}
    check(not elsewhere, f"flights from other airports: {sorted(elsewhere)}")


@test
def test_nothing_that_is_known_too_late_is_kept(flights: pd.DataFrame, *args: Any) -> None:
    leaked = KNOWN_TOO_LATE & set(flights.columns)
    check(not leaked, f"columns only known after departure: {sorted(leaked)}")
    early = flights["scheduled_departure"] - flights["prediction_moment"] >= LEAD_TIME
    check(bool(early.all()), f"{(~early).sum()} flights would be predicted later than {LEAD_TIME} before departure")
