"""Declared checks as an attempt is told of them, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """``subject`` and ``argument`` as in ``core.checks``; ``severity`` is ``fail`` or ``warn``."""

    name: str
    subject: str
    argument: Any
    column: str = ""
    severity: str = "fail"
    output: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """``message`` says what was found when it does not hold; ``failing`` how many of the ``rows`` are concerned (None:
    it is not about single rows)."""

    name: str
    subject: str
    severity: str
    passed: bool
    column: str = ""
    message: str = ""
    failing: int | None = None
    rows: int | None = None
