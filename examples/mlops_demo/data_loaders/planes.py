"""The register of aircraft, cleaned."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check_missing, check_ranges, check_rows, check_unique
from mlops_demo.utils.fleet import clean_planes
from mlops_demo.utils.sources import read_planes

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_planes(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """One row for each tail number: year built, seats, maker."""
    return clean_planes(read_planes(kwargs.get("data_folder")))


@test
def test_register(planes: pd.DataFrame, *args: Any) -> None:
    check_rows(planes)
    check_unique(planes, ["tailnum"])
    check_ranges(planes, {"built": (1950, 2013), "seats": (1, 900)})
    check_missing(planes, {"built": 0.1, "seats": 0.01, "maker": 0.0})
