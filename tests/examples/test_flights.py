import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlops_demo.utils.flights import TARGET, clean_flights, known_on, landed, minutes_of_day

from tests.examples.tables import raw_flight, raw_flights
from tests.properties import examples


def test_a_flight_is_predicted_one_hour_before_its_scheduled_departure() -> None:
    flight = clean_flights(raw_flights(raw_flight("2013-03-04", 915))).iloc[0]
    assert flight["scheduled_departure"] == pd.Timestamp("2013-03-04 14:15", tz="UTC")
    assert flight["prediction_moment"] == pd.Timestamp("2013-03-04 13:15", tz="UTC")


def test_the_service_day_is_the_local_day_even_when_utc_is_a_day_ahead() -> None:
    flight = clean_flights(raw_flights(raw_flight("2013-07-01", 2330))).iloc[0]
    assert flight["service_day"] == pd.Timestamp("2013-07-01")
    assert flight["scheduled_departure"] == pd.Timestamp("2013-07-02 03:30", tz="UTC")


def test_both_hours_of_the_end_of_summer_time_stay_apart() -> None:
    first = raw_flight("2013-11-03", 130, time_hour="2013-11-03T05:00:00Z")
    second = raw_flight("2013-11-03", 130, time_hour="2013-11-03T06:00:00Z", flight=2)
    departures = clean_flights(raw_flights(first, second))["scheduled_departure"]
    assert departures.diff().iloc[1] == pd.Timedelta(hours=1)


def test_repeated_rows_and_rows_without_a_plan_are_dropped() -> None:
    rows = raw_flights(raw_flight(), raw_flight(arr_delay=99.0), raw_flight(flight=2, dest=None))
    cleaned = clean_flights(rows)
    assert cleaned[["flight", TARGET]].to_numpy().tolist() == [[1, 5.0]]


def test_a_cancelled_flight_stays_in_the_plan_without_an_outcome() -> None:
    cleaned = clean_flights(raw_flights(raw_flight(arr_delay=None, tailnum=None), raw_flight(flight=2)))
    assert cleaned[TARGET].isna().tolist() == [True, False]
    assert landed(cleaned)["flight"].tolist() == [2]


@pytest.mark.parametrize(("delay", "kept"), [(-121.0, False), (-120.0, True), (1272.0, True), (99_999.0, False)])
def test_impossible_delays_become_missing(delay: float, kept: bool) -> None:
    cleaned = clean_flights(raw_flights(raw_flight(arr_delay=delay), raw_flight(flight=2)))
    assert cleaned[TARGET].notna().iloc[0] == kept


def test_codes_are_brought_to_one_form() -> None:
    cleaned = clean_flights(raw_flights(raw_flight(carrier=" ua ", origin="ewr", dest="Ord")))
    assert cleaned.loc[0, ["carrier", "origin", "dest"]].tolist() == ["UA", "EWR", "ORD"]


def test_missing_columns_are_named() -> None:
    with pytest.raises(ValueError, match=r"lack the columns carrier, arr_delay\. They have: year"):
        clean_flights(raw_flights(raw_flight()).drop(columns=["carrier", "arr_delay"]))


@examples(15)
@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order: list[int]) -> None:
    rows = [raw_flight(clock=900 + 10 * (number % 3), flight=number) for number in range(6)]
    pd.testing.assert_frame_equal(
        clean_flights(raw_flights(*(rows[place] for place in order))), clean_flights(raw_flights(*rows))
    )


@examples(30)
@given(st.integers(0, 23), st.integers(0, 59))
def test_clock_times_are_minutes_after_midnight(hour: int, minute: int) -> None:
    assert minutes_of_day(pd.Series([hour * 100 + minute])).tolist() == [hour * 60 + minute]


def test_2400_is_midnight() -> None:
    assert minutes_of_day(pd.Series([2400])).tolist() == [0]


def test_only_outcomes_of_two_days_ago_and_before_are_known() -> None:
    days = ["2013-03-02", "2013-03-03", "2013-03-04"]
    flights = clean_flights(raw_flights(*(raw_flight(day) for day in days)))
    assert known_on(flights, pd.Timestamp("2013-03-04"))[TARGET].notna().tolist() == [True, False, False]
