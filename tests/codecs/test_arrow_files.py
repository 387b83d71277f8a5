from __future__ import annotations

import datetime
import tempfile
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given

from blockwright import codecs
from tests.codecs.samples import frames
from tests.properties import examples


def stored_as_arrow(value: Any, store: Path) -> pa.Table:
    return codecs.as_arrow(codecs.write(value, name="output_0", store=store), store=store)


def ask(question: str, table: pa.Table) -> list[Any]:
    with duckdb.connect() as connection:
        return connection.register("stored", table).execute(question).fetchall()


@examples(40)
@given(frames())
def test_stored_and_live_frames_give_the_same_table(frame: pd.DataFrame) -> None:
    live = codecs.as_arrow_value(frame)
    with tempfile.TemporaryDirectory() as folder:
        stored = stored_as_arrow(frame, Path(folder))
    assert stored.schema.names == live.schema.names
    assert stored.to_pylist() == live.to_pylist()


def test_sql_sees_what_pandas_calls_missing_as_null(store: Path) -> None:
    frame = pd.DataFrame({"f": [1.0, np.nan], "s": ["x", None], "h": np.array([1, np.nan], "f2"), "o": [1, "a"]})
    table = stored_as_arrow(frame, store)
    answer = ask("select count(f), avg(f), count(s), count(h), string_agg(o, ',') from stored", table)
    assert answer == [(1, 1.0, 1, 1, "1,a")]


def test_numbers_are_not_copied(store: Path) -> None:
    output = codecs.write(pd.DataFrame({"a": np.zeros(1_000_000)}), name="output_0", store=store)
    before = pa.total_allocated_bytes()
    table = codecs.as_arrow(output, store=store)
    assert pa.total_allocated_bytes() - before < 500_000
    assert table.num_rows == 1_000_000


def test_every_kind_of_column_can_be_asked_by_sql(store: Path) -> None:
    frame = pd.DataFrame(
        {
            "category": pd.Categorical(["x", None]),
            "cut": pd.cut([1, 2], 2),
            "period": pd.period_range("2020", periods=2, freq="M"),
            "decimal": [Decimal("1.10"), Decimal("2.20")],
            "date": [datetime.date(2020, 1, 1), None],
            "bytes": [b"x", b"y"],
            "nested": [[1], {"a": 1}],
            "mixed": [(1, 2), None],
            "numbers": pd.Series([1, 2.5], dtype=object),
            "duration": pd.to_timedelta([1, None], unit="h"),
            "masked": pd.array([1, None], dtype="Int64"),
            "complex": [1j, 2j],
        }
    )
    table = stored_as_arrow(frame, store)
    row = ask("select * exclude (duration) from stored", table)[0]
    assert row[:3] == ("x", "(0.999, 1.5]", "2020-01")
    assert row[3:8] == (Decimal("1.10"), datetime.date(2020, 1, 1), b"x", "[1]", "(1, 2)")
    assert row[8:] == (1.0, 1, "1j")


def test_only_named_levels_of_an_index_are_columns(store: Path) -> None:
    plain = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    named = plain.rename_axis("key")
    levels = plain.set_index(pd.MultiIndex.from_tuples([("p", 1), ("q", 2)], names=["one", None]))
    ranged = pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(5, 7, name="row"))
    assert stored_as_arrow(plain, store).to_pydict() == {"a": [1, 2]}
    assert stored_as_arrow(named, store).to_pydict() == {"key": ["x", "y"], "a": [1, 2]}
    assert stored_as_arrow(levels, store).to_pydict() == {"one": ["p", "q"], "a": [1, 2]}
    assert stored_as_arrow(ranged, store).to_pydict() == {"row": [5, 6], "a": [1, 2]}


def test_labels_become_distinct_names(store: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=pd.Index(["a", "a", 3, ("x", 1)], dtype=object))
    assert stored_as_arrow(frame, store).schema.names == ["a", "a_2", "3", "('x', 1)"]


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ([{"a": 1, "b": "x"}, {"a": 2.5, "c": [1]}], {"a": [1.0, 2.5], "b": ["x", None], "c": [None, "[1]"]}),
        ([1, None, 3], {"value": [1, None, 3]}),
        ([], {"value": []}),
        (np.eye(2), {"0": [1.0, 0.0], "1": [0.0, 1.0]}),
        (np.array([1, 2]), {"value": [1, 2]}),
        (np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]), {"a": [1], "b": [2.5]}),
        (pd.Series([1, 2], name="n"), {"n": [1, 2]}),
        (pd.DataFrame({"s": pd.arrays.SparseArray([0.0, 1.0])}), {"s": [0.0, 1.0]}),
        (pa.table({"a": [1]}), {"a": [1]}),
        (pa.array([1, 2]), {"value": [1, 2]}),
    ],
)
def test_every_table_like_value_is_a_table(value: Any, table: dict[str, Any], store: Path) -> None:
    assert codecs.as_arrow_value(value).to_pydict() == table
    assert stored_as_arrow(value, store).to_pydict() == table


def test_frames_of_polars_are_tables(store: Path) -> None:
    polars = pytest.importorskip("polars")
    assert stored_as_arrow(polars.DataFrame({"a": [1, None]}), store).to_pydict() == {"a": [1, None]}
    assert codecs.as_arrow_value(polars.LazyFrame({"a": [1]})).to_pydict() == {"a": [1]}


def test_live_cells_need_not_be_storable() -> None:
    frame = pd.DataFrame({"a": [1], "lock": [threading.Lock()]})
    assert codecs.as_arrow_value(frame).to_pydict()["lock"][0].startswith("<unlocked _thread.lock")


@pytest.mark.parametrize("value", [{"a": 1}, 3, "text", None, object])
def test_what_is_no_table_says_what_it_is(value: Any, store: Path) -> None:
    with pytest.raises(TypeError, match=rf"`output_0` is a {type(value).__name__}, not a table"):
        stored_as_arrow(value, store)
