"""Requests as they come, also from those who mean no good."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import pytest
from pydantic_core import from_json

from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.serving import rows
from blockwright.serving.refusals import Refusal

DELAY = Signature(
    (
        Field("distance", FieldType.NUMBER),
        Field("hour", FieldType.INTEGER, nullable=True),
        Field("carrier", FieldType.TEXT),
    )
)
NUMBERS = Signature((Field("a", FieldType.NUMBER), Field("b", FieldType.NUMBER)))
WANTED = {"distance": [500.0], "hour": [6], "carrier": ["UA"]}


@pytest.mark.parametrize(
    "document",
    [
        {"features": [500, 6, "UA"]},
        {"features": [[500, 6.0, "UA"]]},
        {"features": {"distance": 500, "hour": 6, "carrier": "UA"}},
        {"instances": [{"carrier": "UA", "hour": 6, "distance": 500.0}]},
        {"instances": [[500, 6, "UA"]], "key": "7", "model": "delay"},
        {"columns": {"hour": [6], "distance": [500], "carrier": ["UA"]}},
    ],
)
def test_every_form_of_a_row_is_understood(document: Any) -> None:
    found = rows.read(document, DELAY)
    assert (dict(found.columns), found.count) == (WANTED, 1)


def test_what_may_be_missing_may_be_missing() -> None:
    many = rows.read(
        {"instances": [{"distance": 1, "carrier": "a"}, {"distance": 2, "hour": None, "carrier": "b"}]}, DELAY
    )
    assert many.columns["hour"] == [None, None]
    columns = rows.read({"columns": {"distance": [1, 2], "carrier": ["a", "b"]}}, DELAY)
    assert dict(columns.columns) == dict(many.columns)


ROW = {"distance": 1.0, "hour": 2, "carrier": "UA"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([1, 2], ""),
        ("features", ""),
        (None, ""),
        ({}, ""),
        ({"features": [1], "instances": [1]}, ""),
        ({"features": [1, 2, "a"], "extra": 1}, "extra"),
        ({"features": []}, "features"),
        ({"features": "abc"}, "features"),
        ({"features": 1}, "features"),
        ({"features": [1, 2]}, "features"),
        ({"features": [1, 2, "a", 4]}, "features"),
        ({"features": [[1, 2, "a"], [1, 2]]}, "features[1]"),
        ({"features": [["x", 2, "a"]]}, "features[0][0]"),
        ({"features": [None, 2, "a"]}, "features[0]"),
        ({"features": [True, 2, "a"]}, "features[0]"),
        ({"features": [1e999, 2, "a"]}, "features[0]"),
        ({"features": [math.nan, 2, "a"]}, "features[0]"),
        ({"features": [10**400, 2, "a"]}, "features[0]"),
        ({"features": [1, 2.5, "a"]}, "features[1]"),
        ({"features": [1, 2**63, "a"]}, "features[1]"),
        ({"features": [1, 2, 3]}, "features[2]"),
        ({"features": [1, 2, "a" * 100_001]}, "features[2]"),
        ({"features": [1, 2, ["a"]]}, "features[2]"),
        ({"features": [1, 2, {"$eval": "a"}]}, "features[2]"),
        ({"instances": {"distance": 1.0, "hour": 2}}, "instances.carrier"),
        ({"instances": [ROW, {**ROW, "wind": 1}]}, "instances[1].wind"),
        ({"instances": [ROW, {"distance": 1, "hour": 2, "wind": "a"}]}, "instances[1].wind"),
        ({"instances": [ROW, 7]}, "instances[1]"),
        ({"instances": [{**ROW, "distance": "1"}]}, "instances[0].distance"),
        ({"instances": [ROW] * 10_001}, "instances"),
        ({"columns": []}, "columns"),
        ({"columns": {}}, "columns"),
        ({"columns": {"distance": 1}}, "columns.distance"),
        ({"columns": {"distance": [1], "carrier": ["a", "b"]}}, "columns"),
        ({"columns": {"distance": [], "carrier": []}}, "columns"),
        ({"columns": {"distance": [1], "carrier": ["a"], "wind": [1]}}, "columns.wind"),
        ({"columns": {"distance": [1, None], "carrier": ["a", "b"]}}, "columns.distance[1]"),
        ({"columns": {"distance": [1, 2]}}, "columns.carrier[0]"),
    ],
)
def test_what_is_wrong_is_named(document: Any, field: str) -> None:
    with pytest.raises(Refusal) as raised:
        rows.read(document, DELAY)
    assert (raised.value.field, raised.value.status) == (field, 422)
    assert len(raised.value.detail) < 500


def test_a_time_is_read_and_a_wrong_one_named() -> None:
    when = Signature((Field("at", FieldType.TIME),))
    assert rows.read({"features": ["2013-04-01T06:00:00"]}, when).columns["at"] == [datetime(2013, 4, 1, 6)]
    with pytest.raises(Refusal, match="must be a time"):
        rows.read({"features": ["yesterday"]}, when)


def test_without_a_signature_rows_must_be_alike_and_plain() -> None:
    assert dict(rows.read({"features": [1, "a", None]}, None).columns) == {"0": [1], "1": ["a"], "2": [None]}
    assert dict(rows.read({"instances": [{"a": 1}, {"a": True}]}, None).columns) == {"a": [1, True]}
    for document in (
        {"instances": [{"a": 1}, {"a": 1, "b": 2}]},
        {"instances": [{"a": 1}, [1]]},
        {"instances": [{}]},
        {"instances": [{"a": [1]}]},
        {"instances": [{"a": {"b": 1}}]},
        {"features": [1e999]},
    ):
        with pytest.raises(Refusal):
            rows.read(document, None)


def test_deep_json_ends_before_it_hurts() -> None:
    for text in (b"[" * 100_000, b'{"a":' * 50_000, b'{"features":' + b"[" * 190 + b"]" * 190 + b"}"):
        try:
            document = from_json(text, allow_inf_nan=False)
        except ValueError:
            continue
        with pytest.raises(Refusal):
            rows.read(document, NUMBERS)
