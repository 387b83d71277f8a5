"""Columns of fixed width: numbers, booleans, moments and durations of numpy.

Their bytes go to the file as they lie in memory, and are read as writable views over the map. NaN stays NaN. NaT keeps
its bytes and is marked as null beside them, so that other readers see a null and numpy sees what it wrote.
Booleans are packed into bits, as Arrow has them, and are the one kind that reading copies.
"""

from __future__ import annotations

from typing import Any

from blockwright.codecs.frames.encoded import Encoded

_UNITS = ("s", "ms", "us", "ns")


def encode(values: Any) -> Encoded:
    """A one-dimensional numpy array of any dtype without objects."""
    import numpy as np

    dtype = values.dtype
    note = {"dtype": dtype.str}
    if dtype.kind == "b":
        return Encoded(_booleans(values), "bool", note)
    if dtype.kind in "iuf" and dtype.itemsize <= 8:
        return Encoded(_numbers(values.astype(dtype.newbyteorder("="), copy=False)), "fixed", note)
    if dtype.kind in "mM" and np.datetime_data(dtype) in [(unit, 1) for unit in _UNITS]:
        return Encoded(_times(values.astype(dtype.newbyteorder("="), copy=False)), "fixed", note)
    return Encoded(_raw(values), "raw", note)


def decode(array: Any, note: dict[str, Any], file: Any) -> Any:
    """The numpy array; ``file`` is the MappedFile that ``array`` came from."""
    import numpy as np

    dtype, count = np.dtype(note["dtype"]), len(array)
    data = array.buffers()[1]
    if dtype.kind == "b":
        bits = np.frombuffer(data, np.uint8, (count + 7) // 8) if count else np.empty(0, np.uint8)
        return np.unpackbits(bits, count=count, bitorder="little").view(np.bool_)
    if array.type.id == _raw_type_id():
        return file.view(data, dtype, count)
    return file.view(data, dtype.newbyteorder("="), count).astype(dtype, copy=False)


def validity(valid: Any) -> Any:
    """An Arrow validity bitmap from booleans (true: there is a value); None when nothing is missing."""
    import numpy as np
    import pyarrow as pa

    return None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))


def data_of(values: Any) -> Any:
    """The bytes of a numpy array as an Arrow buffer, without a copy if they lie side by side."""
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.ascontiguousarray(values).view(np.uint8))


def _numbers(values: Any) -> Any:
    import pyarrow as pa

    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, data_of(values)])


def _booleans(values: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def _times(values: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    unit = np.datetime_data(values.dtype)[0]
    kind = pa.timestamp(unit) if values.dtype.kind == "M" else pa.duration(unit)
    return pa.Array.from_buffers(kind, len(values), [validity(~np.isnat(values)), data_of(values)])


def _raw(values: Any) -> Any:
    import pyarrow as pa

    kind = pa.binary(values.dtype.itemsize)
    return pa.Array.from_buffers(kind, len(values), [None, data_of(values)])


def _raw_type_id() -> int:
    import pyarrow as pa

    return int(pa.binary(1).id)
