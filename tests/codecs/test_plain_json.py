from __future__ import annotations

import enum
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given

from blockwright.codecs import plain_json
from tests.codecs.samples import json_values, odd_objects, same


class Colour(enum.IntEnum):
    RED = 1


class Name(str):
    pass


@given(json_values)
def test_what_is_plain_comes_back_exactly(value: Any) -> None:
    data = plain_json.encode(value)
    assert data is not None
    assert same(plain_json.decode(data), value)


@given(odd_objects)
def test_nothing_comes_back_changed(value: Any) -> None:
    data = plain_json.encode([value])
    assert data is None or same(plain_json.decode(data), [value])


@pytest.mark.parametrize(
    "value",
    [(1,), {1: 2}, {None: 1}, Colour.RED, Name("x"), {Name("x"): 1}, OrderedDict(a=1), {1, 2}, b"", 1j, [{"a": (1,)}]],
)
def test_other_types_are_declined(value: Any) -> None:
    assert plain_json.encode(value) is None


@pytest.mark.parametrize(
    "value", ["\ud800", "\ud83d\ude00", {"\ud800": 1}, 10**5000], ids=["lone", "pair", "key", "digits"]
)
def test_what_json_would_change_is_declined(value: Any) -> None:
    assert plain_json.encode([value]) is None


def test_sharing_cycles_and_depth_are_declined() -> None:
    row: list[Any] = [1]
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert plain_json.encode([row, row]) is None
    assert plain_json.encode(cycle) is None
    assert plain_json.encode(deep) is None


def test_the_text_is_utf8_for_other_readers() -> None:
    assert plain_json.encode({"é": "日本"}) == '{"é":"日本"}'.encode()
