"""Everything of one data folder, for the doors that stay open: the web and the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from blockwright.ports.access import Access
from blockwright.ports.bus import EventBus
from blockwright.ports.clock import Clock
from blockwright.ports.executors import Executor
from blockwright.ports.feed import Feed
from blockwright.ports.tables import Tables
from blockwright.ports.tracking import Tracking
from blockwright.ports.workspace import Workspace


class Installation(Protocol):
    """Safe to use from every thread. Close it when done: that ends every process it started."""

    @property
    def root(self) -> Path:
        """The folder that was opened: a project, or a platform of several."""
        ...

    @property
    def data(self) -> Path:
        """The data folder."""
        ...

    @property
    def clock(self) -> Clock: ...

    @property
    def bus(self) -> EventBus: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def tracking(self) -> Tracking:
        """Where blocks record parameters, metrics and models: one for all projects."""
        ...

    @property
    def access(self) -> Access:
        """People and their rights: one for all projects."""
        ...

    def projects(self) -> Mapping[str, Path]:
        """Name and folder of every project there is now; those listed whose folder is missing are left out."""
        ...

    def workspace(self, project: str) -> Workspace:
        """Raises NotFound for a project that is not there."""
        ...

    def executor(self, project: str) -> Executor:
        """The project's own; started on first use."""
        ...

    def tables(self, project: str) -> Tables: ...

    def close(self) -> None: ...
