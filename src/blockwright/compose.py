"""The one place that knows everyone: which adapter stands behind which port.

Imports stand inside the methods, so that a command loads only what it uses.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockwright.settings import Settings

if TYPE_CHECKING:
    from blockwright.adapters.executor.fork_server import ForkServer, StartOptions
    from blockwright.ports.executors import Executor
    from blockwright.ports.owners import Owners
    from blockwright.ports.platform import Driver, Observer, Progress
    from blockwright.ports.projects import ProjectStore
    from blockwright.ports.tables import Tables
    from blockwright.ports.workspace import Workspace

DATA_FOLDER = ".blockwright"
RUNNING_COMMANDS = frozenset({"run", "retry", "replay", "test", "scratchpad"})
WITHOUT_FORK_SERVER = frozenset({"--detach", "--debug", "--help", "-h"})


class EarlyStart:
    """A fork server that was started before it was known for sure that one is needed; see ``foresee``."""

    def __init__(self, root: str, options: StartOptions) -> None:
        from blockwright.adapters.executor.fork_server import ForkServer

        self.root = root
        self.options = options
        self._server: ForkServer | None = ForkServer(options)

    def take(self) -> ForkServer | None:
        server, self._server = self._server, None
        return server

    def close(self) -> None:
        """End it, if nobody took it."""
        if self._server is not None:
            self._server.close()
            self._server = None


def foresee(settings: Settings, arguments: Sequence[str]) -> EarlyStart | None:
    """Start the fork server of a command that will run blocks, before the modules of the command itself are imported.

    Its imports take longer than all else of a short run, so every millisecond that it begins earlier is one less to
    wait. Only the plain case is foreseen: a single project found by its folders; for the rest ``executor`` is in time.
    """
    if not arguments or arguments[0] not in RUNNING_COMMANDS or not WITHOUT_FORK_SERVER.isdisjoint(arguments):
        return None
    root = _plain_root(arguments)
    if root is None:
        return None
    data = settings.data_dir or Path(root, DATA_FOLDER)
    try:
        return EarlyStart(root, start_options(settings, data, os.urandom(16).hex()))
    except OSError:
        return None  # the command will meet the same error where it can be told


def start_options(settings: Settings, data: Path, token: str) -> StartOptions:
    """How the fork server of a project with the data folder ``data`` is started; ``token`` is its owner's."""
    from blockwright.adapters.executor.fork_server import StartOptions

    return StartOptions(
        python=sys.executable,
        cache=data / "cache",
        environ=settings.environ,
        cwd=Path.cwd(),
        token=token,
        kill_at=settings.kill_at,
    )


def _plain_root(arguments: Sequence[str]) -> str | None:
    """The project's folder where looking at names is enough to find it."""
    given = [value for name, value in itertools.pairwise(arguments) if name in ("--project", "-p")]
    folder = os.path.abspath(given[-1] if given else os.curdir)
    while not (os.path.isdir(f"{folder}/pipelines") or os.path.isfile(f"{folder}/metadata.yaml")):
        if folder == "/":
            return None
        folder = os.path.dirname(folder)
    above = folder
    while above != "/":
        if os.path.isfile(f"{above}/settings.yaml"):
            return None  # perhaps a platform of several projects
        above = os.path.dirname(above)
    return folder


class Embedded:
    """Everything in and below this process: SQLite, files on disk, the local fork server. Implements ``Platform``."""

    def __init__(self, settings: Settings, early: EarlyStart | None = None) -> None:
        self._settings = settings
        self._early = early
        self._workspaces: dict[Path, Workspace] = {}
        self._owners: dict[Path, Owners] = {}
        self._files: dict[Path, ProjectStore] = {}
        self._executors: dict[Path, Executor] = {}
        self._tables: dict[Path, Tables] = {}
        self._open: list[Any] = []
        if settings.kill_at:
            from blockwright.core.errors import Invalid
            from blockwright.wire.kill_points import arm

            try:
                arm(settings.kill_at)
            except ValueError as error:
                raise Invalid(f"BLOCKWRIGHT_KILL_AT: {error}.", code="setting") from None

    def find_root(self, path: Path | None) -> Path:
        from blockwright.adapters.project import find_root, projects_of

        here = Path.cwd()
        if path is not None and not path.exists() and len(path.parts) == 1:
            named = dict(projects_of(find_root(here))).get(path.name)  # `--project NAME` inside a platform
            if named is not None:
                return named
        root = find_root(path or here)
        projects = projects_of(root)
        if [root] == [one for _, one in projects]:
            return root
        if len(projects) == 1:
            return projects[0][1]
        from blockwright.core.errors import Invalid

        names = ", ".join(f"`{name}`" for name, _ in projects)
        raise Invalid(
            f"`{root}` holds several projects: {names}.", hint="Name one with `--project NAME`, or go into its folder."
        )

    def files(self, root: Path) -> ProjectStore:
        if root not in self._files:
            from blockwright.adapters.project import DiskProject

            self._files[root] = DiskProject(
                root,
                cache=self.data_folder(root) / "cache",
                environ=self._settings.environ,
                secrets=lambda name: self.workspace(root).secrets.get(root.name, name),
                one_process=self._settings.one_process,
                block_run_limit=self._settings.block_run_limit,
            )
        return self._files[root]

    def warm_up(self, root: Path) -> None:
        self.executor(root)

    def executor(self, root: Path) -> Executor:
        if root not in self._executors:
            from blockwright.adapters.executor.local import LocalExecutor

            early = self._early_for(root)
            if early is not None:
                self._executors[root] = LocalExecutor(early.options, server=early.take())
            else:
                token = self._owner(root).hold().rpartition(":")[2]
                options = start_options(self._settings, self.data_folder(root), token)
                self._executors[root] = LocalExecutor(options)
        return self._executors[root]

    def workspace(self, root: Path) -> Workspace:
        if root not in self._workspaces:
            self._workspaces[root] = self._open_workspace(root)
        return self._workspaces[root]

    def _open_workspace(self, root: Path) -> Workspace:
        from blockwright.adapters.artifacts.local import LocalArtifacts
        from blockwright.adapters.db import DatabaseRuns, DatabaseSecrets, open_database
        from blockwright.adapters.host.caches import FileCache
        from blockwright.adapters.host.clock import SystemClock
        from blockwright.adapters.host.distributions import versions
        from blockwright.ports.workspace import Options, Workspace

        settings = self._settings
        data = self.data_folder(root)
        cache = FileCache(data / "cache")
        database = open_database(settings.database_url, folder=data, durable=settings.durable)
        self._open.append(database)
        files = self.files(root)
        return Workspace(
            project=files.project(),
            files=files,
            runs=DatabaseRuns(database),
            artifacts=LocalArtifacts(data, durable=settings.durable),
            secrets=DatabaseSecrets(database, folder=data, key=settings.secret_key),
            owners=self._owner(root),
            clock=SystemClock(),
            cache=cache,
            distributions=lambda modules: versions(modules, cache=data / "cache" / "distributions.json"),
            options=Options(
                env=settings.env,
                slots=settings.slots,
                durable=settings.durable,
                default_executor=settings.default_executor,
            ),
        )

    def driver(self, root: Path, *, observer: Observer, progress: Progress, foreground: bool = False) -> Driver:
        from blockwright.engine.driver import Engine

        executor: Executor
        if foreground:
            from blockwright.adapters.executor.foreground import ForegroundExecutor

            executor = ForegroundExecutor(python=sys.executable, debug=True)
        else:
            executor = self.executor(root)
        return Engine(self.workspace(root), executor, observer, progress)

    def tables(self, root: Path) -> Tables:
        if root not in self._tables:
            from blockwright.adapters.tables.duckdb_tables import DuckDBTables

            artifacts = self.workspace(root).artifacts
            self._tables[root] = DuckDBTables(artifacts.path, environ=self._settings.environ)
        return self._tables[root]

    def init_project(self, path: Path, template: str) -> Sequence[str]:
        from blockwright.adapters.project import init_project

        return init_project(path, template)

    def data_folder(self, root: Path) -> Path:
        """One for each root: of a project in a platform, the platform's."""
        if self._settings.data_dir is not None:
            return self._settings.data_dir
        from blockwright.adapters.project import platform_root_of

        return platform_root_of(root) / DATA_FOLDER

    def _early_for(self, root: Path) -> EarlyStart | None:
        return self._early if self._early is not None and self._early.root == str(root) else None

    def _owner(self, root: Path) -> Owners:
        if root not in self._owners:
            from blockwright.adapters.host.owners import FileOwners

            early = self._early_for(root)
            token = early.options.token if early is not None else None
            self._owners[root] = FileOwners(self.data_folder(root) / "locks", token=token)
        return self._owners[root]

    def close(self) -> None:
        for executor in self._executors.values():
            executor.close()
        for tables in self._tables.values():
            tables.close()
        for resource in self._open:
            resource.close()
