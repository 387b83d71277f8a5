"""Monitors, results and findings as documents: what doors print, and what is kept of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from blockwright.core.monitors.definitions import Monitor
from blockwright.core.monitors.findings import Finding, Result
from blockwright.core.monitors.judging import FeatureVerdict, Judgement
from blockwright.core.monitors.measurements import Measurement


def document(measured: Measurement, judged: Judgement) -> dict[str, Any]:
    """Everything that was measured, with what was made of it."""
    return {
        "requests": measured.requests,
        "errors": measured.errors,
        "first": None if measured.first is None else measured.first.isoformat(),
        "last": None if measured.last is None else measured.last.isoformat(),
        "milliseconds": dict(measured.milliseconds),
        "left_out": measured.left_out,
        "told": measured.told,
        "features": [_verdict(one) for one in judged.features],
        "predictions": None if judged.predictions is None else _verdict(judged.predictions),
        "performance": None if measured.performance is None else asdict(measured.performance),
        "found": [{"kind": one.kind.value, "reason": one.reason} for one in judged.found],
        "unsaid": [kind.value for kind in judged.unsaid],
    }


def brief(result: Result) -> dict[str, Any]:
    """A result in a list."""
    return {
        "id": result.id,
        "monitor": result.monitor,
        "model": result.model,
        "version": result.version,
        "state": result.state.value,
        "evaluated": result.evaluated,
        "since": result.since,
        "until": result.until,
        "rows": result.rows,
        "text": result.text,
        "by": result.by,
        "metrics": dict((result.document.get("performance") or {}).get("metrics", {})),
        "drifted": sum(one["verdict"] == "drifted" for one in result.document.get("features", ())),
    }


def whole(result: Result) -> dict[str, Any]:
    """A result with all its figures; those of a failed evaluation are empty."""
    empty: dict[str, Any] = {
        "requests": 0,
        "errors": 0,
        "first": None,
        "last": None,
        "milliseconds": {},
        "left_out": False,
        "told": 0,
        "features": [],
        "predictions": None,
        "performance": None,
        "found": [],
        "unsaid": [],
    }
    return {**brief(result), **empty, **result.document}


def finding(one: Finding) -> dict[str, Any]:
    return {
        "id": one.id,
        "monitor": one.monitor,
        "kind": one.kind.value,
        "model": one.model,
        "version": one.version,
        "opened": one.opened,
        "seen": one.seen,
        "closed": one.closed,
        "reason": one.reason,
    }


def monitor(one: Monitor, latest: Result | None, holding: Sequence[Finding], due: Any) -> dict[str, Any]:
    """A monitor with its newest result, what it finds now, and when it is evaluated next (None: on demand)."""
    return {
        "name": one.name,
        "model": one.model,
        "version": one.version,
        "description": one.description,
        "schedule": one.schedule,
        "timezone": one.timezone,
        "window_seconds": one.window.total_seconds(),
        "minimum_rows": one.minimum_rows,
        "drift": None if one.drift is None else asdict(one.drift),
        "quality": None if one.quality is None else _quality(one),
        "performance": None if one.performance is None else asdict(one.performance),
        "new_rows": one.new_rows,
        "alerts": one.alerts,
        "due": due,
        "latest": None if latest is None else brief(latest),
        "findings": [finding(found) for found in holding],
    }


def _quality(one: Monitor) -> Mapping[str, Any]:
    assert one.quality is not None
    silence = one.quality.silence
    said = asdict(one.quality)
    del said["silence"]
    return {**said, "silence_seconds": None if silence is None else silence.total_seconds()}


def _verdict(one: FeatureVerdict) -> dict[str, Any]:
    return {
        **asdict(one.measure),
        "verdict": one.verdict.value,
        "text": one.text,
        "adjusted": one.adjusted,
        "troubles": list(one.troubles),
    }
