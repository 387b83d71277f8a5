"""Columns that pandas keeps in arrays of its own: text, masked numbers, Arrow types, categories, zones, periods.

Text, masked and Arrow columns go through the protocol that pandas defines for this (``__arrow_array__`` and
``__from_arrow__``); of the others the numbers underneath are stored, so that they are read without a copy.
"""

from __future__ import annotations

from typing import Any

from blockwright.codecs.frames import fixed, objects
from blockwright.codecs.frames.encoded import (
    Encoded,
    Unsuited,
    one_array,
    packed,
    packed_dtype,
    tagged,
    unpacked,
    untagged,
)


def encode(values: Any) -> Encoded:
    """A pandas extension array; raises Unsuited for a kind that is unknown or has no Arrow form."""
    import pandas as pd

    dtype = values.dtype
    match dtype:
        case pd.StringDtype():
            return _text(values)
        case pd.CategoricalDtype():
            return categories(values.codes, values.categories, {"ordered": bool(values.ordered)})
        case pd.DatetimeTZDtype():
            return _moments(values)
        case pd.PeriodDtype():
            return _periods(values)
        case pd.IntervalDtype():
            encoded = objects.encode(values.astype(object))
            return Encoded(encoded.array, f"interval:{encoded.kind}", {**encoded.note, "dtype": packed_dtype(dtype)})
        case pd.ArrowDtype():
            return Encoded(one_array(values.__arrow_array__()), "arrow")
    if type(values) in (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray):
        return Encoded(values.__arrow_array__(), "extension", {"dtype": packed_dtype(dtype)})
    raise Unsuited


def decode(array: Any, kind: str, note: dict[str, Any], file: Any) -> Any:
    """The pandas array."""
    import numpy as np
    import pandas as pd

    match kind:
        case "category":
            return _categorical(array, note, file)
        case "arrow":
            dtype: Any = pd.ArrowDtype(array.type)  # the protocol is missing in the stubs
            return dtype.__from_arrow__(array)
        case "zoned":
            data = file.view(array.buffers()[1], np.int64, len(array))
            return pd.array(data, dtype=unpacked(note["dtype"]), copy=False)
        case "period":
            data = file.view(array.buffers()[1], np.int64, len(array))
            return pd.arrays.PeriodArray(data, dtype=unpacked(note["dtype"]))
        case "extension":
            return unpacked(note["dtype"]).__from_arrow__(array)
    cells = objects.decode(array, kind.removeprefix("interval:"), note)
    return pd.arrays.IntervalArray(cells, dtype=unpacked(note["dtype"]))


def categories(codes: Any, values: Any, note: dict[str, Any]) -> Encoded:
    """Codes (−1: none) over an Index of distinct values, as an Arrow dictionary.

    Where Arrow cannot hold the values exactly (intervals, mixed kinds …), the dictionary shows their text, and the
    values themselves are pickled in the note.
    """
    import numpy as np
    import pyarrow as pa

    encoded = _dictionary(values)
    if encoded is None:
        texts = [str(value).encode("utf-8", "replace").decode("utf-8") for value in values]
        dictionary, note = pa.array(texts, pa.large_string()), {**note, "values": packed(values)}
    else:
        dictionary, note = encoded.array, {**note, "of": encoded.kind, **encoded.note, **_index_note(values)}
    codes = np.ascontiguousarray(codes)
    buffers = [fixed.validity(codes >= 0), fixed.data_of(codes)]
    indices = pa.Array.from_buffers(pa.from_numpy_dtype(codes.dtype), len(codes), buffers)
    array = pa.DictionaryArray.from_arrays(indices, dictionary, ordered=note.get("ordered", False), safe=False)
    return Encoded(array, "category", {**note, "codes": codes.dtype.str})


def codes_and_values(array: Any, note: dict[str, Any], file: Any) -> tuple[Any, Any]:
    """What ``categories`` was given: writable codes over the map, and the Index."""
    import pandas as pd

    codes = file.view(array.indices.buffers()[1], note["codes"], len(array))
    if "values" in note:
        return codes, unpacked(note["values"])
    dtype, name = unpacked(note["dtype"]), untagged(note["name"])
    if note["range"]:
        start, stop, step = note["range"]
        return codes, pd.RangeIndex(start, stop, step, name=name)
    values = pd.Index(_distinct(array.dictionary, note, file, dtype), dtype=dtype, name=name, copy=False)
    if note["frequency"]:
        values.freq = unpacked(note["frequency"])
    return codes, values


def _distinct(dictionary: Any, note: dict[str, Any], file: Any, dtype: Any) -> Any:
    match note["of"]:
        case "text":
            return dtype.__from_arrow__(dictionary)
        case "objects":
            return objects.decode(dictionary, "objects", note)
        case "zoned":
            return decode(dictionary, "zoned", note, file)
    return fixed.decode(dictionary, {"dtype": dtype.str}, file)


def _index_note(values: Any) -> dict[str, Any]:
    """What an Index has beside its values."""
    import pandas as pd

    frequency = getattr(values, "freq", None)
    return {
        "dtype": packed_dtype(values.dtype),
        "name": tagged(values.name),
        "frequency": None if frequency is None else packed_dtype(frequency),
        "range": [values.start, values.stop, values.step] if isinstance(values, pd.RangeIndex) else None,
    }


def _dictionary(values: Any) -> Encoded | None:
    """The values of an Index as an Arrow array, or None where Arrow cannot hold them as they are."""
    import numpy as np
    import pandas as pd

    if type(values) not in (pd.Index, pd.RangeIndex, pd.DatetimeIndex, pd.TimedeltaIndex):
        return None
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufbmM":
        encoded = fixed.encode(np.asarray(values))
        return encoded if encoded.kind != "raw" else None
    if isinstance(values.dtype, pd.StringDtype):
        return _text(values.array)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _moments(values.array)
    if values.dtype == object:
        encoded = objects.encode(values.to_numpy())
        # The file format takes a dictionary of UUIDs for one of their bytes, and refuses to read it.
        return encoded if encoded.kind == "objects" and encoded.note["object"] != "UUID" else None
    return None


def _categorical(array: Any, note: dict[str, Any], file: Any) -> Any:
    import pandas as pd

    codes, values = codes_and_values(array, note, file)
    dtype = pd.CategoricalDtype(values, ordered=note["ordered"])
    return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)


def _text(values: Any) -> Encoded:
    import pyarrow as pa

    try:
        array = one_array(values.__arrow_array__(type=pa.large_string()))
    except UnicodeEncodeError:
        raise Unsuited from None  # only text kept by Python can hold a lone surrogate
    return Encoded(array.cast(pa.large_string()), "text", {"dtype": packed_dtype(values.dtype)})


def _moments(values: Any) -> Encoded:
    """Instants in UTC, with the zone's name for other readers and the zone itself in the note."""
    import numpy as np
    import pyarrow as pa

    data = np.asarray(values, dtype=f"M8[{values.dtype.unit}]")
    kind = pa.timestamp(values.dtype.unit, tz=_zone_name(values.dtype.tz))
    buffers = [fixed.validity(~np.isnat(data)), fixed.data_of(data)]
    return Encoded(pa.Array.from_buffers(kind, len(data), buffers), "zoned", {"dtype": packed_dtype(values.dtype)})


def _zone_name(zone: Any) -> str:
    import pyarrow as pa

    try:
        return str(pa.lib.tzinfo_to_string(zone))
    except (ValueError, TypeError, NotImplementedError):
        return "UTC"  # a zone without a name (a rule of dateutil's): the instants are right


def _periods(values: Any) -> Encoded:
    import numpy as np
    import pyarrow as pa

    ordinals = np.asarray(values.asi8)
    buffers = [fixed.validity(~np.asarray(values.isna())), fixed.data_of(ordinals)]
    array = pa.Array.from_buffers(pa.int64(), len(ordinals), buffers)
    return Encoded(array, "period", {"dtype": packed_dtype(values.dtype)})


def as_plain(array: Any, kind: str, note: dict[str, Any], file: Any) -> Any:
    """Periods and intervals as text, for tools that know neither."""
    import pandas as pd
    import pyarrow as pa

    cells = decode(array, kind, note, file)
    texts = [None if missing else str(cell) for cell, missing in zip(cells, pd.isna(cells), strict=True)]
    return pa.array(texts, pa.large_string())
