"""Checked columns in the form that a model takes, and its answers as plain values."""

from __future__ import annotations

import math
from typing import Any

from blockwright.core.models.signatures import FieldType, Signature
from blockwright.serving.rows import Rows

_NUMERIC = (FieldType.NUMBER, FieldType.INTEGER, FieldType.BOOLEAN)
_MATRICES = ("sklearn", "xgboost", "lightgbm")


class Builder:
    """How one model is called. What can be found out once is found out here, and not for each request.

    A model of scikit-learn or its like gets one matrix of floats where all fields are numbers: with its names as a
    frame if it was fitted with names. Everything else gets a frame whose columns have the types of the signature.
    """

    def __init__(self, model: Any, signature: Signature | None) -> None:
        import numpy
        import pandas

        self._numpy = numpy
        self._pandas = pandas
        self._signature = signature
        self._call = model.predict if callable(getattr(model, "predict", None)) else model
        roots = {base.__module__.partition(".")[0] for base in type(model).__mro__}
        known = bool(roots & set(_MATRICES))
        self._booster = type(model).__name__ == "Booster" and "xgboost" in roots
        numeric = signature is not None and all(field.type in _NUMERIC for field in signature.inputs)
        self._matrix = known and numeric
        fitted_with_names = getattr(model, "feature_names_in_", None) is not None
        self._named = not known or fitted_with_names or self._booster
        self._columns = pandas.Index([field.name for field in signature.inputs]) if signature is not None else None

    def answers(self, rows: Rows) -> list[Any]:
        return plain(self._call(self._input(rows)), rows.count)

    def _input(self, rows: Rows) -> Any:
        if not self._matrix:
            frame = self._frame(rows)
            return frame if self._named else frame.to_numpy()
        columns = list(rows.columns.values())
        if rows.count == 1:
            matrix = self._numpy.array([[column[0] for column in columns]], dtype=float)
        else:
            matrix = self._numpy.array(columns, dtype=float).T
        if self._booster:
            import xgboost

            return xgboost.DMatrix(matrix, feature_names=[str(name) for name in rows.columns])
        return self._pandas.DataFrame(matrix, columns=self._columns, copy=False) if self._named else matrix

    def _frame(self, rows: Rows) -> Any:
        pandas = self._pandas
        frame = pandas.DataFrame(dict(rows.columns))
        for field in () if self._signature is None else self._signature.inputs:
            if field.type is FieldType.TIME:
                frame[field.name] = pandas.to_datetime(frame[field.name])
            elif field.type is FieldType.NUMBER and frame[field.name].dtype != float:
                frame[field.name] = frame[field.name].astype(float)
        return frame


def plain(answers: Any, count: int) -> list[Any]:
    """One plain value for each row: a number, text, or an object or list of them; raises ValueError for another
    number of answers than rows."""
    if hasattr(answers, "to_dict") and hasattr(answers, "columns"):
        found = answers.to_dict("records")
    elif hasattr(answers, "tolist"):
        found = answers.tolist()
    else:
        found = list(answers)
    if not isinstance(found, list) or len(found) != count:
        given = len(found) if isinstance(found, list) else "no list of"
        raise ValueError(f"the model gave {given} answers for {count} rows")
    return found if all(type(one) is float and one - one == 0.0 for one in found) else [_plain(one) for one in found]


def _plain(value: Any) -> Any:
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
