"""Values as Arrow tables, for SQL blocks and every tool that reads Arrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blockwright.codecs import arrow_maps, blobs, tables
from blockwright.codecs.errors import NotATable
from blockwright.codecs.values import read
from blockwright.wire.outputs import Output


def as_arrow(output: Output, *, store: Path) -> Any:
    """The ``pyarrow.Table`` of a stored output: mapped where it is an Arrow file, with real column names, NaN of
    pandas as null, and only named levels of an index.

    Raises NotATable (a TypeError) saying what the output is when it is no table, StoreError when it cannot be read.
    """
    if output.codec == "arrow:pandas":
        from blockwright.codecs.frames import plain

        file = arrow_maps.MappedFile(blobs.existing(output, store))
        return plain.table(file.batches()[0], file.note, file)
    return as_arrow_value(read(output, store=store), name=output.name)


def as_arrow_value(value: Any, *, name: str = "value") -> Any:
    """The ``pyarrow.Table`` of a live value: a frame or series of any library, a list of dicts or of scalars, a numpy
    array of one or two dimensions. Raises NotATable naming ``name`` and its type for others."""
    import pyarrow as pa

    match tables.library(value) or type(value).__module__.partition(".")[0]:
        case "pandas":
            return _of_pandas(value)
        case "polars":
            from blockwright.codecs import polars_frames

            return polars_frames.as_arrow(value)
        case "pyarrow" if isinstance(value, pa.Table):
            return value
        case "pyarrow" if isinstance(value, pa.RecordBatch):
            return pa.Table.from_batches([value])
        case "pyarrow" if isinstance(value, pa.Array | pa.ChunkedArray):
            return pa.table({"value": value})
        case "numpy" if getattr(value, "ndim", 0) in (1, 2):
            return _of_array(value)
        case "builtins" if isinstance(value, list):
            return _of_list(value)
    kind = type(value)
    raise NotATable(
        f"`{name}` is a {kind.__qualname__}, not a table. Return a frame, a list of dicts or a two-dimensional array."
    )


def _of_pandas(value: Any) -> Any:
    import pyarrow as pa

    from blockwright.codecs.frames import columns, labels, plain

    frame = tables.as_frame(value)
    named = [level for level, name in enumerate(frame.index.names) if name is not None]
    levels = [frame.index.get_level_values(level) for level in named]
    parts = [*levels, *(frame.iloc[:, place] for place in range(frame.shape[1]))]
    arrays = [plain.column(plain.dense(columns.array_of(part))) for part in parts]
    names = [*(level.name for level in levels), *frame.columns]
    return pa.Table.from_arrays(arrays, names=labels.readable(names))


def _of_array(value: Any) -> Any:
    import pandas as pd

    if value.ndim == 1 and not value.dtype.names:
        return _of_pandas(pd.Series(value, name="value"))
    return _of_pandas(pd.DataFrame(value))


def _of_list(rows: list[Any]) -> Any:
    """Dicts as rows (a key that a row lacks is null), anything else as the one column ``value``."""
    import pyarrow as pa

    from blockwright.codecs.frames import labels, objects, plain

    names: list[Any] = ["value"]
    cells = [rows]
    if rows and all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(key for row in rows for key in row))
        cells = [[row.get(name) for row in rows] for name in names]
    arrays = [plain.column(plain.dense(objects.object_array(column))) for column in cells]
    return pa.Table.from_arrays(arrays, names=labels.readable(names))
