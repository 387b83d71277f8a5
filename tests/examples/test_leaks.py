"""Nothing that happens after a flight's prediction moment may change what the model is told about it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.flights import FLIGHT_KEY, OUTCOME_LAG_DAYS, clean_flights
from mlops_demo.utils.weather import REPORTING_DELAY

from tests.examples.tables import features_of, raw_flight, raw_flights, raw_observation, raw_weather
from tests.properties import examples

FIRST = pd.Timestamp("2013-03-06")  # summer time begins on the 10th, within the drawn days
DAYS = 8

plans = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from([510, 905, 1330, 2155, 2359]),
        st.sampled_from(["UA", "AA"]),
        st.sampled_from(["EWR", "JFK"]),
        st.sampled_from(["ORD", "LAX", "SJU"]),
        st.one_of(st.none(), st.integers(-60, 600)),
    ),
    min_size=2,
    max_size=12,
)
skies = st.tuples(st.integers(0, 999), st.sampled_from([1.0, 0.6, 0.05]))
"""A seed, and the share of hours that have an observation."""


def table_of(plan: list[tuple[int, int, str, str, str, int | None]]) -> pd.DataFrame:
    rows = [
        raw_flight(
            f"{FIRST + pd.Timedelta(days=day):%Y-%m-%d}",
            clock,
            carrier=carrier,
            origin=origin,
            dest=dest,
            flight=number,
            arr_delay=delay,
        )
        for number, (day, clock, carrier, origin, dest, delay) in enumerate(plan)
    ]
    return raw_flights(*rows)


def weather_of(sky: tuple[int, float]) -> pd.DataFrame:
    seed, share = sky
    draw = np.random.default_rng(seed)
    return raw_weather(
        *(
            raw_observation(str(FIRST + pd.Timedelta(hours=hour)), origin, temp=temp, pressure=1000.0 + temp)
            for hour in range((DAYS + 1) * 24)
            for origin in ("EWR", "JFK")
            for temp in [float(draw.integers(0, 90))]
            if draw.random() < share
        )
    )


def told(flights: pd.DataFrame, weather: pd.DataFrame, flight: int) -> pd.DataFrame:
    features = features_of(flights, weather)
    return features.loc[features["flight"] == flight, FLIGHT_KEY[:1] + FEATURES].reset_index(drop=True)


@pytest.mark.slow
@examples(16)
@given(plans, skies, st.data())
def test_what_happens_later_changes_no_feature(plan: list, sky: tuple[int, float], data: st.DataObject) -> None:
    flights, weather = table_of(plan), weather_of(sky)
    number = data.draw(st.integers(0, len(plan) - 1))
    moment = clean_flights(flights).set_index("flight").loc[number, "prediction_moment"]

    other = flights.copy()
    unknown = [day > plan[number][0] - OUTCOME_LAG_DAYS for day, *_ in plan]
    other.loc[unknown, "arr_delay"] = data.draw(st.sampled_from([None, -30.0, 777.0]))
    later = pd.to_datetime(weather["time_hour"], utc=True) + REPORTING_DELAY > moment
    changed = weather.assign(temp=weather["temp"].mask(later, 99.0), precip=weather["precip"].mask(later, 5.0))
    shorter = changed if data.draw(st.booleans()) else weather.loc[~later]

    pd.testing.assert_frame_equal(told(other, shorter, number), told(flights, weather, number), check_exact=True)


@pytest.mark.slow
@examples(8)
@given(plans, skies, st.integers(0, DAYS - 1))
def test_features_on_history_cut_after_a_day_equal_those_on_all_of_it(
    plan: list, sky: tuple[int, float], cut: int
) -> None:
    flights, weather = table_of(plan), weather_of(sky)
    until_then = flights.loc[[day <= cut for day, *_ in plan]]
    if until_then.empty:
        return
    whole = features_of(flights, weather)
    expected = whole.loc[whole["service_day"] <= FIRST + pd.Timedelta(days=cut)]
    pd.testing.assert_frame_equal(features_of(until_then, weather), expected, check_exact=True)


@pytest.mark.slow
@examples(5)
@given(plans, skies, st.randoms(use_true_random=False))
def test_the_order_of_the_source_changes_nothing(plan: list, sky: tuple[int, float], random: object) -> None:
    flights, weather = table_of(plan), weather_of(sky)
    seed = random.randint(0, 1000)  # type: ignore[attr-defined]
    shuffled = features_of(flights.sample(frac=1.0, random_state=seed), weather.sample(frac=1.0, random_state=seed))
    pd.testing.assert_frame_equal(shuffled, features_of(flights, weather), check_exact=True)


def test_a_flights_own_outcome_is_no_feature() -> None:
    plan = [(5, 905, "UA", "EWR", "ORD", 10)]
    other = [(5, 905, "UA", "EWR", "ORD", 500)]
    assert told(table_of(plan), weather_of((0, 0.0)), 0).equals(told(table_of(other), weather_of((0, 0.0)), 0))
