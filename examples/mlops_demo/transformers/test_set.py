"""The last months, kept apart: only the evaluation is wired to them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_missing
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.splits import since

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def keep_apart(features: pd.DataFrame, *args: Any, **kwargs: Any) -> pd.DataFrame:
    """Landed flights from `test_from` on."""
    return since(features, kwargs["test_from"])


@test
def test_only_late_months_with_known_outcomes(rows: pd.DataFrame, *args: Any, **kwargs: Any) -> None:
    oldest = rows["service_day"].min()
    check(oldest >= pd.Timestamp(kwargs["test_from"]), f"the test set begins on {oldest:%Y-%m-%d}")
    check_missing(rows, {TARGET: 0.0})
