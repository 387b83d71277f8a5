from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright import codecs
from blockwright.codecs import blobs
from blockwright.wire.outputs import Output
from tests.codecs.samples import assert_same_column, assert_same_frame, frames, series
from tests.properties import examples


def stored(value: Any, store: Path) -> Output:
    return codecs.write(value, name="output_0", store=store)


def again(value: Any, store: Path) -> Any:
    return codecs.read(stored(value, store), store=store)


def file_of(output: Output, store: Path) -> pa.Table:
    with pa.memory_map(str(blobs.path_of(store, output.digest))) as file:
        return pa.ipc.open_file(file).read_all()


@examples(80)
@given(frames())
def test_any_frame_comes_back_as_it_was(frame: pd.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        output = stored(frame, Path(folder))
        sparse = any(isinstance(dtype, pd.SparseDtype) for dtype in [*frame.dtypes, frame.index.dtype])
        assert output.codec == ("pickle" if sparse else "arrow:pandas")
        assert_same_frame(codecs.read(output, store=Path(folder)), frame)


@examples(60)
@given(series(4), st.one_of(st.none(), st.text(max_size=3), st.tuples(st.integers())))
def test_any_series_comes_back_as_it_was(column: pd.Series, name: Any) -> None:
    column = column.rename(name)
    column.attrs["unit"] = "m"
    with tempfile.TemporaryDirectory() as folder:
        read = again(column, Path(folder))
    assert_same_column(read, column)
    assert (read.name, read.attrs, type(read)) == (name, {"unit": "m"}, pd.Series)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(index=range(3)),
        pd.DataFrame(index=["a", "b"]),
        pd.DataFrame({"a": []}),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(np.ones((0, 3))),
        pd.DataFrame({"a": pd.Series([], dtype="str"), "c": pd.Series([], dtype="category")}),
    ],
)
def test_empty_frames_keep_their_shape(frame: pd.DataFrame, store: Path) -> None:
    assert_same_frame(again(frame, store), frame)


def test_a_frame_that_forbids_repeated_labels_still_does(store: Path) -> None:
    frame = pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)
    assert not again(frame, store).flags.allows_duplicate_labels


def test_other_tools_see_names_types_and_nulls(store: Path) -> None:
    frame = pd.DataFrame(
        {"n": [1, 2], "f": [np.nan, 1.5], "t": pd.to_datetime(["2020-01-01", None]), "s": ["x", None]},
        index=pd.Index(["a", "b"], name="key"),
    )
    table = file_of(stored(frame, store), store)
    assert table.schema.names == ["n", "f", "t", "s", "__index_0__"]
    assert table["t"].null_count == table["s"].null_count == 1
    assert table["f"].null_count == 0  # NaN is kept as NaN
    assert table.schema.field("s").type == pa.large_string()
    assert len(table["n"].chunks) == 1


def test_repeated_labels_get_places_for_names(store: Path) -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    table = file_of(stored(frame, store), store)
    assert table.schema.names == ["c0", "c1"]
    assert_same_frame(again(frame, store), frame)


def test_a_column_named_like_a_stored_index_is_no_clash(store: Path) -> None:
    frame = pd.DataFrame({"__index_0__": [1, 2]}, index=["x", "y"])
    assert_same_frame(again(frame, store), frame)


def test_a_subclass_keeps_its_class(store: Path) -> None:
    frame = Measured({"a": [1]})
    frame.unit = "m"
    read = again(frame, store)
    assert (type(read), read.unit) == (Measured, "m")


class Measured(pd.DataFrame):
    _metadata = ["unit"]

    @property
    def _constructor(self) -> type[Measured]:
        return Measured


def test_geometries_keep_their_place_on_earth(store: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.points_from_xy([1.0, 2.0], [3.0, 4.0])
    frame = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=points, crs="EPSG:4326")
    frame["other"] = geopandas.GeoSeries([points[0], None], crs="EPSG:3857")
    read = again(frame, store)
    assert type(read) is geopandas.GeoDataFrame
    assert read.equals(frame)
    assert (read.crs, read["other"].crs, read.geometry.name) == (frame.crs, frame["other"].crs, "geometry")


def test_a_cell_that_cannot_be_pickled_is_named(store: Path) -> None:
    frame = pd.DataFrame({"a": [1, (cell for cell in ())]})
    with pytest.raises(codecs.UnstorableValue, match=r"`output_0`.*\['a'\]\.iloc\[1\].*generator.*list"):
        stored(frame, store)
    assert not list((store / "tmp").iterdir()) if store.exists() else True


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame, bad: frame.attrs.update(bad=bad),
        lambda frame, bad: setattr(frame, "index", pd.Index([bad], dtype=object)),
        lambda frame, bad: setattr(frame, "columns", pd.Index([bad], dtype=object)),
        lambda frame, bad: setattr(frame.index, "name", bad),
    ],
    ids=["attributes", "index", "labels", "name"],
)
def test_labels_that_cannot_be_pickled_are_refused_in_words(spoil: Any, store: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    spoil(frame, threading.Lock())
    with pytest.raises(codecs.UnstorableValue, match=r"`output_0`.*cannot pickle '_thread.lock'"):
        stored(frame, store)


def test_the_same_frame_is_stored_once(store: Path) -> None:
    first, second = (stored(pd.DataFrame({"a": [1.5], "s": ["x"]}), store) for _ in range(2))
    assert first.digest == second.digest
