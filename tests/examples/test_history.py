import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlops_demo.utils.flights import clean_flights
from mlops_demo.utils.history import HISTORY_DAYS, WINDOWS, Window, window_features, with_history

from tests.examples.tables import daily_delays, raw_flight, raw_flights
from tests.properties import examples

FIRST = pd.Timestamp("2013-03-01")
WEEK = Window("carrier", ("carrier",), 7)


def on(offset: int) -> str:
    return f"{FIRST + pd.Timedelta(days=offset):%Y-%m-%d}"


def test_the_daily_table_counts_planned_landed_and_late_flights() -> None:
    rows = [raw_flight(flight=number, arr_delay=delay) for number, delay in enumerate([16.0, 15.0, -5.0, None])]
    daily = daily_delays(clean_flights(raw_flights(*rows)))
    assert daily[["planned", "landed", "delay_minutes", "late"]].to_numpy().tolist() == [[4, 3, 26, 1]]


def test_yesterday_is_not_known_yet_but_the_day_before_is() -> None:
    rows = raw_flights(*(raw_flight(on(day), arr_delay=10.0 * day) for day in range(3)))
    known = window_features(
        daily_delays(clean_flights(rows)), Window("origin", ("origin",), 1), FIRST + pd.Timedelta(3, "D")
    )
    assert known["origin_delay_1d"].tolist()[2:] == [0.0, 10.0]
    assert known["origin_delay_1d"].isna().tolist()[:2] == [True, True]


def test_a_day_without_flights_is_a_day_of_the_window() -> None:
    rows = raw_flights(raw_flight(on(0), arr_delay=40.0), raw_flight(on(8), arr_delay=1.0), raw_flight(on(9)))
    known = window_features(daily_delays(clean_flights(rows)), WEEK, FIRST + pd.Timedelta(9, "D"))
    assert known.set_index("service_day")["carrier_delay_7d"].loc[FIRST + pd.Timedelta(8, "D")] == 40.0
    assert pd.isna(known.set_index("service_day")["carrier_delay_7d"].loc[FIRST + pd.Timedelta(9, "D")])


def test_a_carrier_that_never_flew_before_has_no_history() -> None:
    flights = clean_flights(raw_flights(raw_flight(on(0)), raw_flight(on(5), carrier="VX")))
    assert with_history(flights, daily_delays(flights))["carrier_delay_7d"].isna().all()


def test_lost_flights_are_a_share_of_the_planned() -> None:
    rows = [raw_flight(on(0)), raw_flight(on(0), flight=2, arr_delay=None), raw_flight(on(2))]
    flights = clean_flights(raw_flights(*rows))
    assert with_history(flights, daily_delays(flights))["carrier_lost_7d"].iloc[-1] == 0.5


@examples(12)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("AB"), st.integers(-60, 300)), min_size=1, max_size=30))
def test_each_window_is_the_plain_mean_over_its_days(plan: list[tuple[int, str, int]]) -> None:
    rows = [raw_flight(on(day), flight=n, carrier=who, arr_delay=delay) for n, (day, who, delay) in enumerate(plan)]
    flights = clean_flights(raw_flights(*rows))
    seen = with_history(flights, daily_delays(flights))
    for flight in seen.itertuples():
        newest = flight.service_day - pd.Timedelta(days=2)
        inside = flights["service_day"].between(newest - pd.Timedelta(days=6), newest)
        expected = flights.loc[inside & (flights["carrier"] == flight.carrier), "arr_delay"].mean()
        assert flight.carrier_delay_7d == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: f"{window.name}-{window.days}")
def test_days_before_the_needed_history_change_nothing(window: Window) -> None:
    flights = clean_flights(
        raw_flights(*(raw_flight(on(day), arr_delay=float(day * 7 % 11)) for day in range(HISTORY_DAYS + 20)))
    )
    last = flights["service_day"].max()
    recent = flights.loc[flights["service_day"] >= last - pd.Timedelta(days=HISTORY_DAYS)]
    full, short = (window_features(daily_delays(part), window, last).iloc[[-1]] for part in (flights, recent))
    pd.testing.assert_frame_equal(full.reset_index(drop=True), short.reset_index(drop=True), check_exact=True)
