"""Each flight of the months as a request to the prediction service, in the order of their departures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check, check_missing
from mlops_demo.utils.registry import MODEL
from mlops_demo.utils.traffic import ask_for

if "custom" not in globals():
    from mage_ai.data_preparation.decorators import custom
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@custom
def ask(features: pd.DataFrame, *args: Any, **kwargs: Any) -> pd.DataFrame:
    """What was asked and answered; of the months in `asked_months`."""
    asked = features["service_day"].dt.month.isin(kwargs["asked_months"])
    return ask_for(features.loc[asked], kwargs["service"], MODEL)


@test
def test_every_request_was_answered(asked: pd.DataFrame, *args: Any) -> None:
    check(len(asked) > 0, "no flight was in those months")
    check_missing(asked, {"predicted_delay": 0.0, "request_id": 0.0})
