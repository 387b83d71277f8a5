"""What an attempt answers: one JSON document, committed before anything else hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blockwright.wire.checks import CheckResult
from blockwright.wire.outputs import Output


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"  # a condition was false
    NOT_YET = "not_yet"  # a sensor that must look again


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback. ``file`` is relative to the project for the project's own code, else absolute."""

    file: str
    line: int
    function: str
    text: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class AttemptError:
    """``file`` and ``line`` are the deepest frame in project code; ``traceback`` begins at the user's first frame."""

    type: str
    message: str
    file: str | None = None
    line: int | None = None
    traceback: tuple[Frame, ...] = ()
    hint: str = ""
    code: str = "user_code"


@dataclass(frozen=True, slots=True)
class TestFailure:
    name: str
    message: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TestResults:
    """Declared checks count as well: with those that passed, and with those for which the block fails."""

    passed: int = 0
    failed: int = 0
    failures: tuple[TestFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class DynamicItems:
    """For a dynamic parent: how many children, their names (None: by index) and extra block runs each waits for."""

    count: int
    names: tuple[str | None, ...] = ()
    upstream: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources of the attempt's own process and its waited-for children; times in seconds, memory in bytes."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    rss_peak: int = 0


@dataclass(frozen=True, slots=True)
class ModuleVerdict:
    """What a first import of a third-party module in this process showed: ``threads`` it left running."""

    module: str
    version: str
    seconds: float
    threads: int


@dataclass(frozen=True, slots=True)
class Manifest:
    attempt_id: str
    outcome: Outcome
    outputs: tuple[Output, ...] = ()
    tests: TestResults = TestResults()
    checks: tuple[CheckResult, ...] = ()
    error: AttemptError | None = None
    items: DynamicItems | None = None
    usage: Usage = Usage()
    reason: str = ""
    modules: tuple[ModuleVerdict, ...] = ()
    scheme: int = 1
