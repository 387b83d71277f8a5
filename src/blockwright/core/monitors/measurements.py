"""What was measured of a window: figures without a judgement, as the process that reads the log gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Bin:
    """A part of a feature's values; the shares of the reference and of the window that lie in it."""

    name: str
    reference: float
    current: float


@dataclass(frozen=True, slots=True)
class FeatureMeasure:
    """``kind`` is ``number``, ``category`` or ``other`` (of which only what is missing is counted). ``rows`` of the
    window, of which ``missing``, ``wrong_type``, ``out_of_range`` and ``new_categories`` are so many rows.

    Without reference ``test`` is empty and what compares is None. ``test`` is ``kolmogorov_smirnov`` of numbers,
    ``chi_squared`` of categories; ``wasserstein`` is in the feature's own unit."""

    name: str
    kind: str
    rows: int
    missing: int = 0
    wrong_type: int = 0
    out_of_range: int = 0
    new_categories: int = 0
    new_names: tuple[str, ...] = ()
    reference_rows: int = 0
    reference_missing: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    median: float | None = None
    test: str = ""
    statistic: float | None = None
    p_value: float | None = None
    stability_index: float | None = None
    jensen_shannon: float | None = None
    wasserstein: float | None = None
    bins: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class DayOfTruth:
    day: str
    rows: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Performance:
    """Over the ``rows`` of the window of which the truth is known. ``kind``: ``regression`` or ``classification``."""

    kind: str
    rows: int
    metrics: Mapping[str, float]
    by_day: tuple[DayOfTruth, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """``rows`` were predicted in ``requests``, of which ``errors`` rows failed. ``left_out``: there were more than can
    be held, and the newest were taken. ``told`` is how many truths of the model there are in all."""

    rows: int
    requests: int
    errors: int
    first: datetime | None
    last: datetime | None
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    left_out: bool = False
    features: tuple[FeatureMeasure, ...] = ()
    predictions: FeatureMeasure | None = None
    performance: Performance | None = None
    told: int = 0


def read(said: Mapping[str, Any]) -> Measurement:
    """From its document; raises KeyError, TypeError or ValueError for one that is none."""
    predictions, performance = said["predictions"], said["performance"]
    return Measurement(
        rows=said["rows"],
        requests=said["requests"],
        errors=said["errors"],
        first=_moment(said["first"]),
        last=_moment(said["last"]),
        milliseconds=dict(said["milliseconds"]),
        left_out=said["left_out"],
        features=tuple(_feature(one) for one in said["features"]),
        predictions=None if predictions is None else _feature(predictions),
        performance=None if performance is None else _performance(performance),
        told=said["told"],
    )


def _feature(said: Mapping[str, Any]) -> FeatureMeasure:
    bins = tuple(Bin(**one) for one in said.get("bins", ()))
    return FeatureMeasure(**{**said, "bins": bins, "new_names": tuple(said.get("new_names", ()))})


def _performance(said: Mapping[str, Any]) -> Performance:
    days = tuple(DayOfTruth(**one) for one in said["by_day"])
    return Performance(said["kind"], said["rows"], dict(said["metrics"]), days)


def _moment(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
