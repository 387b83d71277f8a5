"""Says how this engine is, so that the web process can tell when it is measured."""

from __future__ import annotations

import os
import resource
import socket
import time

from blockwright.core.errors import BlockwrightError
from blockwright.ports.bus import Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace

SECONDS = 10.0


class Figures:
    """A ``Loop``: `slots`, `cpu_seconds`, `memory_bytes`, `started` (seconds since 1970), and what was counted for the
    projects in this process (``Oversight.tallies``)."""

    name = "figures"
    topics: frozenset[Topic] = frozenset()

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._started = time.time()

    def turn(self) -> float:
        workspaces = self._workspaces()
        if workspaces:
            workspaces[0].oversight.figures.report(self._process, self._figures(workspaces))
        return SECONDS

    def _figures(self, workspaces: list[Workspace]) -> dict[str, float]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        figures = {
            "started": self._started,
            "slots": float(workspaces[0].options.slots),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "memory_bytes": float(_resident()),
            "executor_losses": 0.0,
        }
        for workspace in workspaces:
            for name, count in list(workspace.oversight.tallies.items()):
                figures[name] = figures.get(name, 0.0) + count
        return figures

    def _workspaces(self) -> list[Workspace]:
        found = []
        for project in self._installation.projects():
            try:
                found.append(self._installation.workspace(project))
            except BlockwrightError:
                continue  # the host says so, too
        return found


def _resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
