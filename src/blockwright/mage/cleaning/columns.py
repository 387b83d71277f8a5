"""Actions on whole columns: names, choice, scale, format, values of the wrong type, outliers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockwright.io.column_names import clean_column_names
from blockwright.mage.cleaning.column_types import ColumnType, infer_column_type, looks_like, parse_dates
from blockwright.mage.cleaning.vocabulary import OutlierMethod, Reformat

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from blockwright.mage.cleaning.descriptions import Action

_NOT_OF_A_NUMBER = re.compile(r"[^\d.eE+-]")
_FURTHEST = 3.0
"""Standard deviations from the mean beyond which ``trim`` takes a value for an outlier."""

_ODD = 0.6
"""The isolation forest's score of an ordinary row is about 0.5, that of a row which stands out tends to 1."""

_SEED = 42
"""Of the isolation forest, so that the same rows give the same result."""


def clean_names(frame: DataFrame, action: Action) -> DataFrame:
    """The named columns with names that any database takes."""
    cleaned = clean_column_names(action.arguments)
    return frame.rename(columns=dict(zip(action.arguments, cleaned, strict=True)))


def remove(frame: DataFrame, action: Action) -> DataFrame:
    """Without the named columns."""
    return frame.drop(columns=action.arguments)


def select(frame: DataFrame, action: Action) -> DataFrame:
    """The named columns only, in that order."""
    return frame[action.arguments].copy()


def normalize(frame: DataFrame, action: Action) -> DataFrame:
    """Each named column scaled to 0 … 1; a column of one value becomes 0."""
    return _replaced(frame, action, lambda column: _divided(column - column.min(), column.max() - column.min()))


def standardize(frame: DataFrame, action: Action) -> DataFrame:
    """Each named column as distances from its mean in standard deviations; a column of one value becomes 0."""
    return _replaced(frame, action, lambda column: _divided(column - column.mean(), column.std()))


def reformat(frame: DataFrame, action: Action) -> DataFrame:
    """Text in one case, amounts of money as numbers, dates as times, or without spaces around it."""
    kind = Reformat(str(action.options.get("reformat")))
    match kind:
        case Reformat.CAPITALIZATION:
            upper = str(action.options.get("capitalization") or "lowercase") == "uppercase"
            return _replaced(frame, action, lambda column: _texts(column, str.upper if upper else str.lower))
        case Reformat.CURRENCY:
            return _replaced(frame, action, numbers)
        case Reformat.DATE:
            return _replaced(frame, action, _dates)
        case Reformat.TRIM:
            return _replaced(frame, action, lambda column: _texts(column, str.strip))


def fix_syntax_errors(frame: DataFrame, action: Action) -> DataFrame:
    """Values that are not of their column's type become missing; numbers and times in text become such."""
    result = frame.copy()
    for name in action.arguments:
        kind = action.column_types.get(name) or infer_column_type(frame[name], name)
        result[name] = _valid(frame[name], kind)
    return result


def remove_outliers(frame: DataFrame, action: Action) -> DataFrame:
    """Without the rows that stand out in the named columns.

    ``trim`` (also ``auto``) looks at each column alone, ``isolation_forest`` and ``lof`` (extra ``ml``) at all
    together; these two keep rows with missing values.
    """
    method = OutlierMethod(str(action.options.get("method") or "auto"))
    match method:
        case OutlierMethod.AUTO | OutlierMethod.TRIM:
            return frame[~_far_from_mean(frame, action.arguments)]
        case OutlierMethod.ISOLATION_FOREST | OutlierMethod.LOF:
            return frame[~_odd_by_neighbours(frame, action.arguments, method)]


def numbers(column: Series[Any]) -> Series[Any]:
    """The numbers in text such as ``$1,234.50`` or ``(12 %)``, NaN where there is none."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    return pd.to_numeric(column.map(_bare_number, na_action="ignore"), errors="coerce")


def _bare_number(value: Any) -> str:
    text = str(value).strip()
    negative = text.startswith("(") and text.endswith(")")
    return ("-" if negative else "") + _NOT_OF_A_NUMBER.sub("", text)


def _dates(column: Series[Any]) -> Series[Any]:
    import pandas as pd

    return column if pd.api.types.is_datetime64_any_dtype(column.dtype) else parse_dates(column).dt.tz_localize(None)


def _valid(column: Series[Any], kind: ColumnType) -> Series[Any]:
    import pandas as pd

    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return column
    match kind:
        case ColumnType.NUMBER | ColumnType.NUMBER_WITH_DECIMALS:
            return numbers(column)
        case ColumnType.DATETIME:
            return _dates(column)
        case ColumnType.EMAIL | ColumnType.PHONE_NUMBER | ColumnType.ZIP_CODE:
            return column.where(column.map(lambda value: isinstance(value, str) and looks_like(value, kind)))
    return column


def _texts(column: Series[Any], change: Any) -> Series[Any]:
    return column.map(lambda value: change(value) if isinstance(value, str) else value)


def _divided(column: Series[Any], width: float) -> Series[Any]:
    return column / width if width and width == width else column * 0.0


def _replaced(frame: DataFrame, action: Action, change: Any) -> DataFrame:
    return frame.assign(**{name: change(frame[name]) for name in action.arguments})


def _far_from_mean(frame: DataFrame, names: list[str]) -> Series[Any]:
    values = frame[names]
    distance = (values - values.mean()).abs()
    return (distance > _FURTHEST * values.std()).any(axis=1)


def _odd_by_neighbours(frame: DataFrame, names: list[str], method: OutlierMethod) -> Series[Any]:
    import pandas as pd

    try:
        from sklearn.ensemble import IsolationForest
        from sklearn.neighbors import LocalOutlierFactor
    except ImportError:
        raise ImportError(
            f"The outlier method `{method}` needs the extra `ml`: pip install 'blockwright[ml]'"
        ) from None
    odd = pd.Series(False, index=range(len(frame)))
    complete = frame[names].notna().all(axis=1).to_numpy()
    values = frame.loc[complete, names].to_numpy(dtype="float64")
    if len(values) > 1:
        odd[complete] = (
            LocalOutlierFactor(n_neighbors=min(20, len(values) - 1)).fit_predict(values) == -1
            if method is OutlierMethod.LOF
            else IsolationForest(random_state=_SEED).fit(values).score_samples(values) < -_ODD
        )
    return pd.Series(odd.to_numpy(), index=frame.index)
