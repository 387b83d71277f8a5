"""What to try with XGBoost: one child trains each."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.candidates import Candidate, as_children

if "custom" not in globals():
    from mage_ai.data_preparation.decorators import custom

SHARED = {"subsample": 0.8, "colsample_bytree": 0.6, "min_child_weight": 50}
CANDIDATES: list[Candidate] = [
    {
        "name": "xgboost_huber",
        "family": "xgboost",
        "parameters": SHARED
        | {
            "objective": "reg:pseudohubererror",
            "huber_slope": 15,
            "n_estimators": 200,
            "max_depth": 6,
            "learning_rate": 0.1,
        },
    },
    {
        "name": "xgboost_median",
        "family": "xgboost",
        "parameters": SHARED
        | {"objective": "reg:absoluteerror", "n_estimators": 150, "max_depth": 7, "learning_rate": 0.15},
    },
    {
        "name": "xgboost_mean",
        "family": "xgboost",
        "parameters": SHARED
        | {"objective": "reg:squarederror", "n_estimators": 200, "max_depth": 6, "learning_rate": 0.05},
    },
]


@custom
def list_candidates(*args: Any, **kwargs: Any) -> list[list[Any]]:
    """The candidates, and the name of the child that trains each."""
    return as_children(CANDIDATES)
