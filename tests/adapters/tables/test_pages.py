"""Rows of stored values: which, in which order, with which cells."""

import datetime
import decimal
import math
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import Invalid
from tests.adapters.tables.conftest import Put
from tests.properties import examples

CELLS: list[tuple[str, Any, str, list[Any]]] = [
    ("floats", [1.5, math.nan, math.inf, -math.inf], "float64", [1.5, None, "Infinity", "-Infinity"]),
    ("nullable", pd.array([2**60, None], dtype="Int64"), "Int64", [2**60, None]),
    ("text", pd.array(["ä", None], dtype="str"), "str", ["ä", None]),
    ("moment", pd.to_datetime(["2024-01-01", None]).as_unit("ns"), "datetime64[ns]", ["2024-01-01T00:00:00", None]),
    ("fine", pd.DatetimeIndex([1], dtype="M8[ns]"), "datetime64[ns]", ["1970-01-01T00:00:00.000000001"]),
    ("length", pd.to_timedelta(["-1h", "25h"]), "timedelta64[us]", ["-1 days 23:00:00", "1 days 01:00:00"]),
    ("category", pd.Categorical(["b", None, "a"]), "category", ["b", None, "a"]),
    ("period", pd.period_range("2024-02", periods=2, freq="M"), "period[M]", ["2024-02", "2024-03"]),
    ("quarter", pd.period_range("1969Q4", periods=2, freq="Q"), "period[Q-DEC]", ["1969Q4", "1970Q1"]),
    ("complex", np.array([1 + 2j]), "complex128", ["(1+2j)"]),
    ("mixed", [1, "a", [1, None], {"k": 2}, None], "object", [1, "a", [1, None], {"k": 2}, None]),
    ("decimal", [decimal.Decimal("1.10")], "object", ["1.10"]),
    ("date", [datetime.date(2024, 2, 29)], "object", ["2024-02-29"]),
    ("clock", [datetime.time(1, 2, 3)], "object", ["01:02:03"]),
    ("bytes", [b"abc"], "object", ["<3 bytes>"]),
    ("uuid", [uuid.UUID(int=7)], "object", [str(uuid.UUID(int=7))]),
    ("long", ["x" * 20_000], "str", ["x" * 10_000 + "…"]),
]


@pytest.mark.parametrize(("values", "kind", "shown"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_every_kind_of_cell_can_be_read(tables: DuckDBTables, put: Put, values: Any, kind: str, shown: Any) -> None:
    page = tables.page(put(pd.DataFrame({"a": values})))
    assert page.columns == ("a",)
    assert page.types == (kind,)
    assert [row[0] for row in page.rows] == shown


def test_a_moment_stands_in_its_own_zone(tables: DuckDBTables, put: Put) -> None:
    moments = pd.date_range("2024-03-30 12:00", periods=2, freq="D", tz="Europe/Berlin")
    page = tables.page(put(pd.DataFrame({"t": moments})))
    assert page.rows == (("2024-03-30T12:00:00+01:00",), ("2024-03-31T12:00:00+02:00",))


def test_cells_of_python_objects_are_named_not_opened(tables: DuckDBTables, put: Put) -> None:
    output = replace(put(pd.DataFrame({"n": [1], "o": [object]})), preview=None)
    assert str(tables.page(output).rows[0][1]).startswith("<Python object,")
    with pytest.raises(Invalid, match="Column `o` holds Python objects"):
        tables.page(output, sort=["o"])


def test_cells_of_python_objects_are_shown_as_the_preview_has_them(tables: DuckDBTables, put: Put) -> None:
    output = put(pd.DataFrame({"n": range(102), "o": [1, "two", {3}] * 34}))
    assert [row[1] for row in tables.page(output, offset=1, limit=3).rows] == ["two", [3], 1]
    assert [str(row[1])[:14] for row in tables.page(output, offset=99).rows] == [
        "1",
        "<Python object",
        "<Python object",
    ]
    assert str(tables.page(output, sort=["-n"]).rows[0][1]).startswith("<Python object,")


def test_a_page_begins_and_ends_where_it_is_asked(tables: DuckDBTables, put: Put) -> None:
    output = put(pd.DataFrame({"a": range(10)}))
    assert tables.page(output, offset=8, limit=5).rows == ((8,), (9,))
    assert tables.page(output, offset=99).rows == ()
    assert tables.page(output, limit=0).rows == ()
    assert tables.page(output, offset=2, limit=1).total == 10
    with pytest.raises(Invalid, match="negative"):
        tables.page(output, offset=-1)


def test_index_levels_are_shown_unless_they_only_number_the_rows(tables: DuckDBTables, put: Put) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert tables.page(put(frame[frame.a > 1])).columns == ("a",)
    assert tables.page(put(frame.rename_axis("id"))).rows == ((0, 1), (1, 2), (2, 3))
    assert tables.page(put(frame.set_index(pd.Index(list("xyz"))))).columns == ("index", "a")
    two = frame.set_index([pd.Index(list("xyz"), name="k"), pd.Index([7, 8, 9])])
    assert tables.page(put(two)).rows[0] == ("x", 7, 1)


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        ([{"a": 1}, {"a": None, "b": [1]}], ("a", "b"), ((1, None), (None, [1]))),
        ([1, 2.5, None], ("value",), ((1.0,), (2.5,), (None,))),
        ([10**30, "x"], ("value",), ((10**30,), ("x",))),
        ([[1, 2], [3]], ("value",), (([1, 2],), ([3],))),
        ([], ("value",), ()),
        (np.array([1, 2], ">i2"), ("value",), ((1,), (2,))),
        (np.arange(4).reshape(2, 2), ("0", "1"), ((0, 1), (2, 3))),
        (np.zeros((0, 2)), ("0", "1"), ()),
        (np.array([(1, "x")], [("n", "i4"), ("s", "U3")]), ("n", "s"), ((1, "x"),)),
        (np.array(["2024-05"], "M8[M]"), ("value",), (("2024-05-01T00:00:00",),)),
        (pa.table({"a": pa.array([1], pa.decimal256(50, 1))}), ("a",), (("1.0",),)),
        (pa.table([pa.array([1]), pa.array([2])], ["a", "a"]), ("a", "a"), ((1, 2),)),
        (pd.Series([1.0], name="s"), ("s",), ((1.0,),)),
        (pd.DataFrame(index=range(2)), (), ((), ())),
    ],
    ids=str,
)
def test_what_is_a_table_has_pages(tables: DuckDBTables, put: Put, value: Any, columns: Any, rows: Any) -> None:
    page = tables.page(put(value))
    assert (page.columns, page.rows) == (columns, rows)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1}, "is a dict, not a table"),
        (5, "is a number, not a table"),
        ("text", r"\(text\) is not a table"),
        (b"ab", r"\(bytes\) is not a table"),
        ({1, 2}, r"\(set\) is stored as Python objects"),
        (np.zeros((2, 2, 2)), r"is an array of shape \(2, 2, 2\), not a table"),
    ],
    ids=str,
)
def test_what_is_no_table_is_named(tables: DuckDBTables, put: Put, value: Any, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        tables.page(put(value))
    assert "preview" in refused.value.hint


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (pa.array(["b", "a", None], pa.string_view()), ["a", "b", None]),
        (pa.array([b"b", b"a", None], pa.binary_view()), ["<1 bytes>", "<1 bytes>", None]),
        (pa.RunEndEncodedArray.from_arrays([1, 3], ["b", "a"]), ["a", "a", "b"]),
        (pa.array([[2], [1], None], pa.list_view(pa.int8())), [[1], [2], None]),
        (pa.array([(0, 0, 2), (0, 0, 1), None], pa.month_day_nano_interval()), None),
        (pa.array([2**60, 1, None], pa.timestamp("s")), ["1970-01-01T00:00:01", "36534630048-05-13T13:56:16", None]),
        (pa.array([[("k", 2)], [("k", 1)], None], pa.map_(pa.string(), pa.int8())), [{"k": 1}, {"k": 2}, None]),
        (pa.array([2, 1, None], pa.time64("ns")), ["00:00:00.000000001", "00:00:00.000000002", None]),
        (pa.array([2**64 - 1, 1, None], pa.uint64()), [1, 2**64 - 1, None]),
    ],
    ids=lambda value: str(getattr(value, "type", ""))[:20],
)
def test_every_arrow_type_can_be_shown_sorted_profiled_and_compared(
    tables: DuckDBTables, put: Put, array: Any, shown: list[Any] | None
) -> None:
    output = put(pa.table({"a": array}))
    found = [row[0] for row in tables.page(output, sort=["a"]).rows]
    assert shown is None or found == shown
    assert tables.profile(output)[0].nulls == found.count(None)
    assert tables.diff(output, output, None).same == 3


def test_categories_sort_in_their_own_order(tables: DuckDBTables, put: Put) -> None:
    sizes = pd.Categorical(["small", "large", None, "medium"], ["small", "medium", "large"], ordered=True)
    page = tables.page(put(pd.DataFrame({"size": sizes})), sort=["-size"])
    assert page.rows == (("large",), ("medium",), ("small",), (None,))


def test_an_unknown_column_is_answered_with_those_there_are(tables: DuckDBTables, put: Put) -> None:
    with pytest.raises(Invalid, match=r"no column `prize`\. The columns are: `price`"):
        tables.page(put(pd.DataFrame({"price": [1]})), sort=["-prize"])


NAMES = ["number", "-real", "Text", "row"]
frames = st.integers(1, 12).flatmap(
    lambda rows: st.fixed_dictionaries(
        {
            "number": st.lists(st.integers(-3, 3), min_size=rows, max_size=rows),
            "-real": st.lists(st.floats(width=32), min_size=rows, max_size=rows),
            "Text": st.lists(st.none() | st.text(max_size=3), min_size=rows, max_size=rows),
            "row": st.lists(st.booleans(), min_size=rows, max_size=rows),
        }
    )
)


@examples(50, HealthCheck.function_scoped_fixture)
@given(frames, st.lists(st.sampled_from(NAMES), unique=True), st.booleans(), st.integers(0, 5))
def test_a_sorted_page_is_what_pandas_answers(
    tables: DuckDBTables, put: Put, data: dict[str, list[Any]], by: list[str], ascending: bool, offset: int
) -> None:
    frame = pd.DataFrame({**data, "Text": pd.array(data["Text"], dtype="str")}, columns=NAMES)
    expected = frame.sort_values(by, ascending=ascending, kind="stable", na_position="last") if by else frame
    page = tables.page(put(frame), offset=offset, limit=4, sort=by if ascending else [f"-{name}" for name in by])
    assert [row[3] for row in page.rows] == expected["row"].iloc[offset : offset + 4].tolist()
    assert [row[0] for row in page.rows] == expected["number"].iloc[offset : offset + 4].tolist()
    assert page.total == len(frame)
