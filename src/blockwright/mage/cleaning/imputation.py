"""Filling missing values; in text columns a blank counts as missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blockwright.mage.cleaning.column_types import ColumnType, infer_column_type
from blockwright.mage.cleaning.vocabulary import ImputationStrategy

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from blockwright.mage.cleaning.descriptions import Action

_DEFAULTS: Mapping[ColumnType, Any] = {
    ColumnType.NUMBER: 0,
    ColumnType.NUMBER_WITH_DECIMALS: 0.0,
    ColumnType.TRUE_OR_FALSE: False,
}
"""What a constant is when nobody names one; text becomes ``missing``."""

_SEED = 42
"""Of the random choice, so that the same frame gives the same result."""


def impute(frame: DataFrame, action: Action) -> DataFrame:
    """The named columns filled by ``strategy``: a statistic, a constant, a random or the last value, or no row."""
    strategy = ImputationStrategy(str(action.options.get("strategy")))
    result = frame.copy()
    for name in action.arguments:
        result[name] = _blank_as_missing(frame[name])
    match strategy:
        case ImputationStrategy.NOOP:
            return frame
        case ImputationStrategy.REMOVE_ROWS:
            return result.dropna(subset=action.arguments)
        case ImputationStrategy.SEQ:
            return _last_known(result, action)
    for name in action.arguments:
        result[name] = _filled(result, name, strategy, action)
    return result


def _filled(frame: DataFrame, name: str, strategy: ImputationStrategy, action: Action) -> Series[Any]:
    column = frame[name]
    present = column.dropna()
    value = action.options.get("value")
    match strategy:
        case ImputationStrategy.AVERAGE:
            return _fill(column, present.mean())
        case ImputationStrategy.MEDIAN:
            return _fill(column, present.median())
        case ImputationStrategy.MODE:
            modes = present.mode()
            return _fill(column, modes.iloc[0] if len(modes) else None)
        case ImputationStrategy.COLUMN:
            return column.fillna(frame[str(value)])
        case ImputationStrategy.RANDOM:
            return _from_others(column, present)
        case _:
            kind = action.column_types.get(name) or infer_column_type(column, name)
            return _fill(column, _DEFAULTS.get(kind, "missing") if value is None else value)


def _fill(column: Series[Any], value: Any) -> Series[Any]:
    """``column`` with ``value`` for what is missing; a value of another kind makes a column of mixed kinds."""
    import pandas as pd

    if value is None or value != value:
        return column
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.fillna(pd.Timestamp(value))
    if pd.api.types.is_numeric_dtype(column.dtype) and isinstance(value, int | float):
        return column.fillna(value)
    return column.astype(object).where(column.notna(), value).infer_objects()


def _from_others(column: Series[Any], present: Series[Any]) -> Series[Any]:
    missing = column.isna()
    if not len(present) or not missing.any():
        return column
    chosen = present.sample(int(missing.sum()), replace=True, random_state=_SEED)
    filled = column.copy()
    filled[missing] = chosen.to_numpy()
    return filled


def _last_known(frame: DataFrame, action: Action) -> DataFrame:
    """Each value carried forward in the order of the ``timestamps`` columns, if there are any; rows stay in place."""
    timestamps = list(action.options.get("timestamps") or [])
    ordered = frame.sort_values(timestamps, kind="stable") if timestamps else frame
    filled = frame.copy()
    filled[action.arguments] = ordered[action.arguments].ffill().reindex(frame.index)
    return filled


def _blank_as_missing(column: Series[Any]) -> Series[Any]:
    blank = column.map(lambda value: isinstance(value, str) and not value.strip())
    return column.where(~blank.astype(bool)) if blank.any() else column
