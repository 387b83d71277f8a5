"""What is kept of the data that a model was trained on."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright.runner.references import MOST_CATEGORIES, QUANTILES, reference_of

FRAME = pd.DataFrame(
    {
        "distance": [3.0, 1.0, None, 2.0],
        "hour": [1, 2, 3, 4],
        "carrier": ["UA", None, "AA", "UA"],
        "late": [True, False, True, True],
        "kind": pd.Categorical(["a", "b", "a", "a"]),
        "at": pd.date_range("2026-01-01", periods=4),
        "label": [0.0, 1.0, 0.0, 1.0],
    }
)
INPUTS = ["distance", "hour", "carrier", "late", "kind", "at"]


class Hour:
    def predict(self, frame: Any) -> Any:
        assert "label" not in frame
        return frame["hour"].to_numpy() * 10.0


def made(training: Any = FRAME, held_out: Any = None, inputs: list[str] | None = None, model: Any = None) -> Any:
    """As it is read again from its JSON."""
    document = reference_of(model or Hour(), training, held_out, INPUTS if inputs is None else inputs)
    return json.loads(json.dumps(document, allow_nan=False))


def test_each_column_by_its_type() -> None:
    features = made()["features"]
    assert list(features) == INPUTS
    assert features["distance"] == {"kind": "number", "rows": 4, "missing": 0.25, "quantiles": [1.0, 2.0, 3.0]}
    assert features["carrier"] == {
        "kind": "category",
        "rows": 4,
        "missing": 0.25,
        "categories": {"UA": 2, "AA": 1},
        "other": 0,
    }
    assert features["late"]["categories"] == {"true": 3, "false": 1}
    assert features["kind"]["categories"] == {"a": 3, "b": 1}
    assert features["at"] == {"kind": "other", "rows": 4, "missing": 0.0}


def test_predictions_are_those_of_data_that_the_model_has_not_seen() -> None:
    assert made()["predictions"]["quantiles"] == [10.0, 20.0, 30.0, 40.0]
    assert made(held_out=FRAME.head(2))["predictions"]["quantiles"] == [10.0, 20.0]
    assert made(held_out="march")["predictions"]["rows"] == 4


def test_a_model_that_cannot_take_the_data_has_no_predictions() -> None:
    class Broken:
        def predict(self, frame: Any) -> Any:
            raise ValueError("no wind")

    assert made(model=Broken())["predictions"] is None
    assert made(inputs=[*INPUTS, "wind"])["predictions"] is None


def test_many_values_are_kept_by_some() -> None:
    frame = pd.DataFrame({"a": np.arange(100_000.0), "name": [f"n{n}" for n in range(100_000)]})
    frame["word"] = [f"w{n % 300}" for n in range(100_000)]
    features = made(frame, inputs=["a", "name", "word"], model=object())["features"]
    quantiles = features["a"]["quantiles"]
    assert (len(quantiles), quantiles[0], quantiles[500], quantiles[-1]) == (QUANTILES, 0.0, 50_000.0, 99_999.0)
    assert features["name"]["kind"] == "other"
    assert len(features["word"]["categories"]) == MOST_CATEGORIES
    assert features["word"]["other"] + sum(features["word"]["categories"].values()) == 100_000


def test_other_tables() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"distance": [1.0, 2.0], "hour": [1, 2]})
    assert made(frame, inputs=["distance", "hour"])["features"]["hour"]["quantiles"] == [1.0, 2.0]
    array = made(np.array([[1.0, 2.0], [3.0, 4.0]]), inputs=["x", "hour"])
    assert array["features"]["x"]["quantiles"] == [1.0, 3.0]


@pytest.mark.parametrize("training", [None, "fingerprint", [1, 2], FRAME.head(0)])
def test_what_is_no_table_has_no_reference(training: Any) -> None:
    assert reference_of(Hour(), training, None, INPUTS) is None
