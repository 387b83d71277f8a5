"""The house as a door sees it: opened for one project, everything else through ports.

``compose`` implements this; its methods import what they need when they are called, so that a command pays only for
what it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from blockwright.core.runs.events import RetryAsked
from blockwright.core.runs.model import BlockRun, Run, RunId
from blockwright.ports.executors import Executor
from blockwright.ports.projects import ProjectStore
from blockwright.ports.tables import Tables
from blockwright.ports.workspace import Workspace

Observer = Callable[[Run, Sequence[BlockRun]], None]
"""Told of every saved change: the run and the rows that changed."""

Progress = Callable[[str, Mapping[str, Any]], None]
"""Told of progress frames: the attempt's id and the frame."""


class Driver(Protocol):
    """Drives runs in this process until they end; see ``engine.driver.Engine``."""

    def take(self, run_id: RunId, *, retry: RetryAsked | None = None, same_code: bool = False) -> None: ...

    def drive(self, run_id: RunId) -> Run: ...

    def ask_cancel(self, reason: str) -> None: ...

    def look_now(self) -> None: ...


class Platform(Protocol):
    """Close it when done: that ends every process it started."""

    def find_root(self, path: Path | None) -> Path:
        """The project that ``path`` (default: the working directory) lies in; raises NotFound with a way out."""
        ...

    def warm_up(self, root: Path) -> None:
        """Start the project's fork server now, so that its imports overlap with whatever comes next."""
        ...

    def files(self, root: Path) -> ProjectStore:
        """The project's files alone: nothing else is opened, and nothing has to be right with them yet."""
        ...

    def workspace(self, root: Path) -> Workspace:
        """Open the project's files, records and outputs."""
        ...

    def executor(self, root: Path) -> Executor: ...

    def driver(self, root: Path, *, observer: Observer, progress: Progress, foreground: bool = False) -> Driver:
        """``foreground``: attempts run one at a time with the terminal, under the debugger."""
        ...

    def tables(self, root: Path) -> Tables: ...

    def init_project(self, path: Path, template: str) -> Sequence[str]:
        """Make a project; returns the files written. Raises Conflict when a file is in the way."""
        ...

    def close(self) -> None: ...
