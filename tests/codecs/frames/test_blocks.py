"""Reading a frame without copying it, and writing into it without touching the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright import codecs
from blockwright.codecs import blobs
from tests.codecs.samples import assert_same_frame


def private_bytes() -> int:
    """Memory that this process alone holds."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A stored frame of about 100 MB, and its store."""
    store = tmp_path_factory.mktemp("large") / "blobs"
    rows = 1_000_000
    frame = pd.DataFrame({f"x{place}": np.arange(rows, dtype="f8") + place for place in range(11)})
    frame["when"] = np.arange(rows).view("M8[us]")
    frame["name"] = pd.Series(["some text"], dtype="str").repeat(rows).to_numpy()
    return codecs.write(frame, name="output_0", store=store), store


@pytest.mark.skipif(pd.__version__ < "3", reason="text becomes Python objects in pandas 2")
def test_reading_adds_no_private_memory_until_it_is_written(large: Any) -> None:
    output, store = large
    assert output.bytes > 100_000_000
    codecs.read(output, store=store)  # the libraries' own first use
    before = private_bytes()
    frame = codecs.read(output, store=store)
    read = private_bytes() - before
    frame.iloc[500_000, 3] = -1.0
    written = private_bytes() - before
    assert read < 2_000_000
    assert written < 4_000_000
    assert frame.iloc[500_000, 3] == -1.0


def test_sums_of_mapped_columns_are_right(large: Any) -> None:
    output, store = large
    frame = codecs.read(output, store=store)
    assert frame["x3"].sum() == 499_999_500_000.0 + 3_000_000.0
    assert (frame["name"] == "some text").all()


_COLUMNS: dict[str, tuple[Any, Any]] = {
    "int": (np.arange(3), 9),
    "float": (np.array([1.5, np.nan, 2.0]), 9.5),
    "half": (np.array([1, 2, 3], "f2"), 9.0),
    "bool": (np.array([True, False, True]), False),
    "complex": (np.array([1j, 2j, 3j]), 9j),
    "big endian": (np.array([1, 2, 3], ">i4"), 9),
    "moment": (pd.to_datetime(["2020-01-01", None, "2022-01-01"]), pd.Timestamp("1999-01-01")),
    "zoned": (pd.date_range("2020", periods=3, tz="Europe/Berlin"), pd.Timestamp("1999-01-01", tz="Europe/Berlin")),
    "duration": (pd.to_timedelta([1, 2, 3], unit="h"), pd.Timedelta(1, unit="s")),
    "text": (["a", None, "c"], "z"),
    "object text": (pd.Series(["a", None, "c"], dtype=object), "z"),
    "category": (pd.Categorical(["a", "b", "a"]), "b"),
    "masked": (pd.array([1, None, 3], dtype="Int64"), 9),
    "arrow": (pd.array([1, None, 3], dtype="int32[pyarrow]"), 9),
    "period": (pd.period_range("2020", periods=3, freq="M"), pd.Period("1999-01", freq="M")),
    "nested": (pd.Series([[1], {"a": 1}, None], dtype=object), "z"),
    "mixed": (pd.Series([(1,), b"x", None], dtype=object), "z"),
}


@pytest.mark.parametrize("kind", _COLUMNS)
@pytest.mark.parametrize("write", ["iloc", "column", "series", "whole"])
def test_writing_into_a_read_frame_changes_it_and_not_the_file(kind: str, write: str, store: Path) -> None:
    values, new = _COLUMNS[kind]
    frame = pd.DataFrame({"before": [0.5, 1.5, 2.5], "c": values})
    output = codecs.write(frame, name="output_0", store=store)
    bytes_before = blobs.path_of(store, output.digest).read_bytes()
    read = codecs.read(output, store=store)
    _WRITES[write](read, new)
    expected = frame.copy()
    _WRITES[write](expected, new)
    assert_same_frame(read, expected)
    assert blobs.path_of(store, output.digest).read_bytes() == bytes_before
    assert_same_frame(codecs.read(output, store=store), frame)


def _write_column(frame: pd.DataFrame, new: Any) -> None:
    frame.loc[frame.index[0], "c"] = new


def _write_iloc(frame: pd.DataFrame, new: Any) -> None:
    frame.iloc[2, 1] = new


def _write_series(frame: pd.DataFrame, new: Any) -> None:
    column = frame["c"].copy()
    column.iloc[1] = new
    frame["c"] = column


def _write_whole(frame: pd.DataFrame, new: Any) -> None:
    frame.loc[:, "c"] = frame["c"].iloc[::-1].to_numpy() if isinstance(frame["c"].dtype, np.dtype) else frame["c"]
    frame["before"] += 1


_WRITES: dict[str, Callable[[pd.DataFrame, Any], None]] = {
    "column": _write_column,
    "iloc": _write_iloc,
    "series": _write_series,
    "whole": _write_whole,
}


def test_numpy_views_are_writable_and_private(store: Path) -> None:
    output = codecs.write(pd.Series([1.0, 2.0]), name="output_0", store=store)
    series = codecs.read(output, store=store)
    series.iloc[0] = 7.0
    assert codecs.read(output, store=store).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("columns", [2, 150, 300])
def test_wide_frames_of_one_dtype_are_read_as_one_block(columns: int, store: Path) -> None:
    frame = pd.DataFrame(np.arange(columns * 4.0).reshape(4, columns), columns=[f"x{i}" for i in range(columns)])
    read = codecs.read(codecs.write(frame, name="output_0", store=store), store=store)
    assert_same_frame(read, frame)
    read["new"] = 1  # pandas warns here when a frame is in more than a hundred pieces, and warnings are errors
    read.iloc[1, 1] = -5.0
    assert read.iloc[1].tolist() == [*frame.iloc[1, :1], -5.0, *frame.iloc[1, 2:], 1]


def test_wide_frames_of_changing_dtypes_are_not_in_pieces(store: Path) -> None:
    frame = pd.DataFrame({f"x{i}": np.arange(3, dtype="f8" if i % 2 else "i8") for i in range(240)})
    read = codecs.read(codecs.write(frame, name="output_0", store=store), store=store)
    assert_same_frame(read, frame)
    read["new"] = 1


def test_columns_that_lie_row_by_row_are_turned_over(store: Path) -> None:
    rows = np.arange(60_000.0).reshape(20_000, 3)
    frame = pd.DataFrame(rows, columns=["a", "b", "c"], copy=False)
    frame["d"] = 1
    assert_same_frame(codecs.read(codecs.write(frame, name="output_0", store=store), store=store), frame)
