"""Matching in parts finds what matching at once finds."""

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.adapters.tables.reader.matching import Match, by_key, by_rows, parts, repeated
from blockwright.adapters.tables.reader.queries import connected, register
from tests.properties import examples

rows = st.lists(st.tuples(st.sampled_from([0.0, -0.0, 1.0, 2.0, None]), st.sampled_from("ab")), max_size=12)
THREE = [f"hash(c0) % 3 = {part}" for part in range(3)]


def matched(before: list[Any], after: list[Any], within: list[str], by: str) -> Match:
    with connected(256 * 1024**2) as database:
        for side, data in (("before", before), ("after", after)):
            columns = {"c0": pa.array([row[0] for row in data], pa.float64())}
            columns["c1"] = pa.array([row[1] for row in data], pa.string())
            register(database, side, len(data), columns)
        return by_key(database, [0], [1], within) if by == "key" else by_rows(database, [0, 1], within)


@examples(25)
@given(rows, rows)
def test_rows_are_counted_alike_in_parts(before: list[Any], after: list[Any]) -> None:
    assert matched(before, after, THREE, "rows") == matched(before, after, ["true"], "rows")


@examples(25)
@given(rows, rows)
def test_keys_are_compared_alike_in_parts(before: list[Any], after: list[Any]) -> None:
    old, new = ([*{row[0]: row for row in data}.values()] for data in (before, after))
    assert matched(old, new, THREE, "key") == matched(old, new, ["true"], "key")


def test_repeated_keys_are_counted_over_all_parts() -> None:
    numbers = pa.array([1, 1, 2, 2, 2, 3, None, None])
    with connected(256 * 1024**2) as database:
        register(database, "before", 8, {"c0": numbers})
        assert repeated(database, "before", [0], THREE) == (3, 7)


@pytest.mark.parametrize(("rows", "count"), [(0, 1), (2_500_000, 1), (2_500_001, 2), (math.prod((10, 10**6)), 4)])
def test_only_large_tables_are_split(rows: int, count: int) -> None:
    assert len(parts(rows, [0])) == count
