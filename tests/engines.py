"""An engine in this process on a project's folder, as ``blockwright scheduler`` has it: all of it real."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

from blockwright.compose import Embedded
from blockwright.core.runs.model import Queue, Run, RunId, RunRequest, RunSettings
from blockwright.engine.host import Host
from blockwright.engine.loops import Loop
from blockwright.ports.bus import Listener, Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services import runs
from blockwright.settings import read
from tests.project import Project

SECONDS = 60.0


@dataclass
class Running:
    """An engine at work on one project."""

    installation: Installation
    host: Host
    workspace: Workspace
    listener: Listener

    def start(
        self,
        pipeline: str,
        *,
        variables: Mapping[str, Any] | None = None,
        settings: RunSettings | None = None,
        **fields: Any,
    ) -> RunId:
        """Ask for a run, as the API does."""
        project = self.workspace.project.name
        request = RunRequest(project, pipeline, variables=variables or {}, queue=Queue.ENGINE)
        request = replace(request, settings=settings or request.settings, **fields)
        run = runs.start(self.workspace, request)
        self.installation.bus.publish(Notice(Topic.QUEUE, project))
        return run.id

    def until(self, what: Callable[[], bool]) -> None:
        """Wait until it is so, looking whenever something has changed."""
        deadline = time.monotonic() + SECONDS
        while not what():
            assert time.monotonic() < deadline, "it did not come to that"
            self.listener.wait(0.2)

    def ended(self, run: RunId) -> Run:
        """The run, once it has ended."""
        self.until(lambda: self.workspace.runs.get(run).state.final)
        return self.workspace.runs.get(run)

    def states(self, run: RunId) -> dict[str, str]:
        return {row.name: row.state.value for row in self.workspace.runs.block_runs(run)}


@contextmanager
def installation(project: Project) -> Iterator[tuple[Embedded, Installation]]:
    """Everything of the project's data folder, opened; nothing drives runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLOCKWRIGHT_")}
    platform = Embedded(read({**kept, "BLOCKWRIGHT_SLOTS": "2", **project.environ}))
    try:
        yield platform, platform.installation(project.root)
    finally:
        platform.close()


@contextmanager
def engine(
    project: Project, *, grace: float = 5.0, loops: Sequence[Callable[[Installation], Loop]] = ()
) -> Iterator[Running]:
    """An engine that drives the project's runs, and has these loops, until the end of the block."""
    with installation(project) as (_, opened):
        host = Host(opened, grace=grace, loops=loops)
        listener = opened.bus.listen({Topic.FEED, Topic.QUEUE})
        thread = Thread(target=host.run)
        thread.start()
        try:
            yield Running(opened, host, opened.workspace(project.root.name), listener)
        finally:
            if not host.stopping:  # a second time would cut off what still runs
                host.stop()
            thread.join(SECONDS)
            assert not thread.is_alive(), "the engine does not end"
