"""Aircraft and airports: facts that do not change within the year, joined to each flight."""

from __future__ import annotations

import pandas as pd

PLANE_FEATURES = ["plane_age", "seats", "maker"]
AIRPORT_FEATURES = ["dest_lat", "dest_lon", "dest_altitude"]
UNKNOWN = "unknown"

_MAKERS = {"AIRBUS INDUSTRIE": "AIRBUS", "BOMBARDIER INC": "BOMBARDIER"}
_FIRST_AIRLINER = 1950

_CARIBBEAN = pd.DataFrame(
    [
        ("SJU", 18.4394, -66.0018, 9.0, "America/Puerto_Rico"),
        ("BQN", 18.4949, -67.1294, 237.0, "America/Puerto_Rico"),
        ("PSE", 18.0083, -66.5630, 29.0, "America/Puerto_Rico"),
        ("STT", 18.3373, -64.9734, 23.0, "America/Puerto_Rico"),
    ],
    columns=["dest", "dest_lat", "dest_lon", "dest_altitude", "dest_zone"],
)
"""Destinations of the flights that the airports' table leaves out."""


def clean_planes(raw: pd.DataFrame) -> pd.DataFrame:
    """``tailnum`` (unique), ``built`` (year, missing where unknown), ``seats``, ``maker`` (one name for each firm)."""
    maker = raw["manufacturer"].astype("str").str.strip().str.upper()
    merged = maker.replace(_MAKERS).mask(maker.str.startswith("MCDONNELL DOUGLAS"), "MCDONNELL DOUGLAS")
    planes = pd.DataFrame(
        {
            "tailnum": raw["tailnum"].astype("str").str.strip(),
            "built": raw["year"].astype("float64").where(raw["year"] >= _FIRST_AIRLINER),
            "seats": raw["seats"].astype("float64"),
            "maker": merged.fillna(UNKNOWN),
        }
    )
    return planes.dropna(subset=["tailnum"]).drop_duplicates("tailnum").sort_values("tailnum", ignore_index=True)


def clean_airports(raw: pd.DataFrame) -> pd.DataFrame:
    """``dest`` (code, unique), ``dest_lat``, ``dest_lon`` degrees, ``dest_altitude`` feet, ``dest_zone`` (IANA)."""
    airports = raw[["faa", "lat", "lon", "alt", "tzone"]].set_axis(_CARIBBEAN.columns, axis="columns")
    known = airports.dropna().astype({"dest_altitude": "float64"})
    together = pd.concat([known, _CARIBBEAN], ignore_index=True).drop_duplicates("dest")
    return together.sort_values("dest", ignore_index=True)


def with_planes(flights: pd.DataFrame, planes: pd.DataFrame) -> pd.DataFrame:
    """``flights`` with ``PLANE_FEATURES``; ``maker`` is "unknown" and the rest missing for unregistered aircraft."""
    joined = flights.merge(planes, on="tailnum", how="left", validate="many_to_one").set_index(flights.index)
    age = joined["service_day"].dt.year - joined["built"]
    return joined.drop(columns="built").assign(plane_age=age.clip(lower=0.0), maker=joined["maker"].fillna(UNKNOWN))


def with_airports(flights: pd.DataFrame, airports: pd.DataFrame) -> pd.DataFrame:
    """``flights`` with ``AIRPORT_FEATURES`` and ``dest_zone``, missing where the destination is not in the table."""
    return flights.merge(airports, on="dest", how="left", validate="many_to_one").set_index(flights.index)
