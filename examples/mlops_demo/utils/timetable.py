"""What the timetable alone tells about a flight. It is published long before any prediction is made."""

from __future__ import annotations

import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from mlops_demo.utils.flights import NEW_YORK

TIMETABLE_FEATURES = [
    "departure_minute",
    "arrival_minute",
    "weekday",
    "holiday_distance",
    "planned_minutes",
    "planned_speed",
    "departures_in_hour",
    "carrier_departures_in_hour",
]
FARTHEST_HOLIDAY = 7
_DAY = 24 * 60


def with_timetable(flights: pd.DataFrame) -> pd.DataFrame:
    """``flights`` (with ``dest_zone``) with ``TIMETABLE_FEATURES``.

    ``planned_minutes`` gate to gate · ``planned_speed`` miles per planned minute · ``holiday_distance`` days to the
    nearest federal holiday, before (negative) or after it, at most a week · ``departures_in_hour`` flights planned
    from the same airport within the same clock hour, this one included, cancelled ones too.

    The month is left out on purpose: a model that trains on January to September can learn nothing for November.
    """
    planned = planned_minutes(flights)
    hour = flights["scheduled_departure"].dt.floor("h")
    return flights.assign(
        weekday=flights["service_day"].dt.day_of_week,
        holiday_distance=holiday_distance(flights["service_day"]),
        planned_minutes=planned,
        planned_speed=flights["distance"] / planned.where(planned > 0),
        departures_in_hour=_size(flights, [flights["origin"], hour]),
        carrier_departures_in_hour=_size(flights, [flights["origin"], flights["carrier"], hour]),
    )


def planned_minutes(flights: pd.DataFrame) -> pd.Series:
    """Gate to gate as planned; both clocks are local, so the zones' difference at departure is taken out."""
    shift = offset_minutes(flights["scheduled_departure"], flights["dest_zone"]) - offset_minutes(
        flights["scheduled_departure"], pd.Series(NEW_YORK, index=flights.index)
    )
    return (flights["arrival_minute"] - flights["departure_minute"] - shift) % _DAY


def offset_minutes(moments: pd.Series, zones: pd.Series) -> pd.Series:
    """Minutes that the local clock of each zone is ahead of UTC at each moment; missing where the zone is."""
    offsets = pd.Series(float("nan"), index=moments.index)
    for zone, rows in zones.groupby(zones).groups.items():
        there = moments.loc[rows]
        local = there.dt.tz_convert(str(zone)).dt.tz_localize(None)
        offsets.loc[rows] = (local - there.dt.tz_localize(None)).dt.total_seconds() / 60.0
    return offsets


def holiday_distance(days: pd.Series) -> pd.Series:
    """Days since (positive) or until (negative) the nearest federal holiday, cut at ``FARTHEST_HOLIDAY``."""
    margin = pd.Timedelta(days=FARTHEST_HOLIDAY)
    first, last = days.min() - margin, days.max() + margin
    reach = range(-FARTHEST_HOLIDAY, FARTHEST_HOLIDAY + 1)
    nearest: dict[pd.Timestamp, int] = {}
    for holiday in USFederalHolidayCalendar().holidays(first, last):
        for distance in sorted(reach, key=abs):
            day = holiday + pd.Timedelta(days=distance)
            if abs(distance) < abs(nearest.get(day, FARTHEST_HOLIDAY + 1)):
                nearest[day] = distance
    return days.map(nearest).fillna(FARTHEST_HOLIDAY).astype("int64")


def _size(flights: pd.DataFrame, keys: list[pd.Series]) -> pd.Series:
    return flights.groupby(keys)["flight"].transform("size")
