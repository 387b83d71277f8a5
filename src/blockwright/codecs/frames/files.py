"""A pandas frame or series as one Arrow file of one record batch, and back as it was.

The note in the schema's metadata (key ``blockwright``):

``kind``     ``frame`` or ``series``;  ``class``: ``DataFrame``, ``GeoDataFrame`` …;  ``rows``
``columns``  for each column in order ``field`` (its name in the Arrow schema), ``label`` (its name for people),
             ``type`` (its dtype in words), ``kind`` (how its cells are stored) and what that kind needs
``labels``   how the column labels are rebuilt;  ``index``: how the row index is, ``index.fields``: its columns
``attrs``, ``flags``   of the frame
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from blockwright.codecs import arrow_maps
from blockwright.codecs.errors import UnstorableValue
from blockwright.codecs.frames import blocks, columns, labels
from blockwright.codecs.frames.encoded import Encoded, UnpicklableCell, Unsuited, tagged, unpacked, untagged
from blockwright.codecs.frames.encoded import packed as _packed
from blockwright.codecs.unpicklable import explain

_CLASSES = {
    ("pandas", "DataFrame"): "frame",
    ("pandas", "Series"): "series",
    ("geopandas", "GeoDataFrame"): "frame",
    ("geopandas", "GeoSeries"): "series",
}


def encode(value: Any, name: str) -> Callable[[Any], None] | None:
    """A function that writes ``value`` into a sink, or None when it has no exact form as an Arrow file: a subclass
    that others defined, sparse columns, extension arrays of other packages.

    Raises UnstorableValue naming output ``name`` and the cell when a cell of a mixed column cannot be pickled.
    """
    kind = _CLASSES.get((type(value).__module__.partition(".")[0], type(value).__name__))
    if kind is None:
        return None
    try:
        batch, note = record_batch(value, kind)
    except Unsuited:
        return None
    except UnpicklableCell as error:
        raise UnstorableValue(explain(error.cell, name, error.cause, at=error.place)) from error.cause
    return lambda sink: arrow_maps.write(sink, batch.schema, [batch], note)


def read(path: Path) -> Any:
    """The frame or series; columns of fixed width are writable views over a private map of the file."""
    file = arrow_maps.MappedFile(path)
    note, batch = file.note, file.batches()[0]
    at = {name: place for place, name in enumerate(batch.schema.names)}
    levels = [(batch.column(at[each["field"]]), each["kind"], each) for each in note["index"]["columns"]]
    index = labels.decode_index(note["index"], levels, file)
    arrays = [columns.decode(batch.column(at[each["field"]]), each["kind"], each, file) for each in note["columns"]]
    value = _series(note, arrays[0], index) if note["kind"] == "series" else _frame(note, arrays, index)
    if note["attrs"]:
        value.attrs.update(unpacked(note["attrs"]))
    if note["unique_labels"]:
        value.flags.allows_duplicate_labels = False
    return value


def record_batch(value: Any, kind: str) -> tuple[Any, dict[str, Any]]:
    """The Arrow columns of a frame (first its own, then its index's) and the note that rebuilds it."""
    import pyarrow as pa

    names, arrays, dtypes = _contents(value, kind)
    own = [_encoded(array, label) for array, label in zip(arrays, names, strict=True)]
    index = labels.encode_index(value.index)
    fields = names if labels.are_field_names(names) else [f"c{place}" for place in range(len(names))]
    levels = [_free(f"__index_{place}__", fields) for place in range(len(index.levels))]
    notes = [_note(*each) for each in zip(fields, own, labels.readable(names), dtypes, strict=True)]
    batch = pa.RecordBatch.from_arrays([each.array for each in (*own, *index.levels)], names=[*fields, *levels])
    return batch, {
        "format": 1,
        "kind": kind,
        "class": type(value).__name__,
        "rows": len(value),
        "columns": notes,
        "labels": tagged(value.name) if kind == "series" else labels.encode_labels(value.columns),
        "index": {**index.note, "columns": [_note(f, e, f, "") for f, e in zip(levels, index.levels, strict=True)]},
        "attrs": _packed(value.attrs) if value.attrs else None,
        "unique_labels": not value.flags.allows_duplicate_labels,
        "geometry": tagged(getattr(value, "_geometry_column_name", None)),
    }


def _contents(value: Any, kind: str) -> tuple[list[Any], Iterable[Any], list[str]]:
    """Labels, arrays and dtypes in words; a series is one column."""
    if kind == "series":
        return ["value" if value.name is None else value.name], [columns.array_of(value)], [str(value.dtype)]
    return list(value.columns), blocks.columns_of(value), [str(dtype) for dtype in value.dtypes]


def _encoded(array: Any, label: Any) -> Encoded:
    try:
        return columns.encode(array)
    except UnpicklableCell as error:
        error.label = label
        raise


def _note(field: str, encoded: Encoded, label: str, dtype: str) -> dict[str, Any]:
    return {"field": field, "label": label, "type": dtype, "kind": encoded.kind, **encoded.note}


def _free(name: str, fields: list[str]) -> str:
    while name in fields:
        name = f"_{name}_"
    return name


def _frame(note: dict[str, Any], arrays: list[Any], index: Any) -> Any:
    frame = blocks.assemble(arrays, index)
    frame.columns = labels.decode_labels(note["labels"], [each["field"] for each in note["columns"]])
    if note["class"] != "GeoDataFrame":
        return frame
    import geopandas

    geographic = geopandas.GeoDataFrame(frame)
    # As pandas restores such an attribute itself; it may name a column that is not there (after a renaming).
    geographic._geometry_column_name = untagged(note["geometry"])
    return geographic


def _series(note: dict[str, Any], array: Any, index: Any) -> Any:
    import pandas as pd

    dtype = object if array.dtype == object else None
    series = pd.Series(array, index=index, dtype=dtype, name=untagged(note["labels"]), copy=False)
    if note["class"] != "GeoSeries":
        return series
    import geopandas

    return geopandas.GeoSeries(series)
