"""Numpy arrays in one or two dimensions; mapped, not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from blockwright.adapters.tables.reader.raw_columns import of_numpy
from blockwright.adapters.tables.reader.tables import Column, Rows, Table, chunked
from blockwright.core.errors import Invalid

_MOST_COLUMNS = 10_000


def open_file(path: str) -> Table:
    """The table of a ``.npy`` file: one column ``value``, or a column for each field or second index."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(array, np.ndarray):
        raise TypeError("this is an archive of arrays, not an array")
    if array.ndim == 1 and array.dtype.names:
        return Table(tuple(_column(name, array[name]) for name in array.dtype.names), len(array))
    if array.ndim == 1:
        return Table((_column("value", array),), len(array))
    if array.ndim == 2 and not array.dtype.names and array.shape[1] <= _MOST_COLUMNS:
        return Table(tuple(_column(str(place), array[:, place]) for place in range(array.shape[1])), len(array))
    raise Invalid(
        f"is an array of shape {array.shape}, not a table.",
        hint="Arrays of one or two dimensions are tables; `blockwright output` shows the preview of others.",
        code="not_a_table",
    )


def _column(label: str, values: np.ndarray[Any, Any]) -> Column:
    return Column(label, str(values.dtype), _reader(values))


def _reader(values: np.ndarray[Any, Any]) -> Callable[[Rows], pa.ChunkedArray]:
    def read(rows: Rows) -> pa.ChunkedArray:
        chosen = values[rows]
        if chosen.ndim == 1 and not chosen.dtype.names:
            return chunked(of_numpy(chosen))
        return chunked(pa.array([str(value) for value in chosen.tolist()], pa.string()))  # a field with fields

    return read
