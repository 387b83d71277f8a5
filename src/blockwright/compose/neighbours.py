"""The projects of one platform, for what one of them takes from another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from blockwright.core.errors import NotFound

if TYPE_CHECKING:
    from blockwright.ports.workspace import Workspace


class OpenNeighbours:
    """Implements ``Neighbours`` for the project at ``root``. The list is read whenever it is asked for: few ask."""

    def __init__(self, root: Path, workspace: Callable[[Path], Workspace]) -> None:
        self._root = root
        self._workspace = workspace

    def names(self) -> Collection[str]:
        return self._listed().keys()

    def workspace(self, project: str) -> Workspace:
        listed = self._listed()
        if project not in listed:
            has = ", ".join(f"`{name}`" for name in listed)
            raise NotFound(f"There is no project `{project}`.", hint=f"There is {has}.", code="project_not_found")
        return self._workspace(listed[project])

    def _listed(self) -> Mapping[str, Path]:
        from blockwright.adapters.project import platform_root_of, projects_of

        return {path.name: path for _, path in projects_of(platform_root_of(self._root))}
