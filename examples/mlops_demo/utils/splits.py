"""Learn from the past, choose on what came next, judge on what came last: time never runs backward."""

from __future__ import annotations

from datetime import date

import pandas as pd

from mlops_demo.utils.flights import landed

Day = str | date | pd.Timestamp


def before(rows: pd.DataFrame, day: Day) -> pd.DataFrame:
    """Landed flights of the days before ``day``."""
    return _filled(landed(rows.loc[rows["service_day"] < pd.Timestamp(day)]), rows, f"before {day}")


def between(rows: pd.DataFrame, first: Day, end: Day) -> pd.DataFrame:
    """Landed flights from ``first`` on, up to but without ``end``."""
    inside = (rows["service_day"] >= pd.Timestamp(first)) & (rows["service_day"] < pd.Timestamp(end))
    return _filled(landed(rows.loc[inside]), rows, f"from {first} to before {end}")


def since(rows: pd.DataFrame, day: Day) -> pd.DataFrame:
    """Landed flights of ``day`` and the days after it."""
    return _filled(landed(rows.loc[rows["service_day"] >= pd.Timestamp(day)]), rows, f"since {day}")


def _filled(part: pd.DataFrame, rows: pd.DataFrame, where: str) -> pd.DataFrame:
    if part.empty:
        days = rows["service_day"]
        raise ValueError(
            f"No flight landed {where}; the {len(rows)} flights span {days.min()} to {days.max()}. "
            "Check the variables months, validation_from and test_from."
        )
    return part
