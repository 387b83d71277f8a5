"""What monitors look like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

Kind = Literal["drift", "quality", "performance", "new_data"]
ResultState = Literal["well", "found", "too_few", "failed"]


class DriftRulesDocument(BaseModel):
    stability_index: float
    p_value: float
    features: int
    predictions: bool


class QualityRulesDocument(BaseModel):
    missing: float
    out_of_range: float
    wrong_type: float
    new_categories: float
    errors: float
    fewest_rows: int
    silence_seconds: float | None


class PerformanceRulesDocument(BaseModel):
    """``metric`` must be at most ``bound`` when ``lower``, else at least."""

    metric: str
    bound: float
    lower: bool
    fewest: int
    kind: str


class MonitorFinding(BaseModel):
    """``closed`` null: it holds."""

    id: int
    monitor: str
    kind: Kind
    model: str
    version: int
    opened: datetime
    seen: datetime
    closed: datetime | None
    reason: str


class FoundDocument(BaseModel):
    kind: Kind
    reason: str


class MonitorResultBrief(BaseModel):
    """``drifted`` counts features, ``metrics`` are those of the rows of which the truth is known, ``version`` is 0 when
    there was none to evaluate."""

    id: int
    monitor: str
    model: str
    version: int
    state: ResultState
    evaluated: datetime
    since: datetime
    until: datetime
    rows: int
    text: str
    by: str
    metrics: dict[str, float]
    drifted: int


class MonitorBin(BaseModel):
    """Shares of the reference and of the window."""

    name: str
    reference: float
    current: float


class FeatureResult(BaseModel):
    """``adjusted`` is the p-value corrected for the number of features; ``wasserstein`` is in the feature's unit."""

    name: str
    kind: Literal["number", "category", "other"]
    verdict: Literal["drifted", "small", "noise", "too_few", "unknown"]
    text: str
    troubles: list[str]
    rows: int
    missing: int
    wrong_type: int
    out_of_range: int
    new_categories: int
    new_names: list[str]
    reference_rows: int
    reference_missing: float
    minimum: float | None
    maximum: float | None
    mean: float | None
    median: float | None
    test: str
    statistic: float | None
    p_value: float | None
    adjusted: float | None
    stability_index: float | None
    jensen_shannon: float | None
    wasserstein: float | None
    bins: list[MonitorBin]


class PerformanceDay(BaseModel):
    day: str
    rows: int
    metrics: dict[str, float]


class PerformanceResult(BaseModel):
    kind: Literal["regression", "classification"]
    rows: int
    metrics: dict[str, float]
    by_day: list[PerformanceDay]


class MonitorResult(MonitorResultBrief):
    """``first`` and ``last``: when the first and the last request of the window came. ``left_out``: only the newest
    rows of it were taken. ``told``: truths that came since the version was made. ``unsaid``: of these there were too
    few rows to say anything."""

    requests: int
    errors: int
    first: datetime | None
    last: datetime | None
    milliseconds: dict[str, float]
    left_out: bool
    told: int
    features: list[FeatureResult]
    predictions: FeatureResult | None
    performance: PerformanceResult | None
    found: list[FoundDocument]
    unsaid: list[Kind]


class _Monitor(BaseModel):
    name: str
    model: str
    version: str
    description: str
    schedule: str
    timezone: str
    window_seconds: float
    minimum_rows: int
    drift: DriftRulesDocument | None
    quality: QualityRulesDocument | None
    performance: PerformanceRulesDocument | None
    new_rows: int | None
    alerts: bool
    due: datetime | None
    findings: list[MonitorFinding]


class MonitorDocument(_Monitor):
    """``due``: when it is evaluated next, null: when somebody asks. ``findings`` are those that hold."""

    latest: MonitorResultBrief | None


class MonitorShown(_Monitor):
    latest: MonitorResult | None


class TruthDocument(BaseModel):
    """Either ``request_id``, with ``row`` (from 0) where the request had several, or ``key``."""

    actual: bool | int | float | Annotated[str, Field(max_length=1_000)]
    request_id: Annotated[str | None, Field(max_length=1_000)] = None
    row: Annotated[int, Field(ge=0, lt=2**31)] = 0
    key: Annotated[str | None, Field(max_length=1_000)] = None


class TruthsDocument(BaseModel):
    truths: Annotated[list[TruthDocument], Field(min_length=1, max_length=10_000)]


class Told(BaseModel):
    kept: int
