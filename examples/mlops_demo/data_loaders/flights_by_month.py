"""The raw flights of one month. Broken data is refused here, before anything is built on it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_kinds, check_missing, check_ranges, check_rows, check_unique
from mlops_demo.utils.flights import PLAUSIBLE_DELAY
from mlops_demo.utils.sources import read_flights

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_month(number: int, *args: Any, **kwargs: Any) -> pd.DataFrame:
    """Planned flights of the month with their arrival delay, as the source has them."""
    return read_flights([number], kwargs.get("data_folder"))


@test
def test_columns_and_types(flights: pd.DataFrame, *args: Any) -> None:
    numbers = ["year", "month", "day", "sched_dep_time", "sched_arr_time", "flight", "distance", "arr_delay"]
    texts = ["carrier", "origin", "dest", "time_hour"]
    check_kinds(flights, dict.fromkeys(numbers, "number") | dict.fromkeys(texts, "text"))


@test
def test_the_month_is_there_and_alone(flights: pd.DataFrame, *args: Any) -> None:
    check_rows(flights)
    check(flights["month"].nunique() == 1, f"months in one part: {sorted(flights['month'].unique())}")


@test
def test_ranges(flights: pd.DataFrame, *args: Any) -> None:
    clock = (0, 2400)
    ranges = {"day": (1, 31), "sched_dep_time": clock, "sched_arr_time": clock, "distance": (1, 10_000)}
    check_ranges(flights, ranges | {"arr_delay": PLAUSIBLE_DELAY})


@test
def test_the_plan_is_complete_and_most_flights_have_an_outcome(flights: pd.DataFrame, *args: Any) -> None:
    plan = ["carrier", "flight", "origin", "dest", "sched_dep_time", "sched_arr_time", "time_hour"]
    check_missing(flights, dict.fromkeys(plan, 0.0) | {"arr_delay": 0.15, "tailnum": 0.05})


@test
def test_no_flight_is_listed_twice(flights: pd.DataFrame, *args: Any) -> None:
    check_unique(flights, ["year", "month", "day", "carrier", "flight", "origin", "dest", "sched_dep_time"])
