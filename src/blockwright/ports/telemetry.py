"""Tells a collector outside what took how long: runs, attempts, requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """Something that has ended. ``trace`` and ``key`` name it: equal words give equal ids, in every process; ``parent``
    is the key of the span of the same trace that it was part of, ``follows`` the trace and key of one elsewhere that
    led to it. ``measured`` names the attributes that its duration is counted by: few, and with few values."""

    kind: str  # "run", "attempt", "request"
    name: str
    trace: str
    key: str
    start: datetime
    end: datetime
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    measured: tuple[str, ...] = ()
    error: str = ""
    parent: str = ""
    follows: tuple[str, str] | None = None
    remote: tuple[int, int] | None = None
    """Trace and span id of a caller that sent its own: they take the place of ``trace`` and ``parent``."""


class Telemetry(Protocol):
    """Never waits and never raises: what cannot be sent is dropped."""

    @property
    def on(self) -> bool:
        """Whether anybody listens; without, nothing need be worked out."""
        ...

    def record(self, spans: Sequence[SpanRecord]) -> None: ...

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ...
