"""Small raw tables in the shape of the real ones, and the path from them to features."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
from mlops_demo.utils.features import build_features
from mlops_demo.utils.fleet import clean_airports, clean_planes
from mlops_demo.utils.flights import NEW_YORK, clean_flights
from mlops_demo.utils.weather import MEASURES, clean_weather

PROJECT = Path(__file__).parents[2] / "examples" / "mlops_demo"
CALM = {
    "temp": 50.0,
    "dewp": 40.0,
    "humid": 60.0,
    "wind_dir": 90.0,
    "wind_speed": 10.0,
    "wind_gust": None,
    "precip": 0.0,
    "pressure": 1015.0,
    "visib": 10.0,
}


def raw_flight(day: str = "2013-03-04", clock: int = 900, **changes: object) -> dict[str, object]:
    """One raw row; ``clock`` is the scheduled local departure as HHMM."""
    date = pd.Timestamp(day)
    hour = (date + pd.Timedelta(hours=clock // 100)).tz_localize(NEW_YORK, ambiguous=True).tz_convert("UTC")
    row: dict[str, object] = {
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "sched_dep_time": clock,
        "sched_arr_time": (clock + 300) % 2400,
        "carrier": "UA",
        "flight": 1,
        "tailnum": "N10156",
        "origin": "EWR",
        "dest": "ORD",
        "distance": 719,
        "time_hour": f"{hour:%Y-%m-%dT%H:%M:%SZ}",
        "arr_delay": 5.0,
    }
    return row | changes


def raw_flights(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows)).astype({"arr_delay": "float64"})


def raw_observation(hour: str, origin: str = "EWR", **changes: object) -> dict[str, object]:
    """One raw row of the weather; ``hour`` in UTC such as "2013-03-04 12:00"."""
    return {"origin": origin, "time_hour": f"{pd.Timestamp(hour):%Y-%m-%dT%H:%M:%SZ}", **CALM, **changes}


def raw_weather(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["origin", "time_hour", *MEASURES])


def planes() -> pd.DataFrame:
    columns = ["tailnum", "year", "manufacturer", "seats"]
    return clean_planes(pd.DataFrame([("N10156", 2004.0, "EMBRAER", 55)], columns=columns))


def airports() -> pd.DataFrame:
    rows = [
        ("ORD", 41.98, -87.9, 668, "America/Chicago"),
        ("LAX", 33.94, -118.41, 126, "America/Los_Angeles"),
        ("BOS", 42.36, -71.01, 19, "America/New_York"),
    ]
    return clean_airports(pd.DataFrame(rows, columns=["faa", "lat", "lon", "alt", "tzone"]))


def daily_delays(flights: pd.DataFrame) -> pd.DataFrame:
    """The project's own SQL over ``flights``."""
    query = (PROJECT / "transformers" / "daily_delays.sql").read_text().replace("{{ df_1 }}", "flights")
    with duckdb.connect() as connection:
        connection.register("flights", flights)
        return connection.execute(query).df()


def features_of(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Features of raw ``flights`` under raw ``weather``."""
    clean = clean_flights(flights)
    return build_features(clean, clean_weather(weather), planes(), airports(), daily_delays(clean))
