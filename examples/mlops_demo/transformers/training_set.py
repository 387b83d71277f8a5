"""The months to learn from and the months to choose by. The test months are not here, so no trainer can see them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_missing
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.splits import before, between

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def split(features: pd.DataFrame, *args: Any, **kwargs: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Landed flights before `validation_from`, and from there to before `test_from`: two outputs."""
    validation_from, test_from = kwargs["validation_from"], kwargs["test_from"]
    return before(features, validation_from), between(features, validation_from, test_from)


@test
def test_validation_comes_after_training(training: pd.DataFrame, validation: pd.DataFrame, *args: Any) -> None:
    newest, oldest = training["service_day"].max(), validation["service_day"].min()
    check(newest < oldest, f"training reaches {newest:%Y-%m-%d}, validation begins {oldest:%Y-%m-%d}")


@test
def test_every_outcome_is_known(training: pd.DataFrame, validation: pd.DataFrame, *args: Any) -> None:
    check_missing(training, {TARGET: 0.0})
    check_missing(validation, {TARGET: 0.0})
