from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blockwright import codecs
from blockwright.codecs import blobs

_KEPT = [
    np.arange(6).reshape(2, 3),
    np.asfortranarray(np.arange(200_000.0).reshape(2, -1)),
    np.arange(100_000.0)[::3],
    np.array(5),
    np.zeros((0, 3)),
    np.array(["a", "bb"]),
    np.array([True, False]),
    np.array([1j]),
    np.array(["2020", "NaT"], "M8[D]"),
    np.array([1, 2], ">i4"),
    np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8", (1,))]),
    np.zeros(2, "V5"),
    np.arange(3, dtype="g"),
    np.broadcast_to(np.arange(3), (4, 3)),
]
_PICKLED = [
    np.array([None, "x"], dtype=object),
    np.ma.masked_array([1, 2], [False, True]),
    np.array([(1, 2.5)], dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    np.zeros(2, np.dtype("f8", metadata={"unit": "m"})),
    np.array(["text"], dtype=np.dtypes.StringDType()),
    np.recarray((2,), dtype=[("a", "i4")]),
]


@pytest.mark.parametrize(
    ("array", "codec"), [*((array, "npy") for array in _KEPT), *((array, "pickle") for array in _PICKLED)]
)
def test_an_array_comes_back_as_it_was(array: Any, codec: str, store: Path) -> None:
    output = codecs.write(array, name="output_0", store=store)
    read = codecs.read(output, store=store)
    assert output.codec == codec
    assert (type(read), read.dtype, read.shape) == (type(array), array.dtype, array.shape)
    assert read.dtype.metadata == array.dtype.metadata
    assert read.tolist() == array.tolist() or array.dtype.kind == "O" or read.tobytes() == array.tobytes()


def test_other_tools_can_load_the_file(store: Path) -> None:
    output = codecs.write(np.arange(4), name="output_0", store=store)
    assert np.load(blobs.path_of(store, output.digest)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("size", [3, 100_000])
def test_writing_into_a_read_array_does_not_touch_the_file(size: int, store: Path) -> None:
    output = codecs.write(np.zeros(size), name="output_0", store=store)
    read = codecs.read(output, store=store)
    read[:] = 1
    assert type(read) is np.ndarray
    assert read.sum() == size
    assert codecs.read(output, store=store).sum() == 0


def test_scalars_keep_their_type(store: Path) -> None:
    read = codecs.read(codecs.write(np.int16(4), name="output_0", store=store), store=store)
    assert (type(read), read) == (np.int16, 4)
