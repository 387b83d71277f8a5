from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.io.column_names import RESERVED_WORDS, clean_column_names, clean_name
from blockwright.io.column_types import ColumnType, Kind, infer_type
from blockwright.io.column_values import python_values, to_json


@given(st.lists(st.text(max_size=12), max_size=12))
def test_cleaned_names_are_distinct_words_that_no_database_reserves(names: list[str]) -> None:
    cleaned = clean_column_names(names)
    assert len({name.lower() for name in cleaned}) == len(names)
    assert all(name and not name[0].isdigit() and name.lower() not in RESERVED_WORDS for name in cleaned)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [("Max Speed!", "max_speed_"), ("1st", "letter_1st"), ("order", "_order"), ("a\nb", "ab"), (5, "letter_5")],
)
def test_names_are_cleaned_as_in_mage(name: object, cleaned: str) -> None:
    assert clean_column_names([name]) == [cleaned]


def test_case_and_reserved_words_may_stay() -> None:
    assert clean_column_names(["Order"], allow_reserved_words=True, case_sensitive=True) == ["Order"]
    assert clean_name("Ab", case_sensitive=True) == "Ab"


DAY = dt.date(2024, 1, 2)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False], Kind.BOOLEAN),
        ([1, 2], Kind.SMALLINT),
        ([-40_000], Kind.INTEGER),
        ([2**40], Kind.BIGINT),
        ([2**70], Kind.NUMERIC),
        ([1.5, None], Kind.DOUBLE),
        ([decimal.Decimal("1.2"), 1], Kind.NUMERIC),
        (pd.to_datetime(["2024-01-01"]), Kind.TIMESTAMP),
        (pd.to_datetime(["2024-01-01"], utc=True), Kind.TIMESTAMPTZ),
        (pd.to_timedelta([1], unit="s"), Kind.INTERVAL),
        ([DAY, None], Kind.DATE),
        ([DAY, dt.datetime(2024, 1, 1)], Kind.TIMESTAMP),
        ([dt.time(1)], Kind.TIME),
        (["x", None], Kind.TEXT),
        ([None, None], Kind.TEXT),
        ([b"x"], Kind.BYTES),
        ([uuid.UUID(int=1)], Kind.UUID),
        ([{"a": 1}], Kind.JSON),
        ([1, "x"], Kind.JSON),
        (pd.Categorical(["a", "b"]), Kind.TEXT),
        (pd.array([1, None], dtype="Int64"), Kind.SMALLINT),
        ([[{"a": 1}]], Kind.JSON),
        ([[[1]]], Kind.JSON),
    ],
)
def test_the_kind_of_a_column_is_told_from_its_values(values: Any, kind: Kind) -> None:
    assert infer_type(pd.Series(values)).kind is kind


@pytest.mark.parametrize(
    ("values", "element"),
    [([[1], [2.5]], Kind.DOUBLE), ([["a"], []], Kind.TEXT), ([np.array([1, 2])], Kind.BIGINT), ([[None]], Kind.TEXT)],
)
def test_a_list_knows_its_items(values: Any, element: Kind) -> None:
    assert infer_type(pd.Series(values)) == ColumnType(Kind.LIST, element)


def test_missing_values_are_none_and_json_is_text() -> None:
    column = pd.Series([{"a": float("nan"), "d": DAY}, None], dtype=object)
    text, missing = python_values(column, infer_type(column))
    assert json.loads(text) == {"a": None, "d": "2024-01-02"}
    assert missing is None


def test_times_lose_their_nanoseconds_silently() -> None:
    column = pd.Series(pd.to_datetime(["2024-01-01 00:00:00.123456789", None]))
    assert python_values(column, infer_type(column)) == [dt.datetime(2024, 1, 1, 0, 0, 0, 123456), None]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.decimals(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_every_value_becomes_strict_json(value: Any) -> None:
    json.loads(to_json(value), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
