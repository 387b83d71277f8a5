"""One column, whatever its dtype, to Arrow and back."""

from __future__ import annotations

from typing import Any

from blockwright.codecs.frames import extensions, fixed, objects
from blockwright.codecs.frames.encoded import Encoded

_FIXED = ("fixed", "bool", "raw")
_OBJECTS = ("objects", "json", "pickled")


def encode(values: Any) -> Encoded:
    """A numpy array or pandas extension array; raises Unsuited when it has no exact Arrow form."""
    import numpy as np

    if type(values) is np.ndarray:
        return objects.encode(values) if values.dtype == object else fixed.encode(values)
    if type(values.dtype).__name__ == "GeometryDtype":
        from blockwright.codecs.frames import geometry

        return geometry.encode(values)
    return extensions.encode(values)


def decode(array: Any, kind: str, note: dict[str, Any], file: Any) -> Any:
    """The array that ``encode`` was given, over the map of ``file`` where its kind allows."""
    if kind in _FIXED:
        return fixed.decode(array, note, file)
    if kind in _OBJECTS:
        return objects.decode(array, kind, note)
    if kind == "text":
        return _text(array, note)
    if kind == "geometry":
        from blockwright.codecs.frames import geometry

        return geometry.decode(array, note)
    return extensions.decode(array, kind, note, file)


def _text(array: Any, note: dict[str, Any]) -> Any:
    from blockwright.codecs.frames.encoded import unpacked

    dtype = unpacked(note["dtype"])
    values = dtype.__from_arrow__(array)
    wanted = dtype.construct_array_type()
    if isinstance(values, wanted):
        return values
    # pandas 2.3 gives the wrong kind of array for text that Python keeps and whose gaps are NaN.
    return wanted._from_sequence(values, dtype=dtype)


def array_of(series: Any) -> Any:
    """The array under a Series or Index: numpy's own where there is one, without a copy."""
    import numpy as np

    if isinstance(series.dtype, np.dtype):
        return np.asarray(series)
    return series.array
