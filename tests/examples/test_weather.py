import pandas as pd
import pytest
from mlops_demo.utils.flights import clean_flights
from mlops_demo.utils.weather import clean_weather, with_weather

from tests.examples.tables import raw_flight, raw_flights, raw_observation, raw_weather


def weather_at_nine(*observations: dict[str, object], clock: int = 900) -> pd.Series:
    """What a flight on March 4th knows; by default it leaves at 14:00 UTC and is predicted at 13:00 UTC."""
    flights = clean_flights(raw_flights(raw_flight("2013-03-04", clock)))
    return with_weather(flights, clean_weather(raw_weather(*observations))).iloc[0]


def test_an_observation_counts_from_the_end_of_its_hour() -> None:
    early, late = raw_observation("2013-03-04 12:00", temp=30.0), raw_observation("2013-03-04 13:00", temp=70.0)
    assert weather_at_nine(early, late)["temp"] == 30.0
    assert weather_at_nine(early, late, clock=959)["temp"] == 30.0
    assert weather_at_nine(early, late, clock=1000)["temp"] == 70.0


def test_its_age_is_counted_from_when_it_was_known() -> None:
    assert weather_at_nine(raw_observation("2013-03-04 10:00"))["weather_age_hours"] == 2.0


def test_weather_of_another_airport_or_too_long_ago_says_nothing() -> None:
    assert pd.isna(weather_at_nine(raw_observation("2013-03-04 12:00", origin="JFK"))["temp"])
    assert pd.isna(weather_at_nine(raw_observation("2013-03-04 05:00"))["temp"])
    assert weather_at_nine(raw_observation("2013-03-04 06:00"))["temp"] == 50.0


def test_no_gust_means_that_the_wind_was_steady() -> None:
    assert weather_at_nine(raw_observation("2013-03-04 12:00", wind_speed=12.0))["wind_gust"] == 12.0


@pytest.mark.parametrize(("measure", "value"), [("wind_speed", 1048.36), ("humid", 101.0), ("visib", -1.0)])
def test_impossible_values_become_missing(measure: str, value: float) -> None:
    assert pd.isna(clean_weather(raw_weather(raw_observation("2013-03-04 12:00", **{measure: value}))).loc[0, measure])


def test_wind_is_a_vector_where_it_comes_from() -> None:
    known = weather_at_nine(raw_observation("2013-03-04 12:00", wind_dir=90.0, wind_speed=10.0))
    assert known["wind_east"] == pytest.approx(10.0)
    assert known["wind_north"] == pytest.approx(0.0)


def test_the_last_three_hours_are_summed_up_for_each_airport() -> None:
    hours = [raw_observation(f"2013-03-04 {hour}:00", precip=0.1, visib=hour - 3.0) for hour in (9, 10, 11, 12)]
    elsewhere = [raw_observation(f"2013-03-04 {hour}:00", "JFK", precip=1.0, visib=0.0) for hour in (10, 11, 12)]
    known = weather_at_nine(*hours, *elsewhere)
    assert known["precip_3h"] == pytest.approx(0.3)
    assert known["visib_low_3h"] == 7.0


def test_the_change_of_pressure_is_missing_where_the_earlier_hour_is() -> None:
    now = raw_observation("2013-03-04 12:00", pressure=1010.0)
    assert weather_at_nine(raw_observation("2013-03-04 09:00"), now)["pressure_change_3h"] == -5.0
    assert pd.isna(weather_at_nine(raw_observation("2013-03-04 10:00"), now)["pressure_change_3h"])


def test_flights_keep_their_order_and_their_labels() -> None:
    flights = clean_flights(raw_flights(raw_flight(clock=900), raw_flight(clock=600, flight=2)))[::-1]
    joined = with_weather(flights, clean_weather(raw_weather(raw_observation("2013-03-04 12:00"))))
    assert joined["flight"].tolist() == flights["flight"].tolist()
    assert joined.index.equals(flights.index)
    assert joined["temp"].notna().tolist() == [True, False]


def test_an_hour_that_is_given_twice_counts_once() -> None:
    twice = [raw_observation("2013-03-04 12:00", temp=30.0), raw_observation("2013-03-04 12:00", temp=90.0)]
    assert clean_weather(raw_weather(*twice))["temp"].tolist() == [30.0]
