"""How right a version was: predictions joined with what was told later, over the window and day by day."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from blockwright.adapters.monitors.reader.features import label

MOST_CLASSES = 50
"""More different values than this are no classes."""


def joined(log: pa.Table, told: pa.Table) -> list[tuple[datetime, Any, Any]]:
    """Time, prediction and truth of each row of the log of which the truth is known; a row without prediction (the
    model failed) is left out. What was told by request goes before what was told by key."""
    if not told.num_rows:
        return []
    by_request: dict[tuple[str, int], str] = {}
    by_key: dict[str, str] = {}
    ordered = told.sort_by("told").to_pydict()
    for request, row, key, actual in zip(
        ordered["request_id"], ordered["row"], ordered["key"], ordered["actual"], strict=True
    ):
        if request is not None:
            by_request[request, row or 0] = actual
        elif key is not None:
            by_key[key] = actual
    found = []
    known = pc.or_(
        pc.is_in(log.column("request_id"), pa.array({request for request, _ in by_request}, pa.string())),
        pc.is_in(log.column("key"), pa.array(by_key, pa.string())),
    )
    said = log.select(["time", "request_id", "row", "key", "prediction"]).filter(known).to_pydict()
    for at, request, row, key, prediction in zip(
        said["time"], said["request_id"], said["row"], said["key"], said["prediction"], strict=True
    ):
        actual = by_request.get((request, row)) or (by_key.get(key) if key else None)
        if actual is not None and prediction is not None:
            found.append((at, prediction, json.loads(actual)))
    return found


def measure(rows: Sequence[tuple[datetime, Any, Any]], kind: str) -> dict[str, Any] | None:
    """``kind``, ``rows``, ``metrics`` and the same ``by_day``; None without rows. ``kind`` is ``regression``,
    ``classification`` or empty: then the values say."""
    if not rows:
        return None
    kind = kind or kind_of([prediction for _, prediction, _ in rows], [actual for _, _, actual in rows])
    days: dict[str, list[tuple[Any, Any]]] = {}
    for at, prediction, actual in rows:
        days.setdefault(at.astimezone(UTC).date().isoformat(), []).append((prediction, actual))
    return {
        "kind": kind,
        "rows": len(rows),
        "metrics": metrics(kind, [(prediction, actual) for _, prediction, actual in rows]),
        "by_day": [
            {"day": day, "rows": len(some), "metrics": metrics(kind, some)} for day, some in sorted(days.items())
        ],
    }


def kind_of(predictions: Sequence[Any], actual: Sequence[Any]) -> str:
    """Whether these are numbers that come close, or classes that are right or wrong."""
    values = {label(value) for value in actual}
    whole = all(isinstance(value, bool | int | str) or float(value).is_integer() for value in actual)
    if len(values) <= MOST_CLASSES and whole:
        said = {label(value) for value in predictions}
        probable = values <= {"0", "1", "true", "false"} and all(_is_share(value) for value in predictions)
        if said <= values or probable or any(isinstance(value, str) for value in actual):
            return "classification"
    return "regression"


def metrics(kind: str, rows: Sequence[tuple[Any, Any]]) -> dict[str, float]:
    """The metrics of a kind; those that cannot be said of these rows are left out."""
    found = _regression(rows) if kind == "regression" else _classification(rows)
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _regression(rows: Sequence[tuple[Any, Any]]) -> dict[str, float]:
    pairs = [(_float(prediction), _float(actual)) for prediction, actual in rows]
    sound = np.array([pair for pair in pairs if None not in pair], dtype=np.float64)
    if not len(sound):
        return {}
    prediction, actual = sound[:, 0], sound[:, 1]
    error = prediction - actual
    spread = float(np.sum((actual - actual.mean()) ** 2))
    return {
        "mae": float(np.mean(np.abs(error))),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "bias": float(np.mean(error)),
        "r2": 1 - float(np.sum(error**2)) / spread if spread > 0 else math.nan,
    }


def _classification(rows: Sequence[tuple[Any, Any]]) -> dict[str, float]:
    words = {label(actual) for _, actual in rows}
    shares = [prediction for prediction, _ in rows]
    if words <= {"0", "1", "true", "false"} and any(_is_share(one) and 0 < one < 1 for one in shares):
        actual = np.array([label(value) in ("1", "true") for _, value in rows], dtype=np.float64)
        return _probabilities(np.array([float(one) for one in shares]), actual)
    return _classes([_class(prediction) for prediction, _ in rows], [_class(actual) for _, actual in rows])


def _classes(predictions: Sequence[str], actual: Sequence[str]) -> dict[str, float]:
    """Precision, recall and F1 are means over the classes that were there or were said, each class counted alike."""
    said, real = np.array(predictions, dtype=object), np.array(actual, dtype=object)
    precisions, recalls, scores = [], [], []
    for one in sorted(set(predictions) | set(actual)):
        right = int(np.sum((said == one) & (real == one)))
        named, there = int(np.sum(said == one)), int(np.sum(real == one))
        precisions.append(right / named if named else 0.0)
        recalls.append(right / there if there else 0.0)
        scores.append(2 * right / (named + there))
    return {
        "accuracy": float(np.mean(said == real)),
        "precision": float(np.mean(precisions)),
        "recall": float(np.mean(recalls)),
        "f1": float(np.mean(scores)),
    }


def _probabilities(said: NDArray[np.float64], real: NDArray[np.float64]) -> dict[str, float]:
    """Of the probability of the positive class. The area under the curve comes from ranks (Mann and Whitney)."""
    limited = np.clip(said, 1e-15, 1 - 1e-15)
    positive, negative = float(real.sum()), float(len(real) - real.sum())
    _, inverse, counts = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    area = math.nan
    if positive and negative:
        area = (float(ranks[real == 1].sum()) - positive * (positive + 1) / 2) / (positive * negative)
    return {
        "accuracy": float(np.mean((said >= 0.5) == (real == 1))),
        "roc_auc": area,
        "log_loss": float(-np.mean(real * np.log(limited) + (1 - real) * np.log(1 - limited))),
        "brier": float(np.mean((said - real) ** 2)),
    }


def _class(value: Any) -> str:
    word = label(value)
    return {"true": "1", "false": "0"}.get(word, word)


def _float(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _is_share(value: Any) -> bool:
    return isinstance(value, float | int) and 0 <= value <= 1
