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
from blockwright.ports.installation import Installation
from blockwright.ports.languages import LanguageServer
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


class Host(Protocol):
    """An engine process: drives every project's waiting runs; see ``engine.host.Host``."""

    def run(self) -> None:
        """Until ``stop``; then ends cleanly."""
        ...

    def stop(self) -> None:
        """Safe in a signal handler, as is ``look``."""
        ...

    def look(self) -> None:
        """Look at queues and inboxes now."""
        ...


class Server(Protocol):
    """A web server that listens already; ``url`` is where."""

    @property
    def url(self) -> str: ...

    @property
    def welcome(self) -> str:
        """What to tell at the first start: how to sign in. Empty later on."""
        ...

    def run(self, ready: Callable[[], None]) -> None:
        """Answer until ``stop``; ``ready`` is called once, as soon as it answers."""
        ...

    def stop(self) -> None:
        """Answer what was asked, then end; safe in a signal handler. Called again, it does not wait."""
        ...


class Hold(Protocol):
    """The right to be the one server of a data folder."""

    def tell(self, url: str) -> None:
        """Leave word of where it answers, for whoever wants to be the second."""
        ...

    def close(self) -> None: ...


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

    def installation(self, path: Path | None) -> Installation:
        """The data folder of the project or platform that ``path`` lies in, with all its projects. It is closed with
        this platform."""
        ...

    def driver(self, root: Path, *, observer: Observer, progress: Progress, foreground: bool = False) -> Driver:
        """``foreground``: attempts run one at a time with the terminal, under the debugger."""
        ...

    def host(self, path: Path | None, *, grace: float) -> Host:
        """The engine of an installation; ``grace``: seconds that running attempts have to end when it is stopped."""
        ...

    def hold(self, path: Path | None) -> Hold:
        """Raises Conflict (code ``data_held``) saying who is the server of the data folder."""
        ...

    def server(self, path: Path | None, *, host: str, port: int, next_ones: bool) -> Server:
        """Listen there; with ``next_ones`` on the next free port. Raises Unavailable (code ``port_taken``)."""
        ...

    def prediction_service(
        self, path: Path | None, *, host: str, port: int, next_ones: bool, default: str, keep_predictions: bool
    ) -> Server:
        """As ``server``, of the process that answers predictions with the models of one project. ``default`` names the
        model that is asked when a request names none."""
        ...

    def serving_token(self, path: Path | None) -> str:
        """What callers of the prediction service send where one is needed; made when there is none yet."""
        ...

    def end_with(self, parent: int) -> None:
        """Have this process end when the one that started it does."""
        ...

    def tables(self, root: Path) -> Tables: ...

    def language_servers(self) -> Sequence[LanguageServer]:
        """Those that the settings want; none of them is started."""
        ...

    def init_project(self, path: Path, template: str) -> Sequence[str]:
        """Make a project; returns the files written. Raises Conflict when a file is in the way."""
        ...

    def close(self) -> None: ...
