"""One row for each promise, beside its limit measured in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` and ``limit`` in seconds; ``bound`` is the ratio that the promise allows, if it is one."""

    what: str
    value: float
    beside: str
    limit: float
    promise: str
    bound: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.limit if self.limit else float("nan")


def render(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = ["| what | measured | beside | limit | ratio | promise |", "|---|---:|---|---:|---:|---|"]
    lines += [
        f"| {row.what} | {seconds(row.value)} | {row.beside} | {seconds(row.limit)} | {row.ratio:.2f} | {row.promise} |"
        for row in rows
    ]
    return "\n".join(lines)


def seconds(value: float) -> str:
    if value < 0.1:
        return f"{value * 1000:.2f} ms"
    return f"{value:.2f} s"
