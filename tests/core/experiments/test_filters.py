from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.experiments.filters import parse
from blockwright.core.experiments.model import Link, TrackedRun, TrackedState
from blockwright.core.runs.model import RunId

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def tracked(**changed: object) -> TrackedRun:
    link = Link(
        *("a1", "shop", "train", "fit", RunId(7), "fit", 1, "shop/train", "first try", TrackedState.COMPLETED),
        waiting=False,
        created=NOW,
    )
    given: dict[str, object] = {
        "params": {"depth": "6", "kind": "forest", "learning rate": "0.1"},
        "metrics": {"rmse": 0.4, "val.loss": 0.25},
        "tags": {"stage": "trial"},
        **changed,
    }
    return TrackedRun(link, **given)  # type: ignore[arg-type]  # the fields of a table of cases


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("metrics.rmse < 0.5", True),
        ("metrics.rmse < 0.4", False),
        ("metrics.rmse <= 0.4", True),
        ("metrics.rmse >= 4e-1", True),
        ("metrics.val.loss = .25", True),
        ("metrics.mae < 1", False),  # there is none
        ("metrics.mae != 1", False),
        ("params.depth = 6", True),
        ("params.depth == 6.0", True),  # a number is a number, however it is written
        ("params.depth > 10", False),
        ("params.kind = forest", True),
        ("params.kind = 'forest'", True),
        ('params.kind != "tree"', True),
        ("params.kind like 'FOR%'", True),
        ("params.kind like '%tree'", False),
        ("params.kind like fo.est", False),  # a point is a point
        ("params.`learning rate` = 0.1", True),
        ("tags.stage = trial", True),
        ("pipeline = train and block = fit and run = 7", True),
        ("state = completed AND metrics.rmse < 1", True),
        ("experiment = 'shop/train'", True),
        ("name like 'first%'", True),
        ("pipeline = train and metrics.rmse < 0.1", False),
        ("   ", True),
    ],
)
def test_a_filter_says_which_runs_are_found(text: str, holds: bool) -> None:
    assert all(condition.holds(tracked()) for condition in parse(text)) is holds


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rmse < 1", "a metric is `metrics.rmse`"),
        ("metric.rmse < 1", "no `metric.…`"),
        ("metrics.rmse", "in the middle"),
        ("metrics.rmse < 1 or pipeline = x", "not `or`"),
        ("metrics.rmse < 1 and", "in the middle"),
        ("metrics.rmse 1 2", "comes a comparison"),
        ("metrics.rmse < <", "comes a value"),
        ("1 < metrics.rmse", "begins with a name"),
        ("metrics.rmse < 1; DROP TABLE run", "`; DROP TABLE run` makes no sense"),
        ("metrics.`a < 1", "makes no sense"),
        ("pipeline = " + "x" * 3_000, "2,000 characters"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_where_it_does_not(text: str, complaint: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert complaint in refused.value.message
    assert refused.value.code == "filter"


def test_what_is_no_number_compares_as_text() -> None:
    found = tracked(metrics={"rmse": float("nan")})
    assert not any(condition.holds(found) for condition in parse("metrics.rmse < 1"))
