"""A column's values as plain Python objects that a database driver takes: NULL is None, JSON is text."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from blockwright.io.column_types import ColumnType, Kind

if TYPE_CHECKING:
    from pandas import Series


_INFINITE = (float("inf"), float("-inf"))

_LONGEST_WHOLE = 300
"""Digits of a whole decimal that is still written out in JSON; a longer one is text."""


def python_values(column: Series[Any], column_type: ColumnType) -> list[Any]:
    """The values of ``column``, missing ones as None, each of the Python type that its kind stands for."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    missing = _missing(column)
    convert = _CONVERTERS.get(column_type.kind)
    values = column.tolist()
    if convert is None:
        return [None if gone else value for value, gone in zip(values, missing, strict=True)]
    return [None if gone else convert(value) for value, gone in zip(values, missing, strict=True)]


def to_json(value: Any) -> str:
    """JSON text: dates in ISO form, decimals as numbers where exact, NaN as null, unknown things as their text."""
    return json.dumps(_plain(value), default=_json_fallback, allow_nan=False, ensure_ascii=False)


def _missing(column: Series[Any]) -> list[bool]:
    """Whether each value is missing; a list or dict in a cell is a value, whatever it holds."""
    flags: list[bool] = column.isna().tolist()
    return flags


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist") and type(value).__module__ == "numpy":
        return _plain(value.tolist())
    if isinstance(value, float) and (value != value or value in _INFINITE):
        return None
    return value


def _json_fallback(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            return None
        if value != value.to_integral_value():
            number = float(value)
            return number if number not in _INFINITE else str(value)
        return int(value) if value.adjusted() < _LONGEST_WHOLE else str(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _timestamp(value: Any) -> Any:
    to_python = getattr(value, "to_pydatetime", None)
    if to_python is not None:
        return to_python(warn=False)  # nanoseconds are cut: no database here keeps them
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  # naive by nature
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _interval(value: Any) -> Any:
    to_python = getattr(value, "to_pytimedelta", None)
    return to_python() if to_python is not None else value


def _list(value: Any) -> list[Any]:
    items = value.tolist() if hasattr(value, "tolist") else list(value)
    return [None if isinstance(item, float) and item != item else item for item in items]


def _number(value: Any) -> decimal.Decimal:
    return value if isinstance(value, decimal.Decimal) else decimal.Decimal(str(value))


_CONVERTERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.BOOLEAN: bool,
    Kind.SMALLINT: int,
    Kind.INTEGER: int,
    Kind.BIGINT: int,
    Kind.DOUBLE: float,
    Kind.NUMERIC: _number,
    Kind.TIMESTAMP: _timestamp,
    Kind.TIMESTAMPTZ: _timestamp,
    Kind.INTERVAL: _interval,
    Kind.TEXT: _text,
    Kind.BYTES: bytes,
    Kind.UUID: lambda value: value if isinstance(value, uuid.UUID) else uuid.UUID(str(value)),
    Kind.JSON: to_json,
    Kind.LIST: _list,
}
"""How a value becomes its kind's Python type; kinds that are not named here are that type already."""
