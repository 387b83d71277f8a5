"""One window of the log of one version, measured: what came in, what went out, and how right it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockwright.adapters.monitors.reader import features, files, performance, tables, truth

MOST_CELLS = 150_000_000
"""Rows times columns that are held at once; of a longer window the newest rows are taken."""
_FIXED = ("row", "time", "milliseconds", "error", "prediction")
_NAMES = ("request_id", "key")
"""By which the truth is joined: many texts, read only where there is any."""
_INPUT = "input."


def measure(log: Path, wish: Mapping[str, Any]) -> dict[str, Any]:
    """``wish``: ``model``, ``version``, ``since``, ``until`` and ``made`` (ISO 8601; the last is when the version was),
    ``reference`` (the path of its document, or empty), ``features`` (empty: all that there are), ``kind`` of the truth
    (or empty). The answer is the document of ``core.monitors.measurements.Measurement``."""
    since, until = datetime.fromisoformat(wish["since"]), datetime.fromisoformat(wish["until"])
    reference = json.loads(Path(wish["reference"]).read_bytes()) if wish["reference"] else None
    with files.held(log, alone=False):
        told = truth.all_of(log, wish["model"])
        names = (*_FIXED, *(_NAMES if told.num_rows else ()))
        table, left_out = _window(log / wish["model"] / str(wish["version"]), since, until, names, wish["features"])
    known: Mapping[str, Any] = {} if reference is None else reference["features"]
    found = {name[len(_INPUT) :]: table.column(name) for name in table.column_names if name.startswith(_INPUT)}
    wanted = wish["features"] or list(dict.fromkeys([*known, *found]))
    nothing = pa.nulls(table.num_rows)
    answered = _answered(table)
    of_predictions = None if reference is None else reference.get("predictions")
    return {
        **_summary(table),
        "left_out": left_out,
        "features": [features.measure(name, found.get(name, nothing), known.get(name)) for name in wanted]
        if table.num_rows
        else [],
        "predictions": features.measure("prediction", answered, of_predictions) if len(answered) else None,
        "performance": performance.measure(performance.joined(table, told), wish["kind"]),
        "told": pc.sum(pc.greater(told.column("told"), _scalar(datetime.fromisoformat(wish["made"])))).as_py() or 0,
    }


def _window(
    version: Path, since: datetime, until: datetime, names: Sequence[str], wanted: Sequence[str]
) -> tuple[pa.Table, bool]:
    """The rows from ``since`` to before ``until``, and whether older ones were left out because they are too many."""
    columns = [*names, *(f"{_INPUT}{name}" for name in wanted)] if wanted else None
    found: list[pa.Table] = []
    cells, left_out = 0, False
    low, high = _scalar(since), _scalar(until)
    for day in files.days_between(version, since.astimezone(UTC).date(), until.astimezone(UTC).date()):
        for path in reversed(files.counting(day, ".arrow")):
            if cells > MOST_CELLS:
                left_out = True
                break
            try:
                table = tables.read(path, columns)
            except (OSError, pa.ArrowInvalid):
                continue  # damaged: said, and put aside, when it is put together with others
            times = table.column("time")
            first, last = pc.min_max(times).as_py().values()
            if first is None or last < since or first >= until:
                continue
            if first < since or last >= until:
                table = table.filter(pc.and_(pc.greater_equal(times, low), pc.less(times, high)))
            found.append(table)
            cells += table.num_rows * table.num_columns
    if found:
        return tables.together(found), left_out
    return pa.table({name: pa.nulls(0, pa.string()) for name in names}), left_out


def _answered(table: pa.Table) -> Any:
    """The predictions of the rows that the model did not fail at."""
    predictions = table.column("prediction")
    failed = pc.not_equal(table.column("error"), "")
    return predictions.filter(pc.invert(failed)) if pc.any(failed).as_py() else predictions


def _scalar(at: datetime) -> pa.Scalar:
    return pa.scalar(at.astimezone(UTC), pa.timestamp("us", "UTC"))


def _summary(table: pa.Table) -> dict[str, Any]:
    if not table.num_rows:
        return {"rows": 0, "requests": 0, "errors": 0, "first": None, "last": None, "milliseconds": {}}
    times = pc.min_max(table.column("time")).as_py()
    spent = np.asarray(table.column("milliseconds").to_numpy(), dtype=np.float64)
    median, slow = np.percentile(spent, [50, 95])
    return {
        "rows": table.num_rows,
        "requests": pc.sum(pc.equal(table.column("row"), 0)).as_py(),
        "errors": pc.sum(pc.not_equal(table.column("error"), "")).as_py(),
        "first": times["min"].isoformat(),
        "last": times["max"].isoformat(),
        "milliseconds": {"median": round(float(median), 4), "p95": round(float(slow), 4)},
    }
