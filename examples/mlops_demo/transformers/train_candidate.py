"""Train one candidate on the training months and measure it on the validation months.

The blocks `train_sklearn` and `train_xgboost` share this file: what differs is in the candidate."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check
from mlops_demo.utils.candidates import Candidate
from mlops_demo.utils.training import Trained, train

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def train_candidate(split: list[pd.DataFrame], candidate: Candidate, *args: Any, **kwargs: Any) -> Trained:
    """The model, its validation metrics, and what it was made from."""
    training, validation = split
    return train(candidate, training, validation)


@test
def test_errors_are_those_of_a_model_that_learned(trained: Trained, *args: Any) -> None:
    error = trained["validation"]["mae"]
    check(0.0 < error < 60.0, f"{trained['name']} is off by {error:.1f} minutes on the validation months")
