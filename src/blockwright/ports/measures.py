"""How it stands with a project, in numbers, from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """``runs`` and ``block_runs`` count those that have not ended, by pipeline and state; ``oldest_waiting`` is when
    the queued run that waits longest was asked for. ``slots`` are taken ones by pool; ``fires`` by outcome, ``alerts``
    by kind, ``deliveries`` by state: since records are kept. ``late`` triggers should have fired a minute ago."""

    runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    block_runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    oldest_waiting: datetime | None = None
    slots: Mapping[str, int] = field(default_factory=dict)
    triggers: int = 0
    due: int = 0
    late: int = 0
    fires: Mapping[str, int] = field(default_factory=dict)
    alerts: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[str, int] = field(default_factory=dict)


class Measures(Protocol):
    def standing(self, project: str, *, now: datetime) -> Standing: ...
