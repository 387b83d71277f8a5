"""Polars frames and series as Arrow files.

A LazyFrame is computed and stored, and comes back as a LazyFrame over the stored rows. Polars starts threads when it is
imported, so it is imported only for a value or a blob of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from blockwright.codecs import arrow_maps
from blockwright.codecs.frames.encoded import packed, unpacked


def encode(value: Any, rows: Any) -> Callable[[Any], None] | None:
    """A function that writes the value, or None where Arrow cannot hold it (columns of Python objects, no columns).
    ``rows`` are what ``computed`` has made of it."""
    import polars as pl

    kind = {pl.DataFrame: "frame", pl.LazyFrame: "lazy", pl.Series: "series"}.get(type(value))
    if kind is None:
        return None
    frame = _frame(rows)
    if not frame.width or not _is_kept(frame):
        return None
    table = _arrow(frame)
    note = {"format": 1, "kind": kind, "schema": packed(dict(frame.schema)), "name": _name(value)}
    return lambda sink: arrow_maps.write(sink, table.schema, table.to_batches(), note)


def read(path: Path) -> Any:
    """The DataFrame, LazyFrame or Series."""
    import polars as pl
    import pyarrow as pa

    file = arrow_maps.MappedFile(path)
    table = pa.Table.from_batches(file.batches(), schema=file.schema)
    frame = pl.DataFrame(pl.from_arrow(table.replace_schema_metadata(None)))
    frame = frame.cast(unpacked(file.note["schema"]))
    match file.note["kind"]:
        case "lazy":
            return frame.lazy()
        case "series":
            return frame.to_series().alias(file.note["name"])
    return frame


def computed(value: Any) -> Any:
    """A LazyFrame's rows; other values as they are."""
    return value.collect() if type(value).__name__ == "LazyFrame" else value


def as_arrow(value: Any) -> Any:
    """The table of a frame, or of a series as one column."""
    return _arrow(_frame(value))


def _frame(value: Any) -> Any:
    import polars as pl

    if not isinstance(value, pl.Series):
        return computed(value)
    return value.alias(value.name or "value").to_frame()


def _name(value: Any) -> str | None:
    return value.name if hasattr(value, "to_frame") else None


def _arrow(frame: Any) -> Any:
    """In the layout that every reader of Arrow knows: one chunk, offsets instead of views."""
    import polars as pl

    return frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())


def _is_kept(frame: Any) -> bool:
    """Whether reading the Arrow form back gives the same types and cells; asked of an empty twin, which is quick."""
    import polars as pl

    if any("Object" in str(dtype) for dtype in frame.dtypes):
        return False
    try:
        twin = pl.DataFrame(pl.from_arrow(_arrow(frame.clear()))).cast(dict(frame.schema))
    except Exception:  # Polars raises panics and errors of many kinds for what it cannot convert
        return False
    return bool(twin.schema == frame.schema)
