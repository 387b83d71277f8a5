"""How punctual carriers, routes and airports have been of late, as known on the day of the flight.

Day D sees the days up to D - ``OUTCOME_LAG_DAYS`` only. Input is the daily table of ``daily_delays.sql``: one row for
each ``service_day``, ``carrier``, ``origin``, ``dest`` with ``planned``, ``landed``, ``delay_minutes``, ``late``.
All are whole numbers, so rolling sums are exact: a longer history behind the window cannot change a digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mlops_demo.utils.flights import OUTCOME_LAG_DAYS

TOTALS = ["planned", "landed", "delay_minutes", "late"]


@dataclass(frozen=True, slots=True)
class Window:
    """The flights that share ``keys``, over ``days`` days that end when the newest outcomes were known."""

    name: str
    keys: tuple[str, ...]
    days: int

    @property
    def features(self) -> tuple[str, str, str]:
        """Mean delay in minutes, share more than 15 minutes late, share of planned flights that did not arrive."""
        return f"{self.name}_delay_{self.days}d", f"{self.name}_late_{self.days}d", f"{self.name}_lost_{self.days}d"


WINDOWS = (
    Window("origin", ("origin",), 1),
    Window("origin", ("origin",), 7),
    Window("carrier", ("carrier",), 7),
    Window("carrier", ("carrier",), 28),
    Window("route", ("origin", "dest"), 28),
    Window("service", ("carrier", "origin", "dest"), 28),
)
HISTORY_FEATURES = [feature for window in WINDOWS for feature in window.features]
HISTORY_DAYS = max(window.days for window in WINDOWS) + OUTCOME_LAG_DAYS
"""With this many days before the first flight, its features are the same as with all of history."""


def with_history(flights: pd.DataFrame, daily: pd.DataFrame) -> pd.DataFrame:
    """``flights`` with ``HISTORY_FEATURES``; missing where no such flight was planned or landed in the window."""
    daily = daily.assign(service_day=pd.to_datetime(daily["service_day"]).astype(flights["service_day"].dtype))
    for window in WINDOWS:
        known = window_features(daily, window, last_day=flights["service_day"].max())
        flights = flights.merge(known, on=["service_day", *window.keys], how="left", validate="many_to_one")
    return flights


def window_features(daily: pd.DataFrame, window: Window, last_day: pd.Timestamp) -> pd.DataFrame:
    """The window's features for every day up to ``last_day`` on which they may be used."""
    totals = _rolling_totals(daily, window, last_day)
    delay, late, lost = window.features
    landed = totals["landed"].where(totals["landed"] > 0)
    planned = totals["planned"].where(totals["planned"] > 0)
    features = pd.DataFrame(
        {
            delay: totals["delay_minutes"] / landed,
            late: totals["late"] / landed,
            lost: 1.0 - totals["landed"] / planned,
        }
    )
    return features.reset_index()


def _rolling_totals(daily: pd.DataFrame, window: Window, last_day: pd.Timestamp) -> pd.DataFrame:
    """``TOTALS`` over the window for each day and key, moved forward to the day that may know them."""
    by_day = daily.groupby(["service_day", *window.keys])[TOTALS].sum()
    wide = by_day.unstack(list(window.keys), fill_value=0)
    calendar = pd.date_range(
        daily["service_day"].min(), last_day, unit=daily["service_day"].dt.unit, name="service_day"
    )
    rolled = wide.reindex(calendar, fill_value=0).astype("float64").rolling(window.days, min_periods=1).sum()
    return pd.DataFrame(rolled.shift(OUTCOME_LAG_DAYS).stack(list(window.keys), future_stack=True))
