"""The days a batch of predictions is for, and the flights as they are known then."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mlops_demo.utils.flights import clean_flights, known_on
from mlops_demo.utils.history import HISTORY_DAYS
from mlops_demo.utils.sources import read_flights

YEAR = 2013


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included."""

    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def name(self) -> str:
        """As in a file name: ``2013-12-24`` for a day, ``2013-12`` for a month."""
        return f"{self.first:%Y-%m-%d}" if self.first == self.last else f"{self.first:%Y-%m}"

    def holds(self, days: pd.Series) -> pd.Series:
        return days.between(self.first, self.last)


def period(month: object, day: object = None) -> Period:
    """A day of 2013, or the whole month when ``day`` is empty. Takes numbers or their text, as the command line has it.

    ValueError names what is wrong when there is no such day.
    """
    whole_month = day in (None, "", 0, "0")
    try:
        first = pd.Timestamp(year=YEAR, month=int(str(month)), day=1 if whole_month else int(str(day)))
    except ValueError as error:
        raise ValueError(
            f"month={month!r}, day={day!r} is no day of {YEAR}; give month 1 to 12, and a day or nothing for the month."
        ) from error
    return Period(first, first + pd.offsets.MonthEnd(0) if whole_month else first)


def flights_as_known(wanted: Period, folder: str | None = None) -> pd.DataFrame:
    """Clean flights of the period and of the days before it that its features look back to.

    Outcomes that were not known when the period's last day began are blanked, as they would be in earnest.
    """
    first_needed = wanted.first - pd.Timedelta(days=HISTORY_DAYS)
    months = range(first_needed.month if first_needed.year == YEAR else 1, wanted.last.month + 1)
    flights = clean_flights(read_flights(months, folder))
    needed = flights["service_day"].between(first_needed, wanted.last)
    return known_on(flights.loc[needed].reset_index(drop=True), wanted.last)
