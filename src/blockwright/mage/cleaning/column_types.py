"""What a column of a frame holds, in Mage's words: told from its dtype and a sample of its values."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_SAMPLE = 10_000
"""Values of a column that are looked at."""

_MATCHES = 0.8
"""The share of values that must look like an e-mail address (a date, a number …) for the column to be one."""

_FEW = 40
_FEW_SHARE = 0.8
_WORDS_OF_TEXT = 3.0
_LONG_TEXT = 40.0


class ColumnType(StrEnum):
    CATEGORY = "category"
    CATEGORY_HIGH_CARDINALITY = "category_high_cardinality"
    DATETIME = "datetime"
    EMAIL = "email"
    LIST = "list"
    NUMBER = "number"
    NUMBER_WITH_DECIMALS = "number_with_decimals"
    PHONE_NUMBER = "phone_number"
    TEXT = "text"
    TRUE_OR_FALSE = "true_or_false"
    ZIP_CODE = "zip_code"


PATTERNS: Mapping[ColumnType, re.Pattern[str]] = {
    ColumnType.EMAIL: re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
    ColumnType.ZIP_CODE: re.compile(r"\d{5}(?:-\d{4})?"),
    ColumnType.PHONE_NUMBER: re.compile(r"(?:\+?\d{1,3}[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}"),
    ColumnType.NUMBER: re.compile(r"[+-]?[$€£¥]?\s?(?:\d+|\d{1,3}(?:,\d{3})+)\s?%?"),
    ColumnType.NUMBER_WITH_DECIMALS: re.compile(
        r"[+-]?[$€£¥]?\s?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d+)?\s?%?"
    ),
}
"""How texts of a type look, whole."""

_DIGIT = re.compile(r"\d")
_TRUTH = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n", "0", "1"})


def infer_column_types(df: DataFrame, **_: Any) -> dict[str, ColumnType]:
    """The type of every column of ``df``."""
    return {name: infer_column_type(df.iloc[:, place], str(name)) for place, name in enumerate(df.columns)}


def infer_column_type(column: Series[Any], name: str = "") -> ColumnType:
    """The type of one column; ``name`` decides between zip codes and plain numbers."""
    import pandas as pd

    dtype = column.dtype
    present = column.dropna().head(_SAMPLE)
    if pd.api.types.is_bool_dtype(dtype):
        return ColumnType.TRUE_OR_FALSE
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return ColumnType.DATETIME
    if pd.api.types.is_numeric_dtype(dtype):
        return _of_numbers(present, name)
    if isinstance(dtype, pd.CategoricalDtype):
        return _of_texts(present.astype(str), name)
    if len(present) and all(isinstance(value, list | tuple | set) for value in present):
        return ColumnType.LIST
    if len(present) and all(isinstance(value, bool) for value in present):
        return ColumnType.TRUE_OR_FALSE
    return _of_texts(present.astype(str), name)


def share_that_matches(texts: Series[Any], kind: ColumnType) -> float:
    """The share of ``texts`` that look like ``kind``."""
    if not len(texts):
        return 0.0
    return float(texts.map(lambda text: looks_like(text, kind)).mean())


def looks_like(text: str, kind: ColumnType) -> bool:
    """Whether a text is of a type that has a pattern."""
    stripped = text.strip()
    return bool(PATTERNS[kind].fullmatch(stripped)) and bool(kind is ColumnType.EMAIL or _DIGIT.search(stripped))


def parse_dates(texts: Series[Any]) -> Series[Any]:
    """Times, NaT where a text is none; a number alone is no date."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas tells of formats that it must guess value by value
        dates = pd.to_datetime(texts, errors="coerce", format="mixed", utc=True)
    numbers = texts.astype(str).map(lambda text: looks_like(text, ColumnType.NUMBER_WITH_DECIMALS))
    return dates.where(~numbers)


def _of_numbers(present: Series[Any], name: str) -> ColumnType:
    values = set(present.unique()[:3])
    if values and values <= {0, 1} and len(values) == 2:
        return ColumnType.TRUE_OR_FALSE
    whole = bool((present == present.round()).all()) if len(present) else True
    if whole and "zip" in name.lower() and len(present) and present.between(501, 99_950).all():
        return ColumnType.ZIP_CODE
    return ColumnType.NUMBER if whole else ColumnType.NUMBER_WITH_DECIMALS


def _of_texts(present: Series[Any], name: str) -> ColumnType:
    texts = present[present.str.strip() != ""]
    if not len(texts):
        return ColumnType.CATEGORY
    if set(texts.str.strip().str.lower().unique()) <= _TRUTH and texts.nunique() == 2:
        return ColumnType.TRUE_OR_FALSE
    for kind in (ColumnType.EMAIL, ColumnType.PHONE_NUMBER, ColumnType.ZIP_CODE):
        sure = kind is not ColumnType.ZIP_CODE or "zip" in name.lower() or "postal" in name.lower()
        if sure and share_that_matches(texts, kind) >= _MATCHES:
            return kind
    for kind in (ColumnType.NUMBER, ColumnType.NUMBER_WITH_DECIMALS):
        if share_that_matches(texts, kind) >= _MATCHES:
            return kind
    if parse_dates(texts).notna().mean() >= _MATCHES:
        return ColumnType.DATETIME
    return _of_words(texts)


def _of_words(texts: Series[Any]) -> ColumnType:
    distinct = texts.nunique()
    long = texts.map(lambda text: len(text.split())).mean() > _WORDS_OF_TEXT or texts.str.len().mean() > _LONG_TEXT
    if long and distinct > _FEW_SHARE * len(texts):
        return ColumnType.TEXT
    return ColumnType.CATEGORY if distinct <= _FEW else ColumnType.CATEGORY_HIGH_CARDINALITY
