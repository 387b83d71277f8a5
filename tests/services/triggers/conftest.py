"""A project in a temporary folder whose clock the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from blockwright.compose import Embedded
from blockwright.core.runs.model import Run
from blockwright.core.triggers.model import Trigger
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import edits, firing, syncing
from blockwright.settings import read
from tests.project import Project

START = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
LOAD = {"kind": "loader", "id": "load", "code": "def load(**kwargs):\n    return 1\n"}


@dataclass
class ScriptedClock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()


@dataclass
class Shop:
    """``triggers`` writes the file of pipeline ``p`` and reads it; ``wait`` moves the clock and fires what is due."""

    project: Project
    workspace: Workspace
    clock: ScriptedClock
    started: list[Run] = field(default_factory=list)

    def triggers(self, text: str, pipeline: str = "p") -> None:
        self.project.write(f"pipelines/{pipeline}/triggers.yaml", text)
        self.sync()

    def sync(self) -> None:
        syncing.sync(self.workspace)

    def wait(self, **span: float) -> list[Run]:
        self.clock.time += timedelta(**span)
        runs = firing.fire_due(self.workspace)
        self.started += runs
        return runs

    def trigger(self, name: str = "nightly", pipeline: str = "p") -> Trigger:
        return edits.find(self.workspace, name, pipeline)

    def fires(self, name: str = "nightly") -> list[tuple[str, str]]:
        """Outcome and due time (without date zone) of each fire, oldest first."""
        rows = self.workspace.triggering.records.fires(self.trigger(name).id, limit=1000)
        return [(row.outcome.value, f"{row.due:%d %H:%M}" if row.due else "") for row in reversed(rows)]

    def runs(self) -> list[Run]:
        return list(self.workspace.runs.list(RunFilter(self.workspace.project.name), limit=1000))


@pytest.fixture
def shop(project: Project) -> Iterator[Shop]:
    project.pipeline("p", LOAD, variables={"day": "monday"})
    platform = Embedded(read({}))
    clock = ScriptedClock()
    yield Shop(project, replace(platform.workspace(project.root), clock=clock), clock)
    platform.close()
