"""The terminal's door. Parses, calls one service, prints. Exit codes: 0 done, 1 failed, 2 wrong usage."""

from blockwright.cli.main import refuse, run

__all__ = ["refuse", "run"]
