"""Of all candidates the one with the least error on the validation months."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.checks import check
from mlops_demo.utils.training import CHOSEN_BY, Choice, Trained, choose

if "transformer" not in globals():
    from mage_ai.data_preparation.decorators import transformer
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@transformer
def choose_best(sklearn: list[Trained], xgboost: list[Trained], *args: Any, **kwargs: Any) -> Choice:
    """The chosen candidate with its model, and the leaderboard of all."""
    return choose([*sklearn, *xgboost])


@test
def test_none_is_better(chosen: Choice, *args: Any) -> None:
    least = min(line["validation"][CHOSEN_BY] for line in chosen["leaderboard"])
    check(chosen["validation"][CHOSEN_BY] == least, f"{chosen['name']} was chosen, but another has {CHOSEN_BY} {least}")
