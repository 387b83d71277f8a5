"""What `register_model` makes of what a block hands it, without an engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright.sdk import context
from blockwright.sdk.models import fingerprint, register_model, tell_truth


class Model:
    def predict(self, rows: Any) -> Any:
        return [0] * len(rows)


@pytest.fixture
def handed() -> Iterator[list[tuple[str, Any, dict[str, Any]]]]:
    """What the engine is told."""
    told: list[tuple[str, Any, dict[str, Any]]] = []

    def hand_in(name: str, model: Any, facts: dict[str, Any], data: tuple[Any, Any]) -> dict[str, Any]:
        told.append((name, model, facts))
        return {"model": name, "version": len(told)}

    surroundings = context.BlockContext("shop", "/shop", "/shop", "train", "fit", 1, hand_in_model=hand_in)
    context.install(surroundings)
    yield told
    context.install(None)


def fields(facts: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {field["name"]: (field["type"], field["nullable"]) for field in facts["signature"]["inputs"]}


def test_the_signature_comes_from_the_frame(handed: Any) -> None:
    frame = pd.DataFrame(
        {
            "distance": [1.5, None],
            "hour": [1, 2],
            "late": [True, False],
            "carrier": ["UA", None],
            "at": pd.to_datetime(["2013-01-01", "2013-01-02"]),
            "kind": pd.Categorical(["a", "b"]),
        }
    )
    assert register_model("delay", Model(), example=frame) == 1
    assert fields(handed[0][2]) == {
        "distance": ("number", True),
        "hour": ("integer", False),
        "late": ("boolean", False),
        "carrier": ("text", True),
        "at": ("time", False),
        "kind": ("text", False),
    }
    assert handed[0][2]["example"][1]["distance"] is None


def test_the_signature_comes_from_arrays_and_rows_too(handed: Any) -> None:
    register_model("delay", Model(), example=np.array([[1.0, 2.0], [3.0, np.nan]]))
    register_model("delay", Model(), example=[{"a": 1, "b": "x"}, {"a": 2, "b": None}])
    polars = pytest.importorskip("polars")
    register_model("delay", Model(), example=polars.DataFrame({"a": [1, None], "b": ["x", "y"]}))
    assert [fields(told[2]) for told in handed] == [
        {"0": ("number", False), "1": ("number", True)},
        {"a": ("integer", False), "b": ("text", True)},
        {"a": ("integer", True), "b": ("text", False)},
    ]


def test_a_signature_that_is_given_counts(handed: Any) -> None:
    own = {"inputs": [{"name": "x", "type": "number", "nullable": False}]}
    register_model("delay", Model(), signature=own, example=pd.DataFrame({"y": [1]}))
    assert handed[0][2]["signature"] == own


def test_numbers_of_numpy_are_numbers(handed: Any) -> None:
    register_model("delay", Model(), metrics={"mae": np.float32(1.5)}, parameters={"depth": np.int64(3), "a": (1, 2)})
    assert (handed[0][2]["metrics"], handed[0][2]["parameters"]) == ({"mae": 1.5}, {"depth": 3, "a": [1, 2]})


def test_outside_of_a_block_it_says_where_it_belongs() -> None:
    with pytest.raises(RuntimeError, match="while Blockwright runs a block"):
        register_model("delay", Model())


def test_the_fingerprint_is_that_of_the_data() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    assert fingerprint(frame) == fingerprint(frame.copy()) != fingerprint(frame + 1)
    assert fingerprint(frame) != fingerprint(frame.rename(columns={"a": "b"}))
    assert fingerprint(frame["a"]) == fingerprint(frame["a"].copy())
    assert fingerprint(np.ones(3)) != fingerprint(np.ones(4))
    assert fingerprint("march") == "march"
    assert fingerprint(None) == ""
    assert fingerprint([1, 2]) == fingerprint([1, 2])


def test_truths_are_sent_in_parts_that_fit() -> None:
    asked: list[tuple[str, list[dict[str, Any]]]] = []

    class Engine:
        def ask(self, what: str, **details: Any) -> Any:
            asked.append((f"{what} {details['model']}", details["truths"]))
            return len(details["truths"])

        def emit(self, frame: Any) -> None:
            raise AssertionError(frame)

    context.install(context.BlockContext("shop", "/shop", "/shop", "train", "fit", 1, channel=Engine()))
    try:
        frame = pd.DataFrame({"key": [f"order {n}" for n in range(3_000)], "actual": np.arange(3_000) / 2, "more": "x"})
        assert tell_truth("delay", frame) == 3_000
        assert tell_truth("delay", []) == 0
    finally:
        context.install(None)
    assert {what for what, _ in asked} == {"truth delay"}
    assert [row for _, part in asked for row in part] == [{"key": f"order {n}", "actual": n / 2} for n in range(3_000)]
    assert len(asked) > 1
    assert max(len(json.dumps(part)) for _, part in asked) < 50_000
