"""Values as people return them, for properties; and what *the same* means for them."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

texts = st.text(max_size=8)
surrogates = st.text(st.characters(), max_size=4)
floats = st.floats(width=64)
naive = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), floats, texts)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
odd_objects = st.one_of(
    json_values,
    surrogates,
    st.binary(max_size=4),
    st.tuples(st.integers(), texts),
    st.frozensets(st.integers(), max_size=3),
    st.complex_numbers(allow_nan=False),
    st.decimals(allow_nan=False),
    naive,
    st.just(pd.NA),
    st.just(pd.NaT),
    st.just(pd.Timestamp("2020-01-01", tz="Europe/Berlin")),
    st.just(np.float32(1.5)),
)
missing = st.sampled_from([None, float("nan"), pd.NA, pd.NaT])

_OBJECTS: list[st.SearchStrategy[Any]] = [
    texts,
    surrogates,
    st.booleans(),
    st.integers(-(2**70), 2**70),
    floats,
    st.binary(max_size=4),
    st.dates(),
    st.datetimes(timezones=st.one_of(st.none(), st.just(datetime.UTC))),
    st.times(),
    st.timedeltas(),
    decimals,
    st.decimals(),
    st.uuids(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(texts, scalars, max_size=3),
    st.lists(st.integers(0, 9), max_size=3).map(lambda items: np.array(items, dtype="i4")),
    st.none(),
    missing,
    odd_objects,
]
_FIXED = [
    "?",
    "i1",
    "i2",
    "i4",
    "i8",
    "u1",
    "u2",
    "u4",
    "u8",
    "f2",
    "f4",
    "f8",
    "c8",
    "c16",
    "g",
    ">i4",
    ">f8",
    ">M8[ns]",
]
_TIMES = [f"{kind}8[{unit}]" for kind in "Mm" for unit in ("s", "ms", "us", "ns")]
_ZONES = ["UTC", "Europe/Berlin", "America/New_York", datetime.timezone(datetime.timedelta(hours=5, minutes=30))]


def series(rows: int) -> st.SearchStrategy[pd.Series]:
    """A column of any dtype with so many rows."""
    return st.one_of(_fixed(rows), _times(rows), _objects(rows), _extensions(rows), _categories(rows))


def _listed(items: st.SearchStrategy[Any], rows: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, min_size=rows, max_size=rows)


def _fixed(rows: int) -> st.SearchStrategy[pd.Series]:
    def build(dtype: str, data: bytes) -> pd.Series:
        size = np.dtype(dtype).itemsize
        if dtype == "?":
            return pd.Series(np.frombuffer(data[:rows], "u1") > 127)
        if dtype == "g":
            return pd.Series(np.frombuffer(data[: rows * 8], "i8").astype("g"))
        return pd.Series(np.frombuffer(data[: rows * size], dtype), copy=True)

    return st.builds(build, st.sampled_from(_FIXED[:-1]), st.binary(min_size=rows * 16, max_size=rows * 16))


def _times(rows: int) -> st.SearchStrategy[pd.Series]:
    numbers = st.one_of(st.just(np.iinfo("i8").min), st.integers(-(2**40), 2**40))

    def build(dtype: str, items: list[int], zone: Any) -> pd.Series:
        array = np.array(items, "i8").view(dtype)
        column = pd.Series(array)
        return column.dt.tz_localize("UTC").dt.tz_convert(zone) if zone is not None and "M8" in dtype else column

    return st.builds(build, st.sampled_from(_TIMES), _listed(numbers, rows), st.sampled_from([None, *_ZONES]))


def _objects(rows: int) -> st.SearchStrategy[pd.Series]:
    def build(items: list[Any]) -> pd.Series:
        cells = np.empty(len(items), dtype=object)
        for place, item in enumerate(items):
            cells[place] = item
        return pd.Series(cells, dtype=object)

    one_kind = st.sampled_from(_OBJECTS).flatmap(lambda kind: _listed(kind, rows))
    one_gap = st.tuples(st.sampled_from(_OBJECTS), st.sampled_from([None, float("nan"), pd.NA, pd.NaT])).flatmap(
        lambda both: _listed(st.one_of(both[0], st.just(both[1])), rows)
    )
    return st.one_of(one_kind, one_gap, _listed(odd_objects, rows)).map(build)


def _extensions(rows: int) -> st.SearchStrategy[pd.Series]:
    def of(dtype: Any, items: st.SearchStrategy[Any]) -> st.SearchStrategy[pd.Series]:
        return _listed(st.one_of(st.none(), items), rows).map(lambda cells: pd.Series(pd.array(cells, dtype=dtype)))

    small = st.integers(0, 100)
    interval = pd.IntervalDtype("float64", closed="left")
    return st.one_of(
        of("str", texts),
        of("string[python]", texts),
        of("string[pyarrow]", texts),
        of(pd.StringDtype("python", na_value=np.nan), texts),
        of("Int8", small),
        of("Int64", small),
        of("UInt16", small),
        of("Float32", small.map(float)),
        of("Float64", floats.filter(math.isfinite)),
        of("boolean", st.booleans()),
        of(pd.ArrowDtype(pa.int32()), small),
        of(pd.ArrowDtype(pa.list_(pa.int64())), st.lists(small, max_size=3)),
        of(pd.ArrowDtype(pa.timestamp("us", "UTC")), naive.map(lambda moment: moment.replace(tzinfo=datetime.UTC))),
        of("period[M]", st.integers(0, 600).map(lambda month: pd.Period(ordinal=month, freq="M"))),
        of(interval, small.map(lambda left: pd.Interval(float(left), left + 1.0, closed="left"))),
        of(pd.SparseDtype("float64", fill_value=0.0), st.sampled_from([0.0, 1.5])),
    )


def _categories(rows: int) -> st.SearchStrategy[pd.Series]:
    values = [
        ["b", "a", "é"],
        [3, 1, 2],
        [1.5, 2.5],
        [True, False],
        [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)],
        [1, "one", (2, 3)],
        pd.date_range("2020", periods=3, tz="UTC"),
        pd.interval_range(0, 3),
        pd.Index(["x", "y"], dtype=object, name="kind"),
        pd.array([1, 2, 3], dtype="Int64"),
        [],
    ]

    def build(kinds: Any, codes: list[int], ordered: bool) -> pd.Series:
        dtype = pd.CategoricalDtype(kinds, ordered=ordered)
        inside = [code if code < len(kinds) else -1 for code in codes]
        return pd.Series(pd.Categorical.from_codes(inside, dtype=dtype))

    return st.builds(build, st.sampled_from(values), _listed(st.integers(-1, 2), rows), st.booleans())


def indexes(rows: int) -> st.SearchStrategy[pd.Index]:
    """A row index of any kind with so many rows."""
    names = st.sampled_from([None, "key", 3, ("a", 1)])
    made = st.one_of(
        st.just(pd.RangeIndex(rows)),
        st.just(pd.RangeIndex(5, 5 - 2 * rows, -2)),
        st.just(pd.date_range("2020-03-28", periods=rows, freq="D", tz="Europe/Berlin")),
        st.just(pd.bdate_range("2020", periods=rows)),
        st.just(pd.timedelta_range("1h", periods=rows, freq="h")),
        st.just(pd.period_range("2020", periods=rows, freq="Q")),
        st.just(pd.interval_range(0, rows)),
        series(rows).map(_as_index),
    )
    single = st.builds(lambda index, name: index.rename(name), made, names)
    levels = st.tuples(series(rows).map(_as_index), st.just(pd.Index(range(rows), name="n"))).map(_product)
    return st.one_of(single, levels)


def _as_index(column: pd.Series) -> pd.Index:
    """The column as an index where pandas has one of its kind."""
    try:
        if len(column):
            hash(column.iloc[0])
        return pd.Index(column, dtype=column.dtype)
    except (TypeError, NotImplementedError, ValueError):
        return pd.RangeIndex(len(column))


def _product(levels: tuple[pd.Index, pd.Index]) -> pd.Index:
    try:
        return pd.MultiIndex.from_arrays(list(levels))
    except Exception:  # pandas refuses levels that it cannot sort, in many ways
        return levels[1]


def labels(count: int) -> st.SearchStrategy[pd.Index]:
    """Column labels of any kind: distinct, repeated, numbers, tuples, levels."""
    mixed = st.one_of(texts, surrogates, st.integers(), st.none(), st.dates(), st.booleans())
    distinct = st.lists(texts, min_size=count, max_size=count, unique=True)
    return st.one_of(
        distinct.map(lambda names: pd.Index(names, dtype="str", name="field")),
        distinct.map(lambda names: pd.Index(names, dtype=object)),
        st.lists(texts, min_size=count, max_size=count).map(lambda names: pd.Index(names, dtype=object)),
        st.lists(mixed, min_size=count, max_size=count).map(lambda names: pd.Index(names, dtype=object)),
        st.just(pd.RangeIndex(count)),
        st.just(pd.MultiIndex.from_product([["x"], range(count)], names=["a", None])),
        st.just(pd.date_range("2020", periods=count)),
        st.just(pd.CategoricalIndex([str(place) for place in range(count)])),
    )


@st.composite
def frames(draw: st.DrawFn, least: int = 0) -> pd.DataFrame:
    """Any frame: any columns, any labels, any index, with attributes."""
    rows = draw(st.integers(least, 5))
    columns = draw(st.lists(series(rows), max_size=5))
    index = draw(indexes(rows))
    frame = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(rows))
    frame.columns = draw(labels(len(columns)))
    frame.index = index
    frame.attrs.update(draw(st.sampled_from([{}, {"unit": "m"}, {"seen": (1, 2)}])))
    return frame


def same(left: Any, right: Any) -> bool:
    """Equal, of the same type, part by part; one NaN is as good as another."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, decimal.Decimal):
        return str(left) == str(right)
    if isinstance(left, float | complex | np.floating) and left != left:
        return bool(right != right)
    if isinstance(left, frozenset):
        return bool(left == right)
    if left is pd.NA or left is pd.NaT:
        return left is right
    if isinstance(left, uuid.UUID):
        return bool(left == right)
    if isinstance(left, pd.Timestamp):  # years beyond 9999 have no repr
        return bool(left == right) and str(left.tz) == str(right.tz) and left.unit == right.unit
    return repr(left) == repr(right) and bool(left == right)


def assert_same_frame(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """The same classes, dtypes, labels, index, attributes and cells."""
    assert type(left) is type(right)
    assert_same_index(left.columns, right.columns)
    assert_same_index(left.index, right.index)
    assert left.attrs == right.attrs
    assert left.flags == right.flags
    assert list(left.dtypes) == list(right.dtypes)
    for place in range(left.shape[1]):
        assert_same_column(left.iloc[:, place], right.iloc[:, place])


def assert_same_index(left: pd.Index, right: pd.Index) -> None:
    assert type(left) is type(right)
    assert left.dtype == right.dtype
    assert left.names == right.names
    assert getattr(left, "freq", None) == getattr(right, "freq", None)
    assert same(list(left), list(right))


def assert_same_column(left: pd.Series, right: pd.Series) -> None:
    assert repr(left.dtype) == repr(right.dtype)
    assert type(left.array) is type(right.array)
    if isinstance(left.dtype, np.dtype) and left.dtype != object:
        assert left.to_numpy().tobytes() == right.to_numpy().tobytes()
    if isinstance(left.dtype, pd.CategoricalDtype):
        assert_same_index(left.cat.categories, right.cat.categories)
        assert left.cat.ordered == right.cat.ordered
    assert same(left.tolist(), right.tolist())
