from __future__ import annotations

from dataclasses import replace

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.experiments.comparing import compare, order_key, require_order
from tests.core.experiments.test_filters import tracked


def test_what_differs_comes_first() -> None:
    other = tracked(params={"depth": "8", "kind": "forest"}, metrics={"rmse": 0.3, "val.loss": 0.25, "mae": 1.0})
    found = compare([tracked(), other])
    assert [(row.name, row.values, row.differs) for row in found.params] == [
        ("depth", ("6", "8"), True),
        ("learning rate", ("0.1", None), True),
        ("kind", ("forest", "forest"), False),
    ]
    assert [row.name for row in found.metrics] == ["mae", "rmse", "val.loss"]
    assert found.metrics[0].values == (None, 1.0)


def test_two_that_are_no_numbers_are_the_same() -> None:
    nothing = tracked(metrics={"rmse": float("nan")})
    assert not compare([nothing, replace(nothing)]).metrics[0].differs


@pytest.mark.parametrize("count", [0, 1, 21])
def test_as_many_as_one_can_look_at_are_compared(count: int) -> None:
    with pytest.raises(Invalid, match="From 2 to 20"):
        compare([tracked()] * count)


def test_runs_without_the_number_come_last() -> None:
    runs = [tracked(metrics={}), tracked(metrics={"rmse": 2.0}), tracked(metrics={"rmse": 1.0})]
    ordered = sorted(runs, key=lambda run: order_key(run, "metrics.rmse"))
    assert [run.metrics.get("rmse") for run in ordered] == [1.0, 2.0, None]


@pytest.mark.parametrize("by", ["rmse", "metrics.", "tags.x", ""])
def test_runs_are_sorted_by_metrics_and_parameters_only(by: str) -> None:
    with pytest.raises(Invalid, match="cannot be sorted"):
        require_order(by)
