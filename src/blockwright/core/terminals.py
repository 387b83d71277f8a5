"""Whether this server gives a terminal: a shell on its machine, with the rights of whoever runs the server."""

from __future__ import annotations

from enum import StrEnum

ROWS = (2, 500)
COLUMNS = (4, 1000)
"""The least and most that a terminal's window may have."""


class Giving(StrEnum):
    """What the setting says."""

    OFF = "off"
    LOOPBACK = "on"  # as long as nobody but this machine can reach the server
    EVERYWHERE = "everywhere"


def refusal(giving: Giving, *, loopback: bool) -> str | None:
    """Why there is no terminal, in words; None: there is one. ``loopback``: the server is reached from here only."""
    match giving:
        case Giving.OFF:
            return "The terminal is off. To have it, start the server with BLOCKWRIGHT_TERMINAL=on."
        case Giving.LOOPBACK if not loopback:
            return (
                "The terminal is off because this server can be reached from other machines. To have it all the "
                "same, start the server with BLOCKWRIGHT_TERMINAL=everywhere."
            )
        case _:
            return None


def fitting(size: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows within what a terminal may have."""
    columns, rows = size
    return min(max(columns, COLUMNS[0]), COLUMNS[1]), min(max(rows, ROWS[0]), ROWS[1])
