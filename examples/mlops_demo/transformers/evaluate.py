"""The chosen model on the untouched test months, beside what one would say without a model."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check
from mlops_demo.utils.training import Choice, Evaluation, evaluate

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def judge(chosen: Choice, split: list[pd.DataFrame], test_rows: pd.DataFrame, *args: Any, **kwargs: Any) -> Evaluation:
    """Metrics of the model, by month too, and of each baseline."""
    training, _ = split
    return evaluate(chosen, training, test_rows)


@test
def test_the_model_beats_every_baseline(evaluation: Evaluation, *args: Any) -> None:
    for metric in ("mae", "rmse"):
        error = evaluation["test"][metric]
        for name, baseline in evaluation["baselines"].items():
            check(error < baseline[metric], f"{metric} {error:.2f} does not beat {baseline[metric]:.2f} of the {name}")


@test
def test_the_model_explains_something(evaluation: Evaluation, *args: Any) -> None:
    check(evaluation["test"]["r2"] > 0.0, f"R² on the test months is {evaluation['test']['r2']:.3f}")
