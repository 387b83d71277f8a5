"""What to try with scikit-learn: one child trains each."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.candidates import Candidate, as_children

if "custom" not in globals():
    from mage_ai.data_preparation.decorators import custom

TREES = "hist_gradient_boosting"
CANDIDATES: list[Candidate] = [
    {"name": "ridge", "family": "ridge", "parameters": {"alpha": 100.0}},
    {
        "name": "trees_median",
        "family": TREES,
        "parameters": {"loss": "absolute_error", "max_iter": 150, "learning_rate": 0.1},
    },
    {
        "name": "trees_median_deep",
        "family": TREES,
        "parameters": {
            "loss": "absolute_error",
            "max_iter": 200,
            "learning_rate": 0.1,
            "max_leaf_nodes": 63,
            "min_samples_leaf": 200,
        },
    },
    {
        "name": "trees_mean",
        "family": TREES,
        "parameters": {"loss": "squared_error", "max_iter": 200, "learning_rate": 0.05, "min_samples_leaf": 200},
    },
]


@custom
def list_candidates(*args: Any, **kwargs: Any) -> list[list[Any]]:
    """The candidates, and the name of the child that trains each."""
    return as_children(CANDIDATES)
