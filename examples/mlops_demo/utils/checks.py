"""Quality checks in words: each raises AssertionError that names the column, how many rows, and the first of them.

They raise rather than use ``assert``, so that ``python -O`` cannot switch a gate off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from pandas.api import types

_KINDS = {
    "number": types.is_numeric_dtype,
    "text": lambda dtype: types.is_string_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype),
    "time": types.is_datetime64_any_dtype,
}


def check(holds: bool, message: str) -> None:
    """Raise AssertionError with ``message`` unless ``holds``."""
    if not holds:
        raise AssertionError(message)


def check_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Every one of ``columns`` is there."""
    missing = [column for column in columns if column not in frame.columns]
    check(not missing, f"missing columns: {', '.join(missing)}; there are {', '.join(map(str, frame.columns))}")


def check_kinds(frame: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    """Each column holds what ``kinds`` says: "number", "text" or "time"."""
    check_columns(frame, kinds)
    wrong = [
        f"{column} is {frame[column].dtype}, not {kind}"
        for column, kind in kinds.items()
        if not _KINDS[kind](frame[column].dtype)
    ]
    check(not wrong, "; ".join(wrong))


def check_ranges(frame: pd.DataFrame, ranges: Mapping[str, tuple[float, float]], tolerated: float = 0.0) -> None:
    """Values lie within their closed range; missing ones are not judged. At most the share ``tolerated`` may not."""
    check_columns(frame, ranges)
    for column, (low, high) in ranges.items():
        outside = frame[column].notna() & ~frame[column].between(low, high)
        check(
            int(outside.sum()) <= tolerated * len(frame),
            f"{column} leaves [{low:g}, {high:g}] in {outside.sum()} of {len(frame)} rows"
            + _first(frame, column, outside),
        )


def check_missing(frame: pd.DataFrame, shares: Mapping[str, float]) -> None:
    """At most the given share of each column is missing."""
    check_columns(frame, shares)
    for column, allowed in shares.items():
        missing = frame[column].isna()
        check(
            int(missing.sum()) <= allowed * len(frame),
            f"{column} is missing in {missing.sum()} of {len(frame)} rows; at most {allowed:.1%} may be",
        )


def check_unique(frame: pd.DataFrame, key: Iterable[str]) -> None:
    """No two rows share ``key``."""
    columns = list(key)
    check_columns(frame, columns)
    repeated = frame.duplicated(columns)
    check(not repeated.any(), f"{repeated.sum()} rows repeat the key {', '.join(columns)}")


def check_rows(frame: pd.DataFrame, at_least: int = 1) -> None:
    """There are at least so many rows."""
    check(len(frame) >= at_least, f"there are {len(frame)} rows; at least {at_least} are needed")


def _first(frame: pd.DataFrame, column: str, bad: pd.Series) -> str:
    if not bad.any():
        return ""
    position = bad.to_numpy().argmax()
    value: Any = frame[column].iloc[position]
    return f", first in row {position}: {value}"
