"""What is found wrong while a file is read, gathered by key; lines are looked up only when somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blockwright.core.errors import BlockwrightError
from blockwright.core.problems import Problem, Severity

Key = tuple[str | int, ...]
"""The way to a value: ``("blocks", 3, "timeout")``."""


def dotted(key: Key) -> str:
    """``blocks[3].timeout``."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Finding:
    key: Key
    message: str
    advice: str
    severity: Severity
    code: str


@dataclass(slots=True)
class Findings:
    """The findings in one ``file`` (relative to the project)."""

    file: str
    items: list[Finding] = field(default_factory=list)

    def error(self, key: Key, message: str, advice: str, code: str = "invalid") -> None:
        self.items.append(Finding(key, message, advice, Severity.ERROR, code))

    def warn(self, key: Key, message: str, advice: str, code: str = "doubtful") -> None:
        self.items.append(Finding(key, message, advice, Severity.WARNING, code))

    @property
    def has_errors(self) -> bool:
        return any(item.severity is Severity.ERROR for item in self.items)

    def problems(self, lines: Mapping[Key, int]) -> list[Problem]:
        """The findings with the line of their key, or of the nearest key around it that has one."""
        return [
            Problem(
                self.file,
                line_of(lines, item.key),
                dotted(item.key),
                item.message,
                item.advice,
                item.severity,
                item.code,
            )
            for item in self.items
        ]


def line_of(lines: Mapping[Key, int], key: Key) -> int | None:
    """The line of ``key``, or of the nearest key around it."""
    for length in range(len(key), -1, -1):
        if key[:length] in lines:
            return lines[key[:length]]
    return None


def problem_of(error: BlockwrightError, file: str) -> Problem:
    """A file that could not even be read, as a problem."""
    return Problem(file, None, "", error.message, error.hint, code=error.code)
