"""Statistics of columns. NaN counts as null everywhere; what a type cannot have (the mean of texts) is None.

Up to ``_EXACT`` rows everything is exact; beyond, distinct values and quantiles are estimated in one pass with small
memory. Moments, dates, times and durations are counted in their own unit, so their histograms have edges in seconds
(since 1970, since midnight, of length).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from blockwright.adapters.tables.reader.cells import PAGE, rendered
from blockwright.adapters.tables.reader.queries import ROW, connected, counted, one_row, register, searchable
from blockwright.adapters.tables.reader.tables import ALL, Column, Form, Table, chunked

_EXACT = 1_000_000
_TOP = 10
_BINS = 20
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def profile(table: Table, *, memory: int) -> list[dict[str, Any]]:
    """The answer to ``Tables.profile``: one object for each column."""
    with connected(memory) as database:
        return [
            {"name": column.label, "type": column.type, "rows": table.rows, **describe(database, column, table.rows)}
            for column in table.columns
        ]


def describe(database: Any, column: Column, rows: int) -> dict[str, Any]:
    """All statistics of one column."""
    return {**summarize(database, column, rows), **_distribution(database, column, rows)}


def summarize(database: Any, column: Column, rows: int) -> dict[str, Any]:
    """Nulls, distinct values, minimum, maximum, and for numbers mean and standard deviation."""
    register(database, "data", rows, {"cell": comparable(column)})
    distinct = "count(DISTINCT cell)" if rows <= _EXACT else "approx_count_distinct(cell)"
    present, found = one_row(database, f"SELECT count(cell), {distinct} FROM {_cells(column)}")
    summary: dict[str, Any] = {"nulls": rows - present, "distinct": min(found, present)}
    if _is_ordered(column):
        least = database.execute(f"SELECT min(cell), max(cell) FROM {_cells(column)}").to_arrow_table()
        summary["minimum"], summary["maximum"] = _original(column, [least.column(0), least.column(1)])
    if is_number(column):
        summary["mean"], summary["deviation"] = _moments(database, column)
    return summary


def _distribution(database: Any, column: Column, rows: int) -> dict[str, Any]:
    """Quantiles and histogram of what has an order, the most frequent values of the rest. After ``summarize``."""
    if is_number(column) or is_time(column):
        return {"quantiles": _quantiles(database, column, rows), "histogram": _histogram(database, column)}
    if _is_ordered(column):
        return {"top": _top(database, column)}
    return {}


def _kind(column: Column) -> pa.DataType:
    kind = column.read(slice(0, 0)).type
    while isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_number(column: Column) -> bool:
    """Whether it can be added up."""
    kind = _kind(column)
    numbers = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return column.form is Form.PLAIN and numbers and not _is_category(column)


def _is_category(column: Column) -> bool:
    return bool(pa.types.is_dictionary(column.read(slice(0, 0)).type))


def is_time(column: Column) -> bool:
    """Moments, dates, times of day, durations."""
    kind = _kind(column)
    counted_kind = pa.types.is_temporal(kind) and kind != pa.month_day_nano_interval()
    return column.form is Form.PLAIN and counted_kind and not _is_category(column)


def _is_ordered(column: Column) -> bool:
    """Whether a smallest and a largest value mean something to people."""
    kind = _kind(column)
    if column.form is not Form.PLAIN:
        return column.form is Form.JSON
    nested = pa.types.is_nested(kind) or pa.types.is_null(kind)
    return not (nested or _is_binary(kind) or kind == pa.month_day_nano_interval())


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def comparable(column: Column) -> pa.ChunkedArray:
    """The cells as DuckDB counts and compares them: moments as numbers, pickles as bytes."""
    if column.form is Form.OPAQUE:
        return column.read(ALL)
    if is_time(column):
        return counted(column.read(ALL))
    if column.form is Form.PLAIN and _kind(column) == pa.month_day_nano_interval():
        return chunked(pa.array(rendered(column.read(ALL)), pa.string()))
    return searchable(column)


def _cells(column: Column) -> str:
    """The registered cells with NaN as null."""
    if pa.types.is_floating(_kind(column)) and column.form is Form.PLAIN:
        return f"(SELECT CASE WHEN isnan(cell) THEN NULL ELSE cell END AS cell, {ROW} FROM data)"
    return "data"


def _original(column: Column, found: list[pa.ChunkedArray]) -> list[Any]:
    """Cells of one value each, told in the column's own type."""
    if is_time(column):
        kind = _kind(column)
        found = [array.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).cast(kind) for array in found]
    return [rendered(array, PAGE)[0] for array in found]


def _moments(database: Any, column: Column) -> tuple[float | None, float | None]:
    """Mean and standard deviation (of a sample); None where infinities or overflow leave no number."""
    try:
        mean, deviation = one_row(database, f"SELECT avg(cell), stddev_samp(cell::DOUBLE) FROM {_cells(column)}")
    except duckdb.OutOfRangeException:
        return None, None
    return _finite(mean), _finite(deviation)


def _quantiles(database: Any, column: Column, rows: int) -> list[Any]:
    source, points = _cells(column), "[0.25, 0.5, 0.75]"
    if is_time(column):
        kind = "approx_quantile" if rows > _EXACT else "quantile_disc"
        (found,) = one_row(database, f"SELECT {kind}(cell, {points}) FROM {source}")
        return [_original(column, [chunked(pa.array([value]))])[0] for value in found or ()]
    kind = "approx_quantile" if rows > _EXACT else "quantile_cont"
    (found,) = one_row(database, f"SELECT {kind}(cell::DOUBLE, {points}) FROM {source}")
    return [_finite(value) for value in found or ()]


def _top(database: Any, column: Column) -> list[list[Any]]:
    found = database.execute(
        f"SELECT cell, count(*) AS times FROM {_cells(column)} WHERE cell IS NOT NULL "
        f"GROUP BY cell ORDER BY times DESC, min({ROW}) LIMIT {_TOP}"
    ).to_arrow_table()
    return [list(pair) for pair in zip(rendered(found.column(0)), found.column(1).to_pylist(), strict=True)]


def _histogram(database: Any, column: Column) -> list[list[float | int]]:
    """Counts in equal bins between the smallest and largest finite value."""
    source = f"(SELECT cell::DOUBLE AS cell FROM {_cells(column)}) WHERE isfinite(cell)"
    low, high = one_row(database, f"SELECT min(cell), max(cell) FROM {source}")
    if low is None:
        return []
    scale = seconds_of(column)
    if low == high:
        (count,) = one_row(database, f"SELECT count(*) FROM {source}")
        return [[low * scale, high * scale, count]]
    width = high / _BINS - low / _BINS  # not (high - low) / _BINS: that may be beyond the largest number
    if width == 0:
        return []
    steps = f"(cell - ({low!r})) / {width!r}" if math.isfinite(high - low) else f"cell / {width!r} - ({low / width!r})"
    place = f"least({_BINS - 1}, greatest(0, floor({steps})))::INTEGER"
    counts: Mapping[int, int] = dict(
        database.execute(f"SELECT {place} AS place, count(*) FROM {source} GROUP BY place").fetchall()
    )
    edges = [(low + width * step) * scale for step in range(_BINS)] + [high * scale]
    return [[edges[step], edges[step + 1], counts.get(step, 0)] for step in range(_BINS)]


def seconds_of(column: Column) -> float:
    """Seconds of one unit of a column of times; 1 for numbers."""
    kind = _kind(column)
    if not is_time(column):
        return 1.0
    if pa.types.is_date32(kind):
        return 86_400.0
    return 1e-3 if pa.types.is_date64(kind) else _SECONDS[kind.unit]


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
