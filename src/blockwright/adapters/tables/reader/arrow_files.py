"""Frames and tables, stored as Arrow files; mapped, not read.

What the Arrow schema cannot say of a pandas frame stands as JSON in its metadata under ``blockwright`` (written by the
codecs): each column's field, label, dtype and how its cells are kept, and the index. Of the index those levels are
shown that say something: all with a name, and unnamed ones unless they are only row numbers.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockwright.adapters.tables.reader import raw_columns
from blockwright.adapters.tables.reader.tables import Column, Form, Rows, Table, chunked, of_arrow

_KEY = b"blockwright"
_BLANK = [pickle.dumps(blank, 5) for blank in (None, float("nan"))]
_CHECKED_WHOLE = 64 * 1024 * 1024  # bytes up to which every offset and text is checked; beyond, that takes too long
_BATCH = 131_072  # rows that DuckDB takes at once: one huge batch would keep all but one of its threads idle


def open_file(path: str) -> Table:
    """The table in an Arrow IPC file; raises ValueError (Arrow's errors are) or OSError when it is none."""
    source = pa.memory_map(path)
    stored = pa.ipc.open_file(source).read_all()
    stored.validate(full=source.size() <= _CHECKED_WHOLE)
    note = json.loads((stored.schema.metadata or {}).get(_KEY, b"{}"))
    if isinstance(note, dict) and isinstance(note.get("columns"), list):
        return _frame(stored, note)
    return Table(_plain(stored), stored.num_rows)


def _plain(stored: pa.Table) -> tuple[Column, ...]:
    return tuple(
        Column(field.name, str(field.type), of_arrow(_split(stored.column(place))))
        for place, field in enumerate(stored.schema)
    )


def _frame(stored: pa.Table, note: Mapping[str, Any]) -> Table:
    rows = stored.num_rows if stored.num_columns else int(note["rows"])
    own = [_column(stored, each, str(each["label"]), str(each["type"])) for each in note["columns"]]
    return Table((*_index(stored, note["index"], rows), *own), rows)


def _index(stored: pa.Table, note: Mapping[str, Any], rows: int) -> list[Column]:
    names = [name.get("value") if isinstance(name, dict) else None for name in note["names"]]
    if note["kind"] == "range":
        start, stop, step = note["range"]
        return [] if names[0] is None else [Column(str(names[0]), "int64", _counting(range(start, stop, step)))]
    shown = []
    for place, (name, each) in enumerate(zip(names, note["columns"], strict=True)):
        kind = stored.schema.field(each["field"]).type
        if name is None and pa.types.is_integer(kind) and len(names) == 1 and each["kind"] != "period":
            continue
        label = str(name) if name is not None else ("index" if len(names) == 1 else f"level_{place}")
        shown.append(_column(stored, each, label, str(kind)))
    return shown


def _counting(numbers: range) -> Any:
    def read(rows: Rows) -> pa.ChunkedArray:
        chosen = np.arange(len(numbers), dtype=np.int64)[rows] if not isinstance(rows, slice) else numbers[rows]
        if isinstance(chosen, range):
            return chunked(pa.array(np.arange(chosen.start, chosen.stop, chosen.step, dtype=np.int64)))
        return chunked(pa.array(chosen * numbers.step + numbers.start))

    return read


def _column(stored: pa.Table, note: Mapping[str, Any], label: str, kind: str) -> Column:
    array = _split(stored.column(_place(stored.schema.names, note["field"])))
    how = str(note["kind"]).rpartition(":")[2]
    if how == "pickled":
        return Column(label, kind, _pickles(array), Form.OPAQUE)
    if how == "json":
        return Column(label, kind, of_arrow(array), Form.JSON)
    if how == "raw":
        return Column(label, kind, raw_columns.reader(array, str(note["dtype"])))
    if how == "period":
        return Column(label, kind, raw_columns.periods(array, kind))
    return Column(label, kind, of_arrow(array))


def _pickles(array: pa.ChunkedArray) -> Callable[[Rows], pa.ChunkedArray]:
    """Cells that are pickles, as bytes; those that say None or NaN are null, which their bytes show unopened."""
    read = of_arrow(array)
    blank = pa.array(_BLANK, array.type)

    def blanked(rows: Rows) -> pa.ChunkedArray:
        chosen = read(rows)
        return pc.if_else(pc.is_in(chosen, blank), pa.scalar(None, array.type), chosen)

    return blanked


def _place(names: Sequence[str], field: str) -> int:
    try:
        return list(names).index(field)
    except ValueError:
        raise KeyError(f"the file has no column {field!r}, which its own description names") from None


def _split(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same memory in pieces that several threads can take."""
    if all(len(chunk) <= _BATCH for chunk in array.chunks):
        return array
    pieces = [chunk.slice(start, _BATCH) for chunk in array.chunks for start in range(0, len(chunk), _BATCH)]
    return pa.chunked_array(pieces, array.type)
