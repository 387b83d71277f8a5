"""One data folder and every project in it, for the doors that stay open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from blockwright.core.errors import NotFound

if TYPE_CHECKING:
    from blockwright.ports.access import Access
    from blockwright.ports.bus import EventBus
    from blockwright.ports.clock import Clock
    from blockwright.ports.executors import Executor
    from blockwright.ports.feed import Feed
    from blockwright.ports.tables import Tables
    from blockwright.ports.tracking import Tracking
    from blockwright.ports.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opening:
    """How what belongs to a project's folder is opened, each once."""

    workspace: Callable[[Path], Workspace]
    executor: Callable[[Path], Executor]
    tables: Callable[[Path], Tables]
    access: Callable[[], Access]
    tracking: Callable[[], Tracking]
    close: Callable[[], None]


class OpenInstallation:
    """Implements ``Installation``. The list of projects is read anew when the platform's ``settings.yaml`` changes."""

    def __init__(self, root: Path, data: Path, clock: Clock, bus: EventBus, feed: Feed, opening: Opening) -> None:
        self.root = root
        self.data = data
        self.clock = clock
        self.bus = bus
        self.feed = feed
        self._opening = opening
        self._reading = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._projects: dict[str, Path] | None = None

    def projects(self) -> Mapping[str, Path]:
        from blockwright.adapters.project import projects_of

        with self._reading:
            seen = _mark(self.root / "settings.yaml")
            if self._projects is None or seen != self._seen:
                # By the folder's last part, which is the project's name in every record.
                self._projects = {path.name: path for _, path in projects_of(self.root)}
                self._seen = seen
            return {name: path for name, path in self._projects.items() if path.is_dir()}

    @property
    def access(self) -> Access:
        return self._opening.access()

    @property
    def tracking(self) -> Tracking:
        return self._opening.tracking()

    def workspace(self, project: str) -> Workspace:
        return self._opening.workspace(self._folder(project))

    def executor(self, project: str) -> Executor:
        return self._opening.executor(self._folder(project))

    def tables(self, project: str) -> Tables:
        return self._opening.tables(self._folder(project))

    def close(self) -> None:
        self._opening.close()

    def _folder(self, project: str) -> Path:
        projects = self.projects()
        if project not in projects:
            has = ", ".join(f"`{name}`" for name in projects) or "none"
            raise NotFound(f"There is no project `{project}`.", hint=f"There is {has}.", code="project_not_found")
        return projects[project]


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
