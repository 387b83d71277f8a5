import pandas as pd
import pytest
from mlops_demo.utils.fleet import with_airports
from mlops_demo.utils.flights import clean_flights
from mlops_demo.utils.timetable import holiday_distance, with_timetable

from tests.examples.tables import airports, raw_flight, raw_flights


def timetable(*rows: dict[str, object]) -> pd.DataFrame:
    return with_timetable(with_airports(clean_flights(raw_flights(*rows)), airports()))


@pytest.mark.parametrize(
    ("dest", "clock", "arrival", "minutes"),
    [
        ("BOS", 900, 1010, 70),
        ("ORD", 900, 1030, 150),
        ("LAX", 900, 1200, 360),
        ("BOS", 2330, 35, 65),
        ("SJU", 900, 1340, 220),
    ],
)
def test_planned_minutes_do_not_count_the_zones(dest: str, clock: int, arrival: int, minutes: int) -> None:
    flight = timetable(raw_flight("2013-03-04", clock, dest=dest, sched_arr_time=arrival)).iloc[0]
    assert flight["planned_minutes"] == minutes


def test_a_zone_without_summer_time_shifts_with_the_season() -> None:
    row = {"dest": "SJU", "sched_arr_time": 1340}
    both = timetable(raw_flight("2013-03-04", **row), raw_flight("2013-07-04", **row))
    assert both["planned_minutes"].tolist() == [220, 280]


def test_an_unknown_destination_has_no_planned_minutes() -> None:
    assert pd.isna(timetable(raw_flight(dest="XXX")).loc[0, "planned_minutes"])


def test_departures_count_cancelled_flights_too_and_only_the_same_airport_and_hour() -> None:
    rows = [
        raw_flight(clock=900),
        raw_flight(clock=959, flight=2, arr_delay=None),
        raw_flight(clock=930, flight=3, carrier="AA"),
        raw_flight(clock=1000, flight=4),
        raw_flight(clock=900, flight=5, origin="JFK"),
    ]
    flight = timetable(*rows).set_index("flight").loc[1]
    assert (flight["departures_in_hour"], flight["carrier_departures_in_hour"]) == (3, 2)


@pytest.mark.parametrize(
    ("day", "distance"),
    [("2013-07-04", 0), ("2013-07-01", -3), ("2013-07-06", 2), ("2013-06-10", 7), ("2013-12-29", -3)],
)
def test_distance_to_the_nearest_holiday(day: str, distance: int) -> None:
    assert holiday_distance(pd.Series([pd.Timestamp(day)])).tolist() == [distance]
