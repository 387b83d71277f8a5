"""Actions that add a column computed over rows: aggregates (of groups, in time windows), differences, shifts, sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

from blockwright.mage.cleaning.filters import matching_rows

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from blockwright.mage.cleaning.descriptions import Action

_METHODS: Mapping[str, str] = {
    "average": "mean",
    "count": "count",
    "count_distinct": "nunique",
    "first": "first",
    "last": "last",
    "max": "max",
    "median": "median",
    "min": "min",
    "sum": "sum",
}
"""Pandas' words for Mage's aggregates."""

_WINDOW = ("timestamp_feature_a", "timestamp_feature_b", "window")


def aggregate(frame: DataFrame, action: Action) -> DataFrame:
    """Each argument's aggregate as a new column, the same for all rows of a group (of the frame, without groups).

    ``timestamp_feature_a``, ``timestamp_feature_b`` and ``window`` (seconds, negative for the future) count only rows
    whose ``a - b`` lies within the window; ``action_code`` counts only rows that meet it.
    """
    counted = _counted(frame, action)
    method = _METHODS[action.type]
    groups = list(action.options.get("groupby_columns") or [])
    result = frame.copy()
    for column, output in zip(action.arguments, action.output_names(), strict=True):
        if groups:
            values = counted.groupby(groups, dropna=False, observed=True)[column].agg(method)
            result[output] = _by_group(frame, groups, values, fill=0 if "count" in action.type else None)
        else:
            result[output] = _over_all(counted[column], method)
    return result


def difference(frame: DataFrame, action: Action) -> DataFrame:
    """Each argument's change from the row before, in its group."""
    return _each(frame, action, lambda column: column.diff(_periods(action)))


def shift_down(frame: DataFrame, action: Action) -> DataFrame:
    """Each argument's value ``periods`` rows before, in its group."""
    return _each(frame, action, lambda column: column.shift(_periods(action)))


def shift_up(frame: DataFrame, action: Action) -> DataFrame:
    """Each argument's value ``periods`` rows later, in its group."""
    return _each(frame, action, lambda column: column.shift(-_periods(action)))


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "addition": lambda left, right: left + right,
    "subtraction": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": lambda left, right: left / right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def add(frame: DataFrame, action: Action) -> DataFrame:
    """A new column from columns and a ``value``: by ``operator`` (``udf`` in older files), or a ``constant``."""
    word = str(action.options.get("operator") or action.options.get("udf") or "constant")
    result = frame.copy()
    (output,) = action.output_names()
    if word == "constant":
        result[output] = action.options.get("value", action.arguments[0] if action.arguments else None)
        return result
    if word not in _ARITHMETIC:
        raise ValueError(f"The action `add` knows no operator `{word}`; there are constant, {', '.join(_ARITHMETIC)}.")
    operands = [frame[name] for name in action.arguments]
    if (value := action.options.get("value")) is not None:
        operands.append(value)
    result[output] = reduce(_ARITHMETIC[word], operands)
    return result


def _counted(frame: DataFrame, action: Action) -> DataFrame:
    counted = frame[matching_rows(frame, action.code)] if action.code.strip() else frame
    if not all(action.options.get(key) is not None for key in _WINDOW):
        return counted
    import pandas as pd

    first, second, window = (action.options[key] for key in _WINDOW)
    apart = (pd.to_datetime(counted[first]) - pd.to_datetime(counted[second])).dt.total_seconds()
    low, high = sorted((0.0, float(window)))
    within: DataFrame = counted.loc[apart.between(low, high)]
    return within


def _by_group(frame: DataFrame, groups: list[str], values: Series[Any], *, fill: Any) -> Any:
    """The value of each row's group, in the order of the rows."""
    joined = frame[groups].merge(values.rename("_value").reset_index(), on=groups, how="left")["_value"]
    return (joined if fill is None else joined.fillna(fill).astype("int64")).to_numpy()


def _over_all(column: Series[Any], method: str) -> Any:
    if method in ("first", "last"):
        present = column.dropna()
        return (present.iloc[0] if method == "first" else present.iloc[-1]) if len(present) else None
    return getattr(column, method)()


def _each(frame: DataFrame, action: Action, compute: Callable[[Any], Any]) -> DataFrame:
    groups = list(action.options.get("groupby_columns") or [])
    result = frame.copy()
    for column, output in zip(action.arguments, action.output_names(), strict=True):
        source = frame.groupby(groups, dropna=False, observed=True)[column] if groups else frame[column]
        result[output] = compute(source)
    return result


def _periods(action: Action) -> int:
    return int(action.options.get("periods") or 1)
