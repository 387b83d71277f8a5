"""Columns whose bytes Arrow has no type for: numpy's complex and long numbers, its other units of time, fixed text,
and pandas' periods. They become the nearest thing that people can read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from blockwright.adapters.tables.reader.tables import Rows, chunked, of_arrow

_UNITS = {"M": "M", "D": "D", "h": "h", "H": "h", "min": "m", "T": "m", "s": "s", "S": "s", "ms": "ms", "us": "us"}
_UNITS |= {"ns": "ns", "Y-DEC": "Y", "A-DEC": "Y"}


def reader(array: pa.ChunkedArray, dtype: str) -> Callable[[Rows], pa.ChunkedArray]:
    """Read fixed-size bytes as numpy values of ``dtype``."""
    kind = np.dtype(dtype)
    read = of_arrow(array)
    if kind.hasobject or not pa.types.is_fixed_size_binary(array.type) or kind.itemsize != array.type.byte_width:
        raise ValueError(f"a column of {array.type} cannot hold values of dtype {dtype!r}")

    def convert(rows: Rows) -> pa.ChunkedArray:
        data = b"".join(read(rows).to_pylist())
        return chunked(of_numpy(np.frombuffer(data, kind)))

    return convert


def of_numpy(values: np.ndarray[Any, Any]) -> pa.Array:
    """One-dimensional numpy values as Arrow values; NaN stays NaN, NaT becomes null."""
    values = np.ascontiguousarray(values)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    match native.dtype.kind:
        case "f" if native.dtype.itemsize > 8:
            return pa.array(native.astype(np.float64))
        case "c":
            return pa.array([str(value) for value in native.tolist()], pa.string())
        case "U":
            return pa.array([_text(value) for value in native.tolist()], pa.large_string())
        case "M" | "m":
            return _times(native)
        case "V":
            return pa.array([bytes(value) for value in native], pa.binary())
    return pa.array(native)


def periods(array: pa.ChunkedArray, dtype: str) -> Callable[[Rows], pa.ChunkedArray]:
    """Ordinals of pandas' periods as text (``2024-03``, ``2024Q1``); frequencies of other kinds stay numbers."""
    read = of_arrow(array)
    found = re.fullmatch(r"period\[(.+)\]", dtype)
    frequency = found[1] if found else ""
    unit = _UNITS.get(frequency)
    if unit is None and not frequency.startswith("Q-DEC"):
        return read

    def convert(rows: Rows) -> pa.ChunkedArray:
        numbers = read(rows)
        counts = np.asarray(numbers.fill_null(0).to_numpy(), dtype=np.int64)
        texts = np.datetime_as_string(counts.view(f"M8[{unit}]")).tolist() if unit else _quarters(counts)
        valid = numbers.is_valid().to_pylist()
        shown = [text if good else None for text, good in zip(texts, valid, strict=True)]
        return chunked(pa.array(shown, pa.string()))

    return convert


def _quarters(counts: np.ndarray[Any, Any]) -> list[str]:
    return [f"{1970 + count // 4}Q{count % 4 + 1}" for count in counts.tolist()]


def _times(values: np.ndarray[Any, Any]) -> pa.Array:
    unit, step = np.datetime_data(values.dtype)
    if unit in ("s", "ms", "us", "ns") and step == 1:
        return pa.array(values)
    if unit == "generic":
        return pa.array(values.astype(np.int64))
    finer = "s" if unit in ("Y", "M", "W", "D", "h", "m", "s") else "ns"
    if values.dtype.kind == "m" and unit in ("Y", "M"):  # numpy knows no length of a month
        return pa.array(values.astype(np.int64), pa.int64(), mask=np.isnat(values))
    return pa.array(values.astype(f"{values.dtype.kind}8[{finer}]"))


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8")
