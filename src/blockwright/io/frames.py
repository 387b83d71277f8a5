"""What people hand to an export, as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame


def as_frame(data: Any) -> DataFrame:
    """``data`` as a pandas frame: a dict is one row, or columns when all its values are lists; a list is rows.

    Series, Arrow tables and Polars frames are converted; anything else raises TypeError naming its type.
    """
    import pandas as pd

    match data:
        case pd.DataFrame():
            return data
        case pd.Series():
            return data.to_frame().T.infer_objects() if _is_row(data) else data.to_frame()
        case dict():
            columns = bool(data) and all(isinstance(value, list) for value in data.values())
            return pd.DataFrame(data) if columns else pd.DataFrame([data])
        case list() | tuple():
            return pd.DataFrame(list(data))
    for method in ("to_pandas", "toPandas"):
        convert = getattr(data, method, None)
        if convert is not None:
            return as_frame(convert())
    raise TypeError(f"A {type(data).__name__} is not a table; give a data frame, a dict or a list of dicts.")


def _is_row(series: Any) -> bool:
    """Whether a Series is one row of a frame: labelled by column names."""
    return bool(len(series.index)) and all(isinstance(label, str) for label in series.index)
