"""The numbers under a frame: taken out column by column, and put together again without copying them.

pandas keeps columns of one dtype in two-dimensional blocks. In the file the columns of such a run lie one after the
other at equal distance, so that a run can be read as one block over the map: as compact as a new frame, however wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_MANY = 100  # separate blocks from which on pandas warns of a fragmented frame
_TILE = 8_192  # rows turned over at once: a tile of a dozen columns stays in the cache
_SMALL = 64 * 1024 * 1024  # bytes up to which a fragmented frame is copied into whole blocks


def columns_of(frame: Any) -> Iterator[Any]:
    """The array of each column. Runs of numbers that lie row by row in memory are turned over once, in tiles."""
    import pandas as pd

    from blockwright.codecs.frames.columns import array_of

    frame = pd.DataFrame(frame, copy=False)  # without its attributes, which pandas copies deeply for each column
    position = 0
    arrays = [array_of(column) for _, column in frame.items()]
    for stop in _runs(list(frame.dtypes)):
        if _is_spread(arrays[position]) and stop - position > 1:
            yield from _turned(frame.iloc[:, position:stop].to_numpy())
        else:
            yield from arrays[position:stop]
        position = stop


def assemble(arrays: Sequence[Any], index: Any) -> Any:
    """A frame with columns 0, 1, … over these arrays themselves, not copies."""
    import pandas as pd

    if not arrays:
        return pd.DataFrame(index=index)
    runs = list(_joined(arrays)) if len(arrays) > _MANY else [[array] for array in arrays]
    if len(runs) == 1:
        frame = _block(runs[0])
    elif len(arrays) > _MANY:
        frame = pd.concat([_block(run) for run in runs], axis=1, ignore_index=True)
        if len(runs) > _MANY and frame.memory_usage(index=False, deep=False).sum() <= _SMALL:
            frame = frame.copy()
    else:
        frame = pd.DataFrame({place: _kept(array) for place, array in enumerate(arrays)}, copy=False)
    frame.index = index
    return frame


def _runs(dtypes: Sequence[Any]) -> Iterator[int]:
    """Where each run of equal numpy dtypes ends (exclusive)."""
    import numpy as np

    for place, dtype in enumerate(dtypes):
        following = dtypes[place + 1] if place + 1 < len(dtypes) else None
        if following is None or dtype != following or not isinstance(dtype, np.dtype):
            yield place + 1


def _is_spread(array: Any) -> bool:
    import numpy as np

    return (
        type(array) is np.ndarray
        and array.dtype.kind in "iufcmM"
        and len(array) > _TILE
        and array.strides[0] != array.itemsize
    )


def _turned(rows: Any) -> Iterator[Any]:
    """The columns of a row-major matrix, each side by side in memory."""
    import numpy as np

    turned = np.empty((rows.shape[1], rows.shape[0]), rows.dtype)
    for start in range(0, rows.shape[0], _TILE):
        turned[:, start : start + _TILE] = rows[start : start + _TILE].T
    yield from turned


def _kept(array: Any) -> Any:
    """Objects as a Series that says so: pandas would look for text and dates in a bare array of them."""
    import pandas as pd

    return pd.Series(array, dtype=object, copy=False) if array.dtype == object else array


def _joined(arrays: Sequence[Any]) -> Iterator[list[Any]]:
    """Neighbours of one dtype that lie at equal distances over one map."""
    run: list[Any] = []
    for array in arrays:
        if run and not _continues(run, array):
            yield run
            run = []
        run.append(array)
    if run:
        yield run


def _continues(run: Sequence[Any], array: Any) -> bool:
    import numpy as np

    last = run[-1]
    if not (type(array) is np.ndarray and type(last) is np.ndarray and array.dtype == last.dtype and len(array)):
        return False
    owner = _owner(array)
    if array.dtype == object or owner is None or owner is not _owner(last):
        return False
    distance = _address(array) - _address(last)
    return distance > 0 and (len(run) == 1 or distance == _address(run[1]) - _address(run[0]))


def _block(run: list[Any]) -> Any:
    import numpy as np
    import pandas as pd

    if len(run) == 1:
        return pd.DataFrame({0: _kept(run[0])}, copy=False)
    first = run[0]
    distance = _address(run[1]) - _address(first)
    matrix = np.lib.stride_tricks.as_strided(first, (len(run), len(first)), (distance, first.itemsize))
    return pd.DataFrame(matrix.T, copy=False)


def _owner(array: Any) -> Any:
    """The map that a view looks into; None for an array with memory of its own."""
    return array.base.obj if isinstance(array.base, memoryview) else None


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])
