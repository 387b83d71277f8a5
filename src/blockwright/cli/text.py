"""How things look in a terminal: states, sizes, times, tables. Colours only where stdout is a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

STATE_LOOK: dict[str, tuple[str, str | None]] = {
    "waiting": ("·", None),
    "queued": ("·", None),
    "running": ("▸", "cyan"),
    "retry_wait": ("↻", "yellow"),
    "cancelling": ("◌", "yellow"),
    "completed": ("✓", "green"),
    "skipped": ("–", None),
    "upstream_failed": ("·", "red"),
    "failed": ("✗", "red"),
    "cancelled": ("◌", "yellow"),
    "fired": ("→", None),  # of a trigger
}


def state(word: str) -> str:
    """A state with its sign."""
    sign, colour = STATE_LOOK.get(word, ("?", None))
    return click.style(f"{sign} {word}", fg=colour)


def sign(word: str, *, reused: bool = False) -> str:
    mark, colour = STATE_LOOK.get(word, ("?", None))
    return click.style("↺" if reused else mark, fg=colour)


def seconds(value: float | None) -> str:
    if value is None:
        return ""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def size(value: int | None) -> str:
    if value is None:
        return ""
    amount = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def plural(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> str:
    """Aligned columns with a dim header; ``right`` names the columns of numbers. Widths ignore colour codes."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [
        max([len(header), *(len(click.unstyle(row[column])) for row in cells)]) for column, header in enumerate(headers)
    ]
    lines = [click.style(_line(headers, widths, right), dim=True)] if any(headers) else []
    return "\n".join([*lines, *(_line(row, widths, right) for row in cells)])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    parts = []
    for column, cell in enumerate(cells):
        gap = " " * (widths[column] - len(click.unstyle(cell)))
        parts.append(gap + cell if column in right else cell + gap)
    return "  ".join(parts).rstrip()


def outputs_brief(outputs: Sequence[Any]) -> str:
    """What a block gave, in a few words: ``336,776 rows × 12``, ``dict``, ``3 outputs``."""
    if not outputs:
        return ""
    if len(outputs) > 1:
        return plural(len(outputs), "output")
    output = outputs[0]
    if output.spread:
        return plural(output.rows or 0, "output")
    if output.rows is not None and output.columns is not None:
        return f"{plural(output.rows, 'row')} × {output.columns}"
    if output.rows is not None:
        return f"{output.type}, {output.rows:,}"
    return str(output.type)


def cut(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"
