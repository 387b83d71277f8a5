"""What ``monitors.yaml`` asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class FindingKind(StrEnum):
    """What a monitor can find. The words are those of ``monitors.yaml``, of triggers and of the API."""

    DRIFT = "drift"  # features or predictions are distributed otherwise than in the reference
    QUALITY = "quality"  # requests are incomplete, out of range, unknown, or do not come at all
    PERFORMANCE = "performance"  # predictions are less right than they must be
    NEW_DATA = "new_data"  # so many truths were told since the version was made that training again is worth it


@dataclass(frozen=True, slots=True)
class DriftRules:
    """``stability_index``: from this population stability index on a change matters. ``p_value``: a change counts as
    real when chance alone would show one as large less often than this, corrected for the number of features.
    ``features``: so many must have drifted (predictions count as one)."""

    stability_index: float = 0.2
    p_value: float = 0.05
    features: int = 1
    predictions: bool = True


@dataclass(frozen=True, slots=True)
class QualityRules:
    """``missing``, ``out_of_range``, ``wrong_type``, ``new_categories`` and ``errors`` are shares of the rows;
    ``missing`` is by how much it may be more than in the reference. ``fewest_rows``: fewer in the window are too few
    (0: any number will do). ``silence``: for how long no request may come (None: for ever)."""

    missing: float = 0.05
    out_of_range: float = 0.05
    wrong_type: float = 0.0
    new_categories: float = 0.01
    errors: float = 0.05
    fewest_rows: int = 0
    silence: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """``metric`` may be no worse than ``bound``; ``lower``: smaller is better. ``fewest``: with fewer truths nothing is
    said. ``kind``: ``regression``, ``classification``, or empty, then the values say."""

    metric: str
    bound: float
    lower: bool
    fewest: int = 50
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One entry. ``version`` is a number or a word such as ``champion``. ``schedule``: an interval or cron fields,
    empty when it is evaluated on demand only. With fewer than ``minimum_rows`` in the ``window`` nothing is said of
    drift. ``features`` empty: all. ``new_rows``: how many truths are worth training again (None: no matter).
    ``alerts``: whether findings are told to the project's channels."""

    name: str
    model: str
    version: str = "champion"
    schedule: str = "@hourly"
    timezone: str = "UTC"
    window: timedelta = timedelta(days=7)
    minimum_rows: int = 200
    features: tuple[str, ...] = ()
    drift: DriftRules | None = DriftRules()
    quality: QualityRules | None = QualityRules()
    performance: PerformanceRules | None = None
    new_rows: int | None = None
    alerts: bool = True
    description: str = ""
