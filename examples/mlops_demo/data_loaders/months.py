"""One child for each month of the variable `months`: the children load side by side."""

from __future__ import annotations

from typing import Any

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def list_months(*args: Any, **kwargs: Any) -> list[list[Any]]:
    """The months, and the name of the child that loads each."""
    months = [int(month) for month in kwargs.get("months", range(1, 13))]
    return [months, [{"block_uuid": f"month_{month:02d}"} for month in months]]


@test
def test_months_are_distinct_and_of_the_year(numbers: list[int], *args: Any) -> None:
    if not numbers or len(set(numbers)) != len(numbers) or not set(numbers) <= set(range(1, 13)):
        raise AssertionError(f"the variable `months` must hold distinct numbers from 1 to 12, not {numbers}")
