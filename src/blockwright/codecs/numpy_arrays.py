"""numpy arrays in numpy's own ``.npy`` form, mapped copy-on-write to be read: writable, and the file stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

_SMALL = 64 * 1024  # bytes up to which reading is quicker than mapping


def encode(value: Any) -> Callable[[Any], None] | None:
    """A function that writes the array, or None for what the form cannot keep: objects, subclasses, odd dtypes."""
    import numpy as np

    if type(value) is not np.ndarray or not _is_kept(value.dtype):
        return None
    return lambda sink: _write(value, sink)


def read(path: Path) -> Any:
    """The array."""
    import numpy as np

    if path.stat().st_size <= _SMALL:
        return np.load(path, allow_pickle=False)
    return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))


def _write(value: Any, sink: Any) -> None:
    import numpy as np

    turned = value.flags.f_contiguous and not value.flags.c_contiguous
    data = value.T if turned else np.ascontiguousarray(value).reshape(value.shape)
    header = {"descr": np.lib.format.dtype_to_descr(value.dtype), "fortran_order": turned, "shape": value.shape}
    np.lib.format.write_array_header_2_0(sink, header)
    if data.size:
        sink.write(data.reshape(-1).view(np.uint8))


def _is_kept(dtype: Any) -> bool:
    import numpy as np

    if dtype.hasobject or dtype.kind == "T" or dtype.metadata or not dtype.itemsize or dtype.isalignedstruct:
        return False
    if dtype.names and any(_is_annotated(dtype.fields[name][0]) for name in dtype.names):
        return False
    try:
        return bool(np.lib.format.descr_to_dtype(np.lib.format.dtype_to_descr(dtype)) == dtype)
    except (TypeError, ValueError):
        return False


def _is_annotated(dtype: Any) -> bool:
    if dtype.metadata:
        return True
    return bool(dtype.names) and any(_is_annotated(dtype.fields[name][0]) for name in dtype.names)
