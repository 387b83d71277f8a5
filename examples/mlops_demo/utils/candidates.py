"""Candidates as data: what to train, before anything of scikit-learn or XGBoost is imported."""

from __future__ import annotations

from typing import Any, TypedDict


class Candidate(TypedDict):
    """``family`` is "ridge", "hist_gradient_boosting" or "xgboost"; ``parameters`` are its regressor's own."""

    name: str
    family: str
    parameters: dict[str, Any]


def as_children(candidates: list[Candidate]) -> list[list[Any]]:
    """What a dynamic block returns: the items, and for each the name of the child that trains it."""
    return [list(candidates), [{"block_uuid": candidate["name"]} for candidate in candidates]]
