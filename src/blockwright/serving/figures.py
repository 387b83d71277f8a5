"""What the service counted: by version for those who judge a canary, and as text for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from blockwright.core.endpoints import Figures

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_RECENT = 2_000
"""Latencies kept for the judgement of a canary."""


@dataclass
class Counted:
    """Of one version. ``recent`` are seconds."""

    requests: int = 0
    rows: int = 0
    errors: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def add(self, seconds: float, rows: int, *, failed: bool) -> None:
        self.requests += 1
        self.rows += rows
        self.errors += failed
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.recent.append(seconds)

    def figures(self) -> Figures:
        ordered = sorted(self.recent)
        slow = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0
        return Figures(self.requests, self.errors, slow * 1000)


class Tally:
    """Everything since the process began. Kept by the event loop's thread alone."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, int], Counted] = {}
        self.refused: dict[str, int] = {}

    def of(self, model: str, version: int) -> Counted:
        found = self.versions.get((model, version))
        if found is None:
            found = self.versions[model, version] = Counted()
        return found

    def refuse(self, code: str) -> None:
        self.refused[code] = self.refused.get(code, 0) + 1

    def text(self, gauges: Mapping[str, float], serving: Mapping[tuple[str, str], int]) -> str:
        """In Prometheus's text format."""
        return "\n".join([*self._lines(), *_gauges(gauges), *_serving(serving)]) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# HELP blockwright_predictions_total Rows that were answered."
        yield "# TYPE blockwright_predictions_total counter"
        for (model, version), counted in self.versions.items():
            yield f"blockwright_predictions_total{_labels(model, version)} {counted.rows}"
        yield "# HELP blockwright_prediction_errors_total Requests that a model failed to answer."
        yield "# TYPE blockwright_prediction_errors_total counter"
        for (model, version), counted in self.versions.items():
            yield f"blockwright_prediction_errors_total{_labels(model, version)} {counted.errors}"
        yield "# HELP blockwright_prediction_seconds From the whole request to the whole answer."
        yield "# TYPE blockwright_prediction_seconds histogram"
        for (model, version), counted in self.versions.items():
            total = 0
            for bound, count in zip((*BUCKETS, float("inf")), counted.buckets, strict=True):
                total += count
                word = "+Inf" if bound == float("inf") else f"{bound:g}"
                yield f"blockwright_prediction_seconds_bucket{_labels(model, version, le=word)} {total}"
            yield f"blockwright_prediction_seconds_sum{_labels(model, version)} {counted.seconds:.6f}"
            yield f"blockwright_prediction_seconds_count{_labels(model, version)} {counted.requests}"
        yield "# HELP blockwright_prediction_refused_total Requests that were refused, by the code of the error."
        yield "# TYPE blockwright_prediction_refused_total counter"
        for code, count in self.refused.items():
            yield f'blockwright_prediction_refused_total{{code="{code}"}} {count}'


def _gauges(gauges: Mapping[str, float]) -> Iterator[str]:
    for name, value in gauges.items():
        yield f"# TYPE blockwright_{name} gauge"
        yield f"blockwright_{name} {value:g}"


def _serving(serving: Mapping[tuple[str, str], int]) -> Iterator[str]:
    yield "# HELP blockwright_serving_version The version that answers in a role."
    yield "# TYPE blockwright_serving_version gauge"
    for (model, role), version in serving.items():
        yield f'blockwright_serving_version{{model="{model}",role="{role}"}} {version}'


def _labels(model: str, version: int, **more: str) -> str:
    pairs = {"model": model, "version": str(version), **more}
    return "{" + ",".join(f'{name}="{value}"' for name, value in pairs.items()) + "}"
