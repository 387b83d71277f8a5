"""Stored frames as tables that any Arrow reader understands: real names, nulls for what is missing, no private kinds.

pandas means *missing* by NaN, so a NaN of its float columns is a null here; the numbers themselves are not copied.
Of the index only named levels are kept. Cells that only Python understands become text.
"""

from __future__ import annotations

from typing import Any

from blockwright.codecs.arrow_maps import InMemory
from blockwright.codecs.frames import extensions, fixed, labels, objects
from blockwright.codecs.frames.encoded import Encoded, UnpicklableCell, Unsuited, untagged


def table(batch: Any, note: dict[str, Any], file: Any) -> Any:
    """The pyarrow.Table of a stored (or just encoded) frame."""
    import pyarrow as pa

    at = {name: place for place, name in enumerate(batch.schema.names)}
    arrays = [_plain(batch.column(at[each["field"]]), each, file) for each in note["columns"]]
    names = [each["label"] for each in note["columns"]]
    levels = list(zip(map(untagged, note["index"]["names"]), note["index"]["columns"], strict=False))
    for name, each in reversed([level for level in levels if level[0] is not None]):
        arrays.insert(0, _plain(batch.column(at[each["field"]]), each, file))
        names.insert(0, str(name))
    if note["index"]["kind"] == "range" and untagged(note["index"]["names"][0]) is not None:
        start, stop, step = note["index"]["range"]
        arrays.insert(0, pa.array(range(start, stop, step), pa.int64()))
        names.insert(0, str(untagged(note["index"]["names"][0])))
    return pa.Table.from_arrays(arrays, names=labels.readable(names))


def dense(array: Any) -> Encoded:
    """A column of any kind as Arrow, where exactness is not asked: sparse ones filled, unknown ones cell by cell."""
    import numpy as np
    import pandas as pd

    from blockwright.codecs.frames import columns

    if isinstance(array.dtype, pd.SparseDtype):
        array = array.to_dense()
    try:
        return columns.encode(array)
    except (Unsuited, UnpicklableCell):
        return objects.as_shown(np.asarray(array, dtype=object))


def column(encoded: Encoded) -> Any:
    """A column that was only just encoded, for any reader."""
    return _plain(encoded.array, {"kind": encoded.kind, **encoded.note}, InMemory())


def _plain(array: Any, note: dict[str, Any], file: Any) -> Any:
    import pyarrow as pa

    kind = note["kind"]
    if kind in ("json", "pickled"):
        return objects.as_plain(array, kind)
    if kind == "period" or kind.startswith("interval:"):
        return extensions.as_plain(array, kind, note, file)
    if kind == "raw":
        return pa.array([str(cell) for cell in fixed.decode(array, note, file)], pa.large_string())
    if kind in ("fixed", "objects") and pa.types.is_floating(array.type):
        return _without_nan(array, file)
    return array


def _without_nan(array: Any, file: Any) -> Any:
    """The same numbers with NaN marked as null; halves are widened, which few readers know."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    data = array.buffers()[1]
    numbers = np.frombuffer(data, array.type.to_pandas_dtype(), len(array)) if len(array) else np.empty(0)
    valid = ~np.isnan(numbers)
    if array.null_count:
        valid &= array.is_valid().to_numpy(zero_copy_only=False)
    return pa.Array.from_buffers(array.type, len(array), [fixed.validity(valid), data])
