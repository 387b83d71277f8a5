"""Statistics of a table's columns over its first rows: cheap enough to be made with every output."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from blockwright.codecs import cells, tables

T = TypeVar("T")

ROWS = 10_000
_COLUMNS = 200
_ORDERED = {str, int, float, bool, Decimal, date, datetime, time, timedelta}


def profile(value: Any) -> dict[str, Any] | None:
    """``{"rows": n, "columns": [{"name", "type", "nulls", "distinct", "min", "max", "mean"}]}`` over the first
    10,000 rows and 200 columns; a statistic that a column does not have is null. None for what is no table, and never
    an error: a profile is a service, not a result."""
    return _tried(lambda: _profile(value))


def _profile(value: Any) -> dict[str, Any] | None:
    match tables.library(value):
        case None:
            return None
        case "pandas":
            part = tables.as_frame(value).iloc[:ROWS, :_COLUMNS]
            columns = [_pandas_column(str(label), column) for label, column in part.items()]
            return {"rows": len(part), "columns": columns}
        case "polars":
            from blockwright.codecs.polars_frames import as_arrow

            table = as_arrow(tables.as_frame(value).head(ROWS))
        case _:
            table = tables.as_frame(value).slice(0, ROWS)
    names = table.schema.names[:_COLUMNS]
    described = tables.schema(value)
    columns = [
        _arrow_column(each.name, each.type, table.column(place)) for place, each in enumerate(described[: len(names)])
    ]
    return {"rows": table.num_rows, "columns": columns}


def _pandas_column(name: str, column: Any) -> dict[str, Any]:
    measured = _tried(lambda: _measured(name, column))
    return measured or _statistics(name, str(column.dtype), nulls=None, distinct=None, ends=None, mean=None)


def _measured(name: str, column: Any) -> dict[str, Any]:
    import pandas as pd

    missing = column.isna().to_numpy(dtype=bool)
    present = column[~missing] if missing.any() else column
    kind = getattr(column.dtype, "kind", "O")
    if kind in "iufb":
        present = present.to_numpy()
    ordered = kind in "iufbmM" or str(column.dtype) in ("str", "string") or _has_an_order(present)
    mean = _tried(lambda: cells.cell(float(present.mean(dtype="f8")))) if kind in "iufb" and len(present) else None
    return _statistics(
        name,
        str(column.dtype),
        nulls=int(missing.sum()),
        distinct=_tried(lambda: len(pd.unique(present)) if len(present) else 0),
        ends=_tried(lambda: (cells.cell(present.min()), cells.cell(present.max())))
        if ordered and len(present)
        else None,
        mean=mean,
    )


def _has_an_order(cells_of_objects: Any) -> bool:
    """Whether objects are all of one kind that people would sort."""
    kinds = set(map(type, cells_of_objects))
    return len(kinds) == 1 and kinds <= _ORDERED


def _arrow_column(name: str, kind: str, column: Any) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    def ends() -> tuple[Any, Any]:
        both = pc.min_max(column)
        return cells.cell(both["min"].as_py()), cells.cell(both["max"].as_py())

    number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    return _statistics(
        name,
        kind,
        nulls=column.null_count,
        distinct=_tried(lambda: int(pc.count_distinct(column, mode="only_valid").as_py())),
        ends=_tried(ends),
        mean=_tried(lambda: cells.cell(float(pc.mean(column).as_py()))) if number else None,
    )


def _statistics(
    name: str, kind: str, *, nulls: int | None, distinct: int | None, ends: tuple[Any, Any] | None, mean: float | None
) -> dict[str, Any]:
    least, most = ends or (None, None)
    return {
        "name": cells.text(name),
        "type": kind,
        "nulls": nulls,
        "distinct": distinct,
        "min": least,
        "max": most,
        "mean": mean,
    }


def _tried(measure: Callable[[], T]) -> T | None:
    """What ``measure`` finds, or None: a kind of cell may have no order, no hash, or code of the user's in both."""
    try:
        return measure()
    except Exception:
        return None
