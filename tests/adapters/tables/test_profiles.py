"""Statistics of columns."""

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.ports.tables import ColumnProfile
from tests.adapters.tables.conftest import Put
from tests.properties import examples


@pytest.fixture
def profile(tables: DuckDBTables, put: Put) -> Any:
    """The profile of one column of these values."""

    def of(values: Any) -> ColumnProfile:
        (column,) = tables.profile(put(pd.DataFrame({"a": values})))
        return column

    return of


def test_numbers_have_moments_quantiles_and_a_histogram(profile: Any) -> None:
    found = profile([1.0, 2.0, 3.0, 4.0, math.nan])
    assert (found.name, found.type, found.rows, found.nulls, found.distinct) == ("a", "float64", 5, 1, 4)
    assert (found.minimum, found.maximum, found.mean) == (1.0, 4.0, 2.5)
    assert found.deviation == pytest.approx(1.2909944)
    assert found.quantiles == (1.75, 2.5, 3.25)
    assert sum(count for _, _, count in found.histogram) == 4
    assert (found.histogram[0][0], found.histogram[-1][1], len(found.histogram)) == (1.0, 4.0, 20)


def test_texts_have_their_most_frequent_values(profile: Any) -> None:
    found = profile(["b", "a", "b", None])
    assert (found.nulls, found.distinct, found.minimum, found.maximum) == (1, 2, "a", "b")
    assert found.top == (("b", 2), ("a", 1))
    assert (found.mean, found.quantiles, found.histogram) == (None, (), ())


def test_moments_are_told_as_moments_and_binned_in_seconds(profile: Any) -> None:
    found = profile(pd.date_range("2024-01-01", periods=3, freq="D"))
    assert (found.minimum, found.maximum) == ("2024-01-01T00:00:00", "2024-01-03T00:00:00")
    assert found.quantiles[1] == "2024-01-02T00:00:00"
    assert found.histogram[0][0] == datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC).timestamp()


def test_infinities_leave_no_mean_and_stay_out_of_the_histogram(profile: Any) -> None:
    found = profile([math.inf, 1.0, 1.0])
    assert (found.mean, found.deviation, found.maximum) == (None, None, "Infinity")
    assert found.histogram == ((1.0, 1.0, 2),)


@pytest.mark.parametrize(
    "values",
    [
        [[1], None, [1]],
        [{"a": 1}, {"a": 2}, None],
        [b"a", b"b", None],
        [object, int, None],
        pd.array([[1], None, [1]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        pd.array([{"x": 1}, None, {"x": 1}], dtype=pd.ArrowDtype(pa.struct({"x": pa.int64()}))),
        pd.array([{"x": 1}, None, {"y": 1}], dtype=pd.ArrowDtype(pa.map_(pa.string(), pa.int64()))),
        [None, None, None],
        np.array([1j, 2j, 3j]),
        np.array([2**64 - 1, 0, 5], np.uint64),
        [1.7e308, -1.7e308, 0.0],
        [5e-324, 0.0, 1.0],
        [10.0**300, -(10.0**300), 1.0],
        pd.interval_range(0, 3),
        pd.period_range("2024", periods=3, freq="W"),
        pd.to_timedelta(["1s", None, "2s"]),
        [datetime.time(1), datetime.time(2), None],
        [1, "x", None],
    ],
    ids=lambda values: str(values)[:30],
)
def test_no_kind_of_column_is_too_odd(profile: Any, values: Any) -> None:
    found = profile(values)
    assert found.rows == 3
    assert 0 <= found.distinct <= found.rows - found.nulls
    assert found.nulls == int(pd.isna(pd.Series(list(values), dtype=object)).sum())


def test_an_empty_table_has_profiles(tables: DuckDBTables, put: Put) -> None:
    frame = pd.DataFrame({"n": pd.Series([], dtype="int64"), "s": pd.Series([], dtype="str")})
    assert [(found.rows, found.distinct, found.minimum) for found in tables.profile(put(frame))] == [(0, 0, None)] * 2
    assert list(tables.profile(put(pd.DataFrame()))) == []


@examples(40, HealthCheck.function_scoped_fixture)
@given(st.lists(st.none() | st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20))
def test_statistics_are_those_of_pandas(tables: DuckDBTables, put: Put, numbers: list[Any]) -> None:
    series = pd.Series(numbers, dtype="float64")
    (found,) = tables.profile(put(pd.DataFrame({"a": series})))
    assert (found.nulls, found.distinct) == (series.isna().sum(), series.nunique())
    if series.notna().any():
        assert found.mean == pytest.approx(series.mean(), abs=1e-6)
        assert found.quantiles == pytest.approx(tuple(series.quantile([0.25, 0.5, 0.75])), abs=1e-6)
        assert sum(count for _, _, count in found.histogram) == series.notna().sum()
    if series.notna().sum() > 1:
        assert found.deviation == pytest.approx(series.std(), rel=1e-6, abs=1e-6)
