from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blockwright import codecs

pl = pytest.importorskip("polars")


def again(value: Any, store: Path) -> Any:
    return codecs.read(codecs.write(value, name="output_0", store=store), store=store)


def _frame() -> Any:
    return pl.DataFrame(
        {
            "i": [1, None],
            "f": [float("nan"), None],
            "s": ["x", None],
            "c": pl.Series(["u", "v"], dtype=pl.Categorical),
            "e": pl.Series(["u", None], dtype=pl.Enum(["u", "v"])),
            "d": [datetime.date(2020, 1, 1), None],
            "t": pl.Series([datetime.datetime(2020, 1, 1), None]).dt.replace_time_zone("Europe/Berlin"),
            "l": [[1], None],
            "st": [{"x": 1}, None],
            "a": pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int8, 2)),
            "dec": pl.Series([Decimal("1.10"), None], dtype=pl.Decimal(10, 2)),
            "b": [b"x", None],
            "n": [None, None],
        }
    )


def test_a_frame_comes_back_as_it_was(store: Path) -> None:
    frame = _frame()
    output = codecs.write(frame, name="output_0", store=store)
    read = codecs.read(output, store=store)
    assert (output.codec, output.type, output.rows, output.columns) == ("arrow:polars", "dataframe", 2, 13)
    assert read.schema == frame.schema
    assert read.equals(frame)
    assert output.preview["rows"][0][2] == "x"
    assert output.profile["columns"][0]["nulls"] == 1


@pytest.mark.parametrize("name", _frame().columns)
def test_a_series_comes_back_as_it_was(name: str, store: Path) -> None:
    series = _frame()[name]
    read = again(series, store)
    assert (read.name, read.dtype) == (series.name, series.dtype)
    assert read.equals(series)


def test_a_lazy_frame_is_computed_once_and_stays_lazy(store: Path) -> None:
    seen: list[int] = []
    lazy = pl.DataFrame({"a": [1, 2]}).lazy().map_batches(lambda frame: (seen.append(1), frame)[1])
    output = codecs.write(lazy, name="output_0", store=store)
    read = codecs.read(output, store=store)
    assert seen == [1]
    assert (output.rows, output.preview["kind"]) == (2, "table")
    assert isinstance(read, pl.LazyFrame)
    assert read.collect()["a"].to_list() == [1, 2]


def test_what_arrow_has_no_exact_form_for_is_pickled(store: Path) -> None:
    wide = pl.DataFrame({"i": pl.Series([1, 2], dtype=pl.Int128)})
    read = again(wide, store)
    assert read.equals(wide)
    assert read.schema == wide.schema
    assert again(pl.DataFrame(), store).shape == (0, 0)


def test_a_column_of_python_objects_is_refused_with_the_way_out(tmp_path: Path) -> None:
    frame = pl.DataFrame({"o": pl.Series([object(), object()], dtype=pl.Object)})
    with pytest.raises(codecs.UnstorableValue, match="no columns of its type Object: make them text"):
        again(frame, tmp_path)
