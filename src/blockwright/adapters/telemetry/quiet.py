"""``Telemetry`` where nobody listens."""

from __future__ import annotations

from collections.abc import Sequence

from blockwright.ports.telemetry import SpanRecord


class Quiet:
    on = False

    def record(self, spans: Sequence[SpanRecord]) -> None:
        return

    def close(self) -> None:
        return
