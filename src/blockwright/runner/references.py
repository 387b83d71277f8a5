"""What a model's data look like, worked out when it is registered: the reference that its requests are later compared
with. The document is read by ``core.monitors.references`` and by the process that measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

QUANTILES = 1_001
"""Values that are kept of a column of numbers; all of them where there are no more."""
MOST_CATEGORIES = 200
"""Categories that are counted one by one; the rest are counted together."""
PREDICTED_ROWS = 20_000
MOST_COLUMNS = 2_000


def reference_of(model: Any, training: Any, held_out: Any, inputs: Sequence[str]) -> dict[str, Any] | None:
    """``rows``, ``features`` by name, ``predictions``; None when no data were given. ``inputs`` are the model's, empty
    when nobody said: then every column counts. What the model predicts is taken from ``held_out`` if there is any,
    since of what it has seen a model is surer than of what comes."""
    frame = _frame(training, inputs)
    unseen = _frame(held_out, inputs)
    frame = unseen if frame is None else frame
    if frame is None:
        return None
    names = [name for name in (inputs or [str(column) for column in frame.columns]) if name in frame.columns]
    found: dict[str, Any] = {
        "rows": len(frame),
        "features": {name: _column(frame[name]) for name in names[:MOST_COLUMNS]},
        "predictions": None,
    }
    asked = unseen if unseen is not None and all(name in unseen.columns for name in names) else frame
    if len(asked) and len(names) == len(inputs):
        asked = asked[names].head(PREDICTED_ROWS) if len(asked) <= PREDICTED_ROWS else _some(asked[names])
        found["predictions"] = _predictions(model, asked)
    return found


def _frame(data: Any, inputs: Sequence[str]) -> Any:
    """As a frame of pandas whose columns are named by text; None for what is no table."""
    module = type(data).__module__.partition(".")[0]
    if module == "polars":
        data = data.to_pandas()
    elif module == "numpy" and getattr(data, "ndim", 0) == 2:
        import pandas as pd

        names = list(inputs) if len(inputs) == data.shape[1] else [str(at) for at in range(data.shape[1])]
        data = pd.DataFrame(data, columns=names)
    elif module != "pandas" or not hasattr(data, "columns"):
        return None
    return data.set_axis([str(name) for name in data.columns], axis=1) if len(data) else None


def _some(frame: Any) -> Any:
    return frame.sample(PREDICTED_ROWS, random_state=0)


def _predictions(model: Any, frame: Any) -> dict[str, Any] | None:
    import pandas as pd

    try:
        answers = model.predict(frame) if callable(getattr(model, "predict", None)) else model(frame)
        series = pd.Series(answers.tolist() if hasattr(answers, "tolist") else list(answers))
        return _column(series) if len(series) == len(frame) else None
    except Exception:  # the project's code: a model that cannot take its own data is told by the trial at promotion
        return None


def _column(column: Any) -> dict[str, Any]:
    from pandas.api import types

    rows = len(column)
    present = column.dropna()
    found: dict[str, Any] = {"kind": "other", "rows": rows, "missing": 1 - len(present) / rows if rows else 0.0}
    if types.is_bool_dtype(present.dtype):
        return found | _categories(present.map({True: "true", False: "false"}))
    if types.is_numeric_dtype(present.dtype) and not types.is_complex_dtype(present.dtype):
        return found | _numbers(present)
    if not types.is_datetime64_any_dtype(present.dtype) and len(present):
        kinds = {type(value) for value in present.head(1_000)}
        if kinds <= {int, float} and bool not in kinds:
            return found | _numbers(present)
        if kinds == {str}:
            return found | _categories(present.astype(str))
        if kinds == {bool}:
            return found | _categories(present.map({True: "true", False: "false"}))
    return found


def _numbers(column: Any) -> dict[str, Any]:
    import numpy as np

    values = np.sort(np.asarray(column, dtype=np.float64))
    values = values[np.isfinite(values)]
    if len(values) > QUANTILES:
        values = values[np.linspace(0, len(values) - 1, QUANTILES).round().astype(np.int64)]
    return {"kind": "number", "quantiles": values.tolist()}


def _categories(column: Any) -> dict[str, Any]:
    counts = column.value_counts()
    if len(counts) > len(column) / 2 and len(counts) > MOST_CATEGORIES:
        return {"kind": "other"}  # names, ids, texts: almost every value is one of its own
    named = {str(name): int(count) for name, count in counts.head(MOST_CATEGORIES).items()}
    return {"kind": "category", "categories": named, "other": int(counts.iloc[MOST_CATEGORIES:].sum())}
