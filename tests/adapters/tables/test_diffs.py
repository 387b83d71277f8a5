"""What changed between two tables."""

import math
from collections import Counter
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import Invalid
from blockwright.ports.tables import TableDiff
from tests.adapters.tables.conftest import Put
from tests.properties import examples

BEFORE = pd.DataFrame({"id": [1, 2, 3, 4], "x": [1.0, math.nan, 3.0, 4.0], "s": ["a", None, "c", "d"]})
AFTER = pd.DataFrame({"id": [4, 2, 3, 5], "x": [4.0, math.nan, 9.0, 5.0], "s": ["d", None, "C", "e"]})


@pytest.fixture
def diff(tables: DuckDBTables, put: Put) -> Any:
    def of(before: Any, after: Any, key: Any = None) -> TableDiff:
        return tables.diff(put(before), put(after), key)

    return of


def counts(found: TableDiff) -> tuple[int, int, int, int]:
    return found.added, found.removed, found.changed, found.same


def test_rows_with_one_key_are_one_row(diff: Any) -> None:
    found = diff(BEFORE, AFTER, ["id"])
    assert found.key == ("id",)
    assert counts(found) == (1, 1, 1, 2)
    changed, removed, added = found.samples
    assert changed == {
        "change": "changed",
        "key": {"id": 3},
        "columns": ["x", "s"],
        "before": {"id": 3, "x": 3.0, "s": "c"},
        "after": {"id": 3, "x": 9.0, "s": "C"},
    }
    assert (removed["change"], removed["key"], removed["after"]) == ("removed", {"id": 1}, None)
    assert (added["change"], added["key"], added["before"]) == ("added", {"id": 5}, None)


def test_changed_cells_are_counted_with_statistics_of_both_sides(diff: Any) -> None:
    statistics = {each["column"]: each for each in diff(BEFORE, AFTER, ["id"]).statistics}
    assert [statistics[name]["changed"] for name in ("id", "x", "s")] == [0, 1, 1]
    assert statistics["x"]["before"]["maximum"] == 4.0
    assert statistics["x"]["after"]["maximum"] == 9.0
    assert statistics["s"]["before"]["nulls"] == 1


def test_without_a_key_rows_are_counted_as_often_as_they_occur(diff: Any) -> None:
    before = pd.DataFrame({"a": [1, 1, 2], "b": [math.nan, math.nan, 0.5]})
    after = pd.DataFrame({"a": [2, 1, 1, 1], "b": [0.5, math.nan, math.nan, math.nan]})
    found = diff(before, after)
    assert counts(found) == (1, 0, 0, 3)
    assert found.key is None
    assert found.samples[0]["after"] == {"a": 1, "b": None}


def test_columns_that_came_and_went_are_told(diff: Any) -> None:
    before = pd.DataFrame({"id": [1], "gone": [1], "kept": [1]})
    after = pd.DataFrame({"id": [1], "kept": [1.0], "new": ["x"]})
    found = diff(before, after, ["id"])
    assert (found.columns_added, found.columns_removed) == (("new",), ("gone",))
    assert found.types_changed == (("kept", "int64", "float64"),)
    assert counts(found) == (0, 0, 0, 1)
    assert counts(diff(before, after)) == (0, 0, 0, 1)


def test_tables_without_a_common_column_have_no_common_row(diff: Any) -> None:
    found = diff(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2, 3]}))
    assert counts(found) == (3, 2, 0, 0)


@pytest.mark.parametrize("key", [None, ["id"]])
def test_a_table_equals_itself_in_another_order(diff: Any, key: Any) -> None:
    found = diff(BEFORE, BEFORE.iloc[::-1].reset_index(drop=True), key)
    assert counts(found) == (0, 0, 0, 4)
    assert found.samples == ()


def test_null_is_a_key_like_another(diff: Any) -> None:
    before = pd.DataFrame({"k": pd.array(["a", None], dtype="str"), "v": [1, 2]})
    assert counts(diff(before, before.assign(v=[1, 3]), ["k"])) == (0, 0, 1, 1)


def test_keys_that_repeat_are_refused_with_their_number(diff: Any) -> None:
    twice = pd.DataFrame({"id": [1, 1, 2, 2, 3], "x": range(5)})
    with pytest.raises(Invalid, match=r"in the table before the change, 2 of its values.*\(4 rows\)"):
        diff(twice, BEFORE, ["id"])
    with pytest.raises(Invalid, match="in the table after the change"):
        diff(BEFORE, twice, ["id"])


def test_a_key_must_be_a_column_of_both(diff: Any) -> None:
    with pytest.raises(Invalid, match=r"`nosuch` cannot be a key.*Both have: `id`, `x`, `s`"):
        diff(BEFORE, AFTER, ["nosuch"])
    with pytest.raises(Invalid, match="of type int64 before and str after"):
        diff(BEFORE, AFTER.astype({"id": "str"}), ["id"])


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([1, 2], [1.0, 2.5], 1),
        (["1", "2"], [1, 2], 0),
        ([1, 2], pl.Series([1, 2], dtype=pl.UInt8), 2),
        (pd.Categorical(["a", "b"]), ["a", "c"], 1),
        (
            pd.to_datetime(["2024-01-01", "2024-01-02"]).as_unit("s"),
            pd.to_datetime(["2024-01-01"] * 2).as_unit("ns"),
            1,
        ),
        ([[1], [2]], [[1], [3]], 1),
        ([{"a": 1}, None], [{"a": 1}, None], 2),
        ([None, "x"], [None, 1], 1),
        ([b"a", b"b"], [b"a", b"c"], 1),
        ([object, int], [object, str], 1),
        ([True, False], [1, 0], 0),
        ([0.0, 1.0], [-0.0, 1.0], 2),
    ],
    ids=str,
)
def test_cells_are_equal_when_people_say_so(diff: Any, before: Any, after: Any, same: int) -> None:
    one = pd.DataFrame({"id": [1, 2], "v": before})
    other = (
        pd.DataFrame({"id": [1, 2], "v": after})
        if not isinstance(after, pl.Series)
        else pl.DataFrame({"id": [1, 2], "v": after})
    )
    assert diff(one, other, ["id"]).same == same
    assert diff(one, other).same == same


def test_samples_are_few(diff: Any) -> None:
    frame = pd.DataFrame({"id": range(100), "v": 0})
    found = diff(frame, frame.assign(v=1), ["id"])
    assert (found.changed, len(found.samples)) == (100, 20)
    assert len(diff(frame, frame.assign(v=1)).samples) == 20


rows = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from([0.0, 1.5, math.nan, math.inf]),
        st.sampled_from([None, "", "a", "A"]),
    ),
    max_size=8,
)


def frame_of(data: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(data, columns=["k", "x", "s"])
    return frame.astype({"k": "int64", "x": "float64", "s": "str"})


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple("NaN" if isinstance(cell, float) and math.isnan(cell) else cell for cell in row)


@examples(40, HealthCheck.function_scoped_fixture)
@given(rows, rows)
def test_by_rows_it_finds_what_counting_finds(
    diff: Any, before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]
) -> None:
    old, new = Counter(map(plain, before)), Counter(map(plain, after))
    expected = ((new - old).total(), (old - new).total(), 0, (old & new).total())
    assert counts(diff(frame_of(before), frame_of(after))) == expected


@examples(40, HealthCheck.function_scoped_fixture)
@given(rows, rows)
def test_by_key_it_finds_what_two_dicts_find(
    diff: Any, before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]
) -> None:
    old = {row[0]: row for row in before}
    new = {row[0]: row for row in after}
    both = old.keys() & new.keys()
    changed = sum(plain(old[key]) != plain(new[key]) for key in both)
    expected = (len(new) - len(both), len(old) - len(both), changed, len(both) - changed)
    assert counts(diff(frame_of(list(old.values())), frame_of(list(new.values())), ["k"])) == expected
