"""Frames of pandas and Polars as declared checks ask them. Imported by a block process that has checks to run only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any


class PandasFrame:
    def __init__(self, frame: Any) -> None:
        import pandera.pandas as pandera

        self._pandera = pandera
        self._frame = frame
        self.names: Sequence[str] = [str(name) for name in frame.columns]
        self.rows = len(frame)

    def values(self, column: str, **rule: Any) -> tuple[int, list[Any]]:
        series = self._frame[column]
        return _broken(self._pandera, self._frame[[column]], column, _fitting(rule, _zone(series.dtype)))

    def is_family(self, column: str, family: str) -> bool:
        from pandas.api import types

        series = self._frame[column]
        if isinstance(series.dtype, types.CategoricalDtype):
            series = series.cat.categories.to_series()
        known = series.dropna() if series.dtype == object else series
        match family:
            case "integer":
                return bool(types.is_integer_dtype(series))
            case "number":
                return bool(types.is_numeric_dtype(series) and not types.is_bool_dtype(series))
            case "boolean":
                return bool(types.is_bool_dtype(series))
            case "time":
                return bool(types.is_datetime64_any_dtype(series)) or types.infer_dtype(known) in ("date", "datetime")
        return bool(types.is_string_dtype(known)) and (series.dtype != object or types.infer_dtype(known) == "string")

    def missing(self, column: str) -> int:
        return int(self._frame[column].isna().sum())

    def repeated(self, columns: Sequence[str]) -> int:
        return int(self._frame[list(columns)].dropna().duplicated().sum())

    def newest(self, column: str) -> Any:
        known = self._frame[column].dropna()
        return None if known.empty else known.max()

    def untrue(self, expression: str) -> int:
        found = self._frame.eval(expression, engine="python")
        if hasattr(found, "fillna"):
            return int((~found.fillna(False).astype(bool)).sum())
        return 0 if found else self.rows


class PolarsFrame:
    def __init__(self, frame: Any) -> None:
        import pandera.polars as pandera

        self._pandera = pandera
        self._frame = frame
        self.names: Sequence[str] = frame.columns
        self.rows = frame.height

    def values(self, column: str, **rule: Any) -> tuple[int, list[Any]]:
        dtype = self._frame.schema[column]
        return _broken(self._pandera, self._frame.select(column), column, _fitting(rule, _zone(dtype)))

    def is_family(self, column: str, family: str) -> bool:
        import polars

        dtype = self._frame.schema[column]
        match family:
            case "integer":
                return bool(dtype.is_integer())
            case "number":
                return bool(dtype.is_numeric())
            case "boolean":
                return bool(dtype == polars.Boolean)
            case "time":
                return dtype in (polars.Date, polars.Datetime)
        return dtype in (polars.String, polars.Categorical, polars.Enum)

    def missing(self, column: str) -> int:
        series = self._frame[column]
        not_numbers = int(series.is_nan().sum() or 0) if series.dtype.is_float() else 0
        return int(series.null_count()) + not_numbers

    def repeated(self, columns: Sequence[str]) -> int:
        known = self._frame.select(columns).drop_nulls()
        return int(known.height - known.unique().height)

    def newest(self, column: str) -> Any:
        return self._frame[column].max()

    def untrue(self, expression: str) -> int:
        import polars

        found = self._frame.select(polars.sql_expr(expression).cast(polars.Boolean).fill_null(False).alias("holds"))[
            "holds"
        ]
        failing = int((~found).sum())
        return failing if len(found) == self.rows else (self.rows if failing else 0)


def _broken(pandera: Any, frame: Any, column: str, rule: dict[str, Any]) -> tuple[int, list[Any]]:
    """How many values break the rule, and a few of them; missing ones break none."""
    checks = [getattr(pandera.Check, name)(argument) for name, argument in rule.items()]
    schema = pandera.DataFrameSchema({column: pandera.Column(checks=checks, nullable=True)})
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        places, values = list(cases["index"]), list(cases["failure_case"])
        for place, value in zip(places, values, strict=True):
            if place is None or place != place:  # not a value, but what pandera met when it compared them
                raise TypeError(str(value)) from None
        return len(values), values[:10]
    return 0, []


def _zone(dtype: Any) -> Any:
    """Of a column of moments its time zone (None: without), of any other column an empty text."""
    text = str(dtype).lower()
    if not text.startswith("datetime"):
        return ""
    return getattr(dtype, "tz", None) or getattr(dtype, "time_zone", None)


def _fitting(rule: dict[str, Any], zone: Any) -> dict[str, Any]:
    """Bounds that are written as moments, for a column of moments; those without a zone are taken for UTC."""
    if zone == "":
        return rule
    found = {}
    for name, argument in rule.items():
        moment = datetime.fromisoformat(argument) if isinstance(argument, str) else argument
        if isinstance(moment, datetime):
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment = moment if zone else moment.replace(tzinfo=None)
        found[name] = moment
    return found
