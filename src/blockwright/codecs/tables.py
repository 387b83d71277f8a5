"""The first rows of any table, whatever library it is of, in one form that previews and profiles share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from blockwright.wire.outputs import Column


@dataclass(frozen=True, slots=True)
class Head:
    """``columns`` holds for each column its cells as Python values; named levels of an index come first."""

    schema: tuple[Column, ...]
    columns: tuple[list[Any], ...]
    rows: int
    """How many rows the whole table has."""


def library(value: Any) -> str | None:
    """``pandas``, ``polars`` or ``pyarrow`` when ``value`` is a table or column of it (or of a subclass)."""
    if type(value).__module__ == "builtins":
        return None
    for name, kinds in _TABLES.items():
        module = sys.modules.get(name)
        if module is not None and any(isinstance(value, getattr(module, kind, ())) for kind in kinds):
            return name
    return None


_TABLES = {
    "pandas": ("DataFrame", "Series"),
    "polars": ("DataFrame", "Series"),
    "pyarrow": ("Table", "RecordBatch", "Array", "ChunkedArray"),
}


def as_frame(value: Any) -> Any:
    """A single column as a table of one column; tables as they are."""
    if library(value) == "pyarrow":
        import pyarrow as pa

        return value if hasattr(value, "schema") else pa.table({"value": value})
    if library(value) == "pandas":
        return _pandas_frame(value)
    if type(value).__name__ == "Series":
        return value.to_frame(value.name or "value")
    return value


def _pandas_frame(value: Any) -> Any:
    """A bare frame over the same memory: without the attributes, which pandas copies deeply for each column."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return pd.DataFrame(value, copy=False)
    frame = pd.DataFrame({0: pd.Series(value, copy=False)}, copy=False)
    label = "value" if value.name is None or value.name == "" else value.name
    frame.columns = pd.Index([label], dtype=object, tupleize_cols=False)
    return frame


def schema(value: Any) -> tuple[Column, ...]:
    """The columns of a table with their types in the library's own words."""
    match library(value):
        case "pandas":
            frame = as_frame(value)
            return tuple(
                Column(str(label), str(dtype)) for label, dtype in zip(frame.columns, frame.dtypes, strict=True)
            )
        case "polars":
            frame = as_frame(value)
            return tuple(Column(name, str(dtype)) for name, dtype in zip(frame.columns, frame.dtypes, strict=True))
        case "pyarrow":
            return tuple(Column(field.name, str(field.type)) for field in as_frame(value).schema)
    return ()


def head(value: Any, *, rows: int, columns: int) -> Head:
    """The first rows and columns of a table."""
    match library(value):
        case "pandas":
            return _pandas_head(as_frame(value), rows, columns)
        case "polars":
            part = as_frame(value)
            part = part[: min(rows, part.height), : min(columns, part.width)]
            return Head(schema(part), tuple(part[name].to_list() for name in part.columns), len(value))
    part = as_frame(value).slice(0, rows)
    part = part.select(list(range(min(columns, part.num_columns))))
    return Head(schema(part), tuple(column.to_pylist() for column in part.columns), len(value))


def _pandas_head(frame: Any, rows: int, columns: int) -> Head:
    part = frame.iloc[:rows, :columns]
    named = [level for level, name in enumerate(frame.index.names) if name is not None][:columns]
    levels = [part.index.get_level_values(level) for level in named]
    own = [column for _, column in part.items()][: columns - len(levels)]
    parts = [*levels, *own]
    labels = [*(level.name for level in levels), *part.columns]
    described = tuple(Column(str(label), str(each.dtype)) for label, each in zip(labels, parts, strict=False))
    return Head(described, tuple(each.tolist() for each in parts), len(frame))
