"""Arrow IPC files: written uncompressed straight from memory, and mapped privately to be read.

A private map shares its pages with every other reader until one of them writes; what is written stays with the writer
and never reaches the file. What the schema alone cannot say stands as JSON under ``KEY`` in the schema's metadata.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KEY = b"blockwright"
_NO_RESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000)
"""A map may be larger than the free memory, since most of its pages are never written; 0x4000 is Linux's number."""


def write(sink: Any, schema: Any, batches: Sequence[Any], note: dict[str, Any]) -> None:
    """Write record batches of one schema; ``note`` is kept in the schema's metadata."""
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(unify_dictionaries=True)
    noted = schema.with_metadata({**(schema.metadata or {}), KEY: json.dumps(note, separators=(",", ":")).encode()})
    with pa.ipc.new_file(sink, noted, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch.cast(noted) if batch.schema.metadata != noted.metadata else batch)


class MappedFile:
    """An Arrow file in memory. ``batches`` point into the map, and so do the arrays that ``view`` gives."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self._map = _map(path)
        whole = pa.py_buffer(self._map)
        self._start, self._end = whole.address, whole.address + whole.size
        self._reader = pa.ipc.open_file(pa.BufferReader(whole))
        self.schema = self._reader.schema
        self.note: dict[str, Any] = json.loads((self.schema.metadata or {}).get(KEY, b"{}"))

    def batches(self) -> list[Any]:
        """Every record batch, without a copy."""
        return [self._reader.get_batch(index) for index in range(self._reader.num_record_batches)]

    def view(self, buffer: Any, dtype: Any, count: int) -> Any:
        """A writable numpy array of ``count`` items over an Arrow buffer; a copy where the memory is not the map's."""
        import numpy as np

        size = count * np.dtype(dtype).itemsize
        if count == 0 or buffer is None:
            return np.empty(count, dtype)
        if not (self._start <= buffer.address and buffer.address + size <= self._end):
            return np.frombuffer(buffer, dtype, count).copy()
        view = np.frombuffer(self._map, dtype, count, offset=buffer.address - self._start)
        return view if view.flags.aligned else view.copy()


def _map(path: Path) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flags = mmap.MAP_PRIVATE | _NO_RESERVE
        return mmap.mmap(descriptor, os.fstat(descriptor).st_size, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    finally:
        os.close(descriptor)


class InMemory:
    """Stands for a MappedFile where Arrow arrays were only just made: views are read-only over their buffers."""

    def view(self, buffer: Any, dtype: Any, count: int) -> Any:
        """A numpy array of ``count`` items over an Arrow buffer."""
        import numpy as np

        return np.frombuffer(buffer, dtype, count) if count else np.empty(0, dtype)
