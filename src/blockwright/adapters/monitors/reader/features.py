"""One feature of the requests against its reference: how it is distributed, and what of it cannot be right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockwright.adapters.monitors.reader import statistics
from blockwright.adapters.monitors.reader.statistics import Floats

MOST_NEW = 20
"""New categories that are named."""
BINS = 10


def measure(name: str, column: Any, reference: Mapping[str, Any] | None) -> dict[str, Any]:
    """The figures of ``core.monitors.measurements.FeatureMeasure`` as JSON. ``column`` is an Arrow array, ``reference``
    the feature's part of a reference (``core.monitors.references``) or None."""
    kind = _kind(column.type) if reference is None else reference["kind"]
    found: dict[str, Any] = {"name": name, "kind": kind, "rows": len(column)}
    if reference is not None:
        found |= {"reference_rows": reference["rows"], "reference_missing": reference["missing"]}
    if kind == "number":
        return found | _number(column, reference)
    if kind == "category":
        return found | _category(column, reference)
    return found | {"missing": column.null_count}


def numbers(column: Any) -> tuple[Floats, int, int]:
    """The numbers of a column without those that are missing, unsorted; how many are missing, how many are none."""
    if _is_text(column.type) or _is_nested(column.type):
        read = [_as_number(value) for value in column.to_pylist()]
        sound = np.array([value for value in read if isinstance(value, float)], dtype=np.float64)
        missing = sum(value is None for value in read)
        return sound[~np.isnan(sound)], missing + int(np.isnan(sound).sum()), len(read) - missing - len(sound)
    if pa.types.is_null(column.type):
        return np.empty(0), len(column), 0
    if pa.types.is_temporal(column.type):
        return np.empty(0), column.null_count, len(column) - column.null_count
    present = column.cast(pa.float64(), safe=False).drop_null()
    values = np.asarray(present.to_numpy(), dtype=np.float64)
    nan = np.isnan(values)
    bad = int(nan.sum())
    return (values[~nan] if bad else values), column.null_count + bad, 0


def categories(column: Any) -> dict[str, int]:
    """How often each value comes, as text; what is missing is left out."""
    found: dict[str, int] = {}
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        counted = pc.value_counts(chunk)
        for value, count in zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True):
            if value is not None and value == value:
                word = label(value)
                found[word] = found.get(word, 0) + count
    return found


def label(value: Any) -> str:
    """A value as a category is called: text is itself, a whole number has no point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return json.dumps(value, default=str, sort_keys=True)


def _number(column: Any, reference: Mapping[str, Any] | None) -> dict[str, Any]:
    values, missing, wrong = numbers(column)
    found: dict[str, Any] = {"missing": missing, "wrong_type": wrong}
    if not len(values):
        return found
    values = np.sort(values)
    finite = values[np.searchsorted(values, -np.inf, "right") : np.searchsorted(values, np.inf, "left")]
    if not len(finite):
        return found
    found |= {
        "minimum": float(finite[0]),
        "maximum": float(finite[-1]),
        "mean": float(finite.mean()),
        "median": float(finite[len(finite) // 2]),
    }
    if reference is None or not reference["quantiles"]:
        return found
    before = np.asarray(reference["quantiles"], dtype=np.float64)
    rows = round(reference["rows"] * (1 - reference["missing"]))
    low, high = np.searchsorted(values, before[0], "left"), np.searchsorted(values, before[-1], "right")
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))
    old = _counts(before, edges) * (rows / len(before))
    new = _counts(finite, edges)
    tested = statistics.kolmogorov_smirnov(before, rows, finite)
    return found | {
        "out_of_range": int(len(values) - (high - low)),
        "test": "kolmogorov_smirnov",
        "statistic": tested.statistic,
        "p_value": tested.p_value,
        "stability_index": statistics.stability_index(old, new),
        "jensen_shannon": statistics.jensen_shannon(old, new),
        "wasserstein": statistics.wasserstein(before, finite),
        "bins": _bins([f"{edge:.6g}" for edge in edges], old, new),
    }


def _counts(values: Floats, edges: Floats) -> Floats:
    """How many of the sorted values lie up to each edge and after the one before, and beyond the last."""
    up_to = np.searchsorted(values, edges, side="right")
    return np.diff(np.concatenate([[0], up_to, [len(values)]])).astype(np.float64)


def _bins(edges: list[str], old: Floats, new: Floats) -> list[dict[str, Any]]:
    names = [f"≤ {edges[0]}", *(f"{a} … {b}" for a, b in pairwise(edges)), f"> {edges[-1]}"]
    return _shares(names, old, new)


def _category(column: Any, reference: Mapping[str, Any] | None) -> dict[str, Any]:
    counts = categories(column)
    present = sum(counts.values())
    found: dict[str, Any] = {"missing": len(column) - present}
    if reference is None or not present:
        return found
    known: dict[str, int] = reference["categories"]
    rest = int(reference["other"])
    fresh = {name: count for name, count in counts.items() if name not in known}
    names = list(known)
    old = np.array([*known.values(), rest], dtype=np.float64)
    new = np.array([*(counts.get(name, 0) for name in names), sum(fresh.values())], dtype=np.float64)
    shown = _shares([*names, "others"], old, new)
    held = (old + new) > 0
    old, new = old[held], new[held]
    tested = statistics.chi_squared(old, new)
    found |= {
        "test": "chi_squared",
        "statistic": tested.statistic,
        "p_value": tested.p_value,
        "stability_index": statistics.stability_index(old, new),
        "jensen_shannon": statistics.jensen_shannon(old, new),
        "bins": shown[:50],
    }
    if rest == 0:  # else a value that is not named may have been there
        named = sorted(fresh, key=lambda name: -fresh[name])[:MOST_NEW]
        found |= {"new_categories": sum(fresh.values()), "new_names": [name[:100] for name in named]}
    return found


def _shares(names: list[str], old: Floats, new: Floats) -> list[dict[str, Any]]:
    before, now = old / max(old.sum(), 1), new / max(new.sum(), 1)
    return [
        {"name": name, "reference": round(float(one), 6), "current": round(float(other), 6)}
        for name, one, other in zip(names, before, now, strict=True)
    ]


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_boolean(kind) or _is_text(kind):
        return "category"
    return "other"


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind))


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _as_number(value: Any) -> float | str | None:
    """Of text: the number that it is, None for JSON's null, else the text itself."""
    if value is None or value == "null":
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
