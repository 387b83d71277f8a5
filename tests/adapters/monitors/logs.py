"""Logs of predictions as the service writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blockwright.serving.predictions import Answered, write_table

DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def write(
    log: Path,
    inputs: Mapping[str, Sequence[Any]],
    predictions: Sequence[Any],
    *,
    at: datetime = DAY,
    name: str = "",
    version: int = 1,
    request: str = "r",
    key: str = "",
    error: str = "",
) -> Path:
    """One batch with one request of these rows."""
    micros = int(at.timestamp() * 1e6)
    folder = log / "delay" / str(version) / f"{at:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{micros}-{name or request}.arrow"
    rows = len(next(iter(inputs.values())))
    answered = Answered(
        request, key, "delay", version, "champion", micros * 1000, 0.002, inputs, rows, predictions, error
    )
    write_table(path, [answered])
    return path
