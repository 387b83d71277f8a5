"""Where the destinations are, and which clock they keep."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check_missing, check_ranges, check_rows, check_unique
from mlops_demo.utils.fleet import clean_airports
from mlops_demo.utils.sources import read_airports

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_airports(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """One row for each airport: position, altitude, time zone."""
    return clean_airports(read_airports(kwargs.get("data_folder")))


@test
def test_airports(airports: pd.DataFrame, *args: Any) -> None:
    check_rows(airports)
    check_unique(airports, ["dest"])
    check_ranges(airports, {"dest_lat": (-90, 90), "dest_lon": (-180, 180)})
    check_missing(airports, dict.fromkeys(["dest_lat", "dest_lon", "dest_zone"], 0.0))
