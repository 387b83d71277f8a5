"""What kind of values a column holds, told from its dtype and, for object columns, from the values themselves."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame, Series


class Kind(StrEnum):
    """The kinds that every database has some type for."""

    BOOLEAN = "boolean"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    DOUBLE = "double"
    NUMERIC = "numeric"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    DATE = "date"
    TIME = "time"
    INTERVAL = "interval"
    TEXT = "text"
    BYTES = "bytes"
    UUID = "uuid"
    JSON = "json"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """``element`` is the kind of the items where ``kind`` is LIST, else None."""

    kind: Kind
    element: Kind | None = None


def infer_types(frame: DataFrame) -> list[ColumnType]:
    """The type of each column of ``frame``, by position."""
    return [infer_type(frame.iloc[:, place]) for place in range(frame.shape[1])]


def infer_type(column: Series[Any]) -> ColumnType:
    """The narrowest type that holds every value of ``column``; a column without any value is TEXT."""
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return infer_type(pd.Series(dtype.categories))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ColumnType(Kind.TIMESTAMPTZ)
    if pd.api.types.is_bool_dtype(dtype):
        return ColumnType(Kind.BOOLEAN)
    if pd.api.types.is_integer_dtype(dtype):
        return ColumnType(_integer_kind(column.dropna()))
    if pd.api.types.is_float_dtype(dtype):
        return ColumnType(Kind.DOUBLE)
    if pd.api.types.is_datetime64_dtype(dtype):
        return ColumnType(Kind.TIMESTAMP)
    if pd.api.types.is_timedelta64_dtype(dtype):
        return ColumnType(Kind.INTERVAL)
    return _type_of_values(column.dropna())


def _type_of_values(values: Iterable[Any]) -> ColumnType:
    present = [value for value in values if value is not None]
    kinds = {_kind_of(value) for value in present}
    if not kinds:
        return ColumnType(Kind.TEXT)
    if kinds == {Kind.BIGINT}:
        return ColumnType(_integer_kind(present))
    if kinds == {Kind.LIST}:
        return _list_type(present)
    return ColumnType(_common_kind(kinds))


def _common_kind(kinds: set[Kind]) -> Kind:
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds <= {Kind.BIGINT, Kind.DOUBLE}:
        return Kind.DOUBLE
    if kinds <= {Kind.BIGINT, Kind.DOUBLE, Kind.NUMERIC}:
        return Kind.NUMERIC
    if kinds <= {Kind.DATE, Kind.TIMESTAMP}:
        return Kind.TIMESTAMP
    return Kind.JSON


def _list_type(values: list[Any]) -> ColumnType:
    """A list of plain values of one kind has that element; lists of lists, of dicts or of a mixture are JSON."""
    kinds = {_kind_of(item) for value in values for item in value if not _missing(item)}
    if not kinds:
        return ColumnType(Kind.LIST, Kind.TEXT)
    element = _common_kind(kinds)
    return ColumnType(Kind.JSON) if element in (Kind.JSON, Kind.LIST) else ColumnType(Kind.LIST, element)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _kind_of(value: Any) -> Kind:
    """The kind of one value; numpy's scalars and arrays count as what they stand for."""
    if hasattr(value, "tolist") and type(value).__module__ == "numpy":
        value = value.tolist()
    match value:
        case bool():
            return Kind.BOOLEAN
        case int():
            return Kind.BIGINT
        case float():
            return Kind.DOUBLE
        case decimal.Decimal():
            return Kind.NUMERIC
        case str():
            return Kind.TEXT
        case bytes() | bytearray() | memoryview():
            return Kind.BYTES
        case dt.datetime():
            return Kind.TIMESTAMP if value.tzinfo is None else Kind.TIMESTAMPTZ
        case dt.date():
            return Kind.DATE
        case dt.time():
            return Kind.TIME
        case dt.timedelta():
            return Kind.INTERVAL
        case uuid.UUID():
            return Kind.UUID
        case list() | tuple():
            return Kind.LIST
        case dict():
            return Kind.JSON
    return Kind.TEXT


def _integer_kind(values: Any) -> Kind:
    """The smallest integer that holds them all; NUMERIC beyond 64 bits."""
    if len(values) == 0:
        return Kind.BIGINT
    low, high = (
        (int(values.min()), int(values.max())) if hasattr(values, "min") else (int(min(values)), int(max(values)))
    )
    for kind, bits in ((Kind.SMALLINT, 15), (Kind.INTEGER, 31), (Kind.BIGINT, 63)):
        if -(1 << bits) <= low and high < (1 << bits):
            return kind
    return Kind.NUMERIC
