"""What is wrong in a project's files, with the place and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from blockwright.core.errors import Invalid


class Severity(StrEnum):
    ERROR = "error"  # the pipeline cannot run
    WARNING = "warning"  # it runs, though probably not as meant


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: ``file`` is relative to the project, ``line`` counts from 1, ``key`` is a dotted path."""

    file: str
    line: int | None
    key: str
    message: str
    advice: str
    severity: Severity = Severity.ERROR
    code: str = "invalid"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" ({self.key})" if self.key else ""
        return f"{place}{key}: {self.message} {self.advice}".rstrip()


class ProjectInvalid(Invalid):
    """A project file does not say something that can run; carries every problem that was found."""

    code = "project_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = str(self.problems[0]) if self.problems else "The project is invalid."
        more = len(self.problems) - 1
        super().__init__(first, hint=f"({more} more; see `blockwright check`)" if more > 0 else "")
