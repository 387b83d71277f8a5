"""Everything in and below one process: SQLite or PostgreSQL, files on disk, the local fork server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from blockwright.compose.early import DATA_FOLDER, EarlyStart, start_options
from blockwright.settings import Settings

if TYPE_CHECKING:
    from blockwright.adapters.artifacts.remote import DistantArtifacts
    from blockwright.adapters.db.databases import Database
    from blockwright.adapters.executor.local import LocalExecutor
    from blockwright.adapters.host.owners import FileOwners
    from blockwright.core.runs.model import BlockRun, Run
    from blockwright.engine.driver import Elsewhere, Engine
    from blockwright.ports.access import Access
    from blockwright.ports.bus import EventBus
    from blockwright.ports.executors import Executor
    from blockwright.ports.installation import Installation
    from blockwright.ports.languages import LanguageServer
    from blockwright.ports.platform import Driver, Hold, Host, Observer, Progress, Server
    from blockwright.ports.projects import ProjectStore
    from blockwright.ports.serving import PredictionService
    from blockwright.ports.tables import Tables
    from blockwright.ports.tracking import Tracking
    from blockwright.ports.workspace import Workspace


class Embedded:
    """Implements ``Platform``. Safe to use from every thread: what is opened is opened once."""

    def __init__(self, settings: Settings, early: EarlyStart | None = None) -> None:
        self._settings = settings
        self._early = early
        self._opening = RLock()
        self._workspaces: dict[Path, Workspace] = {}
        self._owners: dict[Path, FileOwners] = {}
        self._files: dict[Path, ProjectStore] = {}
        self._local_executors: dict[Path, LocalExecutor] = {}
        self._executors: dict[Path, Executor] = {}
        self._stores: dict[tuple[Path, str], DistantArtifacts] = {}
        self._tables: dict[Path, Tables] = {}
        self._databases: dict[Path, Database] = {}
        self._buses: dict[Path, EventBus] = {}
        self._accesses: dict[Path, Access] = {}
        self._trackings: dict[Path, Tracking] = {}
        self._data_folders: dict[Path, Path] = {}
        if settings.kill_at:
            from blockwright.core.errors import Invalid
            from blockwright.wire.kill_points import arm

            try:
                arm(settings.kill_at)
            except ValueError as error:
                raise Invalid(f"BLOCKWRIGHT_KILL_AT: {error}.", code="setting") from None

    def find_root(self, path: Path | None) -> Path:
        from blockwright.adapters.project import find_root, platform_root_of, projects_of

        here = Path.cwd()
        if path is not None and not path.exists() and len(path.parts) == 1:
            listed = projects_of(platform_root_of(find_root(here)))  # `--project NAME` inside a platform
            named = dict(listed) | {folder.name: folder for _, folder in listed}
            if path.name in named:
                return named[path.name]
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

    def installation(self, path: Path | None) -> Installation:
        from blockwright.adapters.db.feed import DatabaseFeed
        from blockwright.adapters.host.clock import SystemClock
        from blockwright.compose.installation import Opening, OpenInstallation

        root = self._top(path)
        data = self.data_folder(root)
        opening = Opening(
            self.workspace,
            self.executor,
            self.tables,
            lambda: self.access(data),
            lambda: self.tracking(data),
            self.close,
        )
        return OpenInstallation(root, data, SystemClock(), self.bus(data), DatabaseFeed(self._database(data)), opening)

    def _top(self, path: Path | None) -> Path:
        """The project or platform that ``path`` lies in."""
        from blockwright.adapters.project import find_root, platform_root_of

        return platform_root_of(find_root(path or Path.cwd()))

    def files(self, root: Path) -> ProjectStore:
        with self._opening:
            if root not in self._files:
                from blockwright.adapters.project import DiskProject

                self._files[root] = DiskProject(
                    root,
                    cache=self.data_folder(root) / "cache",
                    environ=self._settings.environ,
                    secrets=lambda name: self._secret(root, name),
                    one_process=self._settings.one_process,
                    block_run_limit=self._settings.block_run_limit,
                    templates_folder=self._settings.templates_folder,
                )
            return self._files[root]

    def _secret(self, root: Path, name: str) -> str | None:
        """Without the workspace, which reads the project's file first: that file may ask for a secret."""
        from blockwright.adapters.db import DatabaseSecrets

        data = self.data_folder(root)
        secrets = DatabaseSecrets(self._database(data), folder=data, key=self._settings.secret_key)
        return secrets.get(root.name, name)

    def warm_up(self, root: Path) -> None:
        self._local_executor(root).warm_up()

    def executor(self, root: Path) -> Executor:
        with self._opening:
            if root not in self._executors:
                self._executors[root] = self._staged(root, self._local_executor(root))
            return self._executors[root]

    def _local_executor(self, root: Path) -> LocalExecutor:
        with self._opening:
            if root not in self._local_executors:
                from blockwright.adapters.executor.local import LocalExecutor

                data = self.data_folder(root)
                early = self._early_for(data)
                token = early.token if early is not None else self._token(data)
                options = start_options(self._settings, data, token)
                server = early.take(options) if early is not None else None
                self._local_executors[root] = LocalExecutor(options, server=server)
            return self._local_executors[root]

    def _staged(self, root: Path, executor: Executor) -> Executor:
        """The executor, with what carries inputs and outputs where they are kept elsewhere."""
        store = self._store(root)
        if store is None:
            return executor
        from blockwright.adapters.executor.staged import StagedExecutor

        return StagedExecutor(executor, store)

    def _store(self, root: Path) -> DistantArtifacts | None:
        """Where the outputs of a project are kept; None: in the data folder."""
        url = self._settings.artifacts or self.files(root).project().remote_variables_dir
        if url is None:
            return None
        with self._opening:
            data = self.data_folder(root)
            if (data, url) not in self._stores:
                from blockwright.compose.stores import open_store

                self._stores[data, url] = open_store(url, data, self._settings, self._database(data))
            return self._stores[data, url]

    def workspace(self, root: Path) -> Workspace:
        with self._opening:
            if root not in self._workspaces:
                self._workspaces[root] = self._open_workspace(root)
            return self._workspaces[root]

    def _open_workspace(self, root: Path) -> Workspace:
        from blockwright.adapters.artifacts.local import LocalArtifacts
        from blockwright.adapters.db import DatabaseRuns, DatabaseSecrets
        from blockwright.adapters.db.idempotency import DatabaseIdempotency
        from blockwright.adapters.db.queues import DatabaseQueues
        from blockwright.adapters.git import CommandLineGit
        from blockwright.adapters.host.caches import FileCache
        from blockwright.adapters.host.clock import SystemClock
        from blockwright.adapters.host.distributions import versions
        from blockwright.compose.learning import OpenLearning
        from blockwright.compose.neighbours import OpenNeighbours
        from blockwright.compose.oversight import OpenOversight
        from blockwright.compose.triggering import OpenTriggering
        from blockwright.ports.workspace import Options, Workspace

        settings = self._settings
        data = self.data_folder(root)
        cache = FileCache(data / "cache")
        database = self._database(data)
        files = self.files(root)
        return Workspace(
            project=files.project(),
            files=files,
            runs=DatabaseRuns(database),
            queues=DatabaseQueues(database),
            artifacts=self._store(root) or LocalArtifacts(data, durable=settings.durable),
            secrets=DatabaseSecrets(database, folder=data, key=settings.secret_key),
            triggering=OpenTriggering(
                database, root, data, settings, lambda name: self.workspace(root).secrets.get(root.name, name)
            ),
            owners=self._owner(data),
            clock=SystemClock(),
            cache=cache,
            oversight=OpenOversight(database, settings, data),
            learning=OpenLearning(
                database,
                data / "predictions" / root.name,
                lambda: self._wake_serving(root),
                lambda: self.tracking(data),
                lambda: self._serving(root, data),
            ),
            distributions=lambda modules: versions(modules, cache=data / "cache" / "distributions.json"),
            idempotency=DatabaseIdempotency(database),
            git=CommandLineGit(root, settings.environ),
            neighbours=OpenNeighbours(root, self.workspace),
            options=Options(
                env=settings.env,
                slots=settings.slots,
                durable=settings.durable,
                default_executor=settings.default_executor,
                run_limit=settings.run_limit,
            ),
        )

    def driver(self, root: Path, *, observer: Observer, progress: Progress, foreground: bool = False) -> Driver:
        from blockwright.engine.driver import Engine
        from blockwright.engine.neighbours import SeveralProjects

        executor: Executor
        if foreground:
            from blockwright.adapters.executor.foreground import ForegroundExecutor

            executor = self._staged(root, ForegroundExecutor(python=sys.executable, debug=True))
        else:
            executor = self.executor(root)
        main = Engine(self.workspace(root), executor, self._telling(root, observer), progress)
        return SeveralProjects(main, partial(self._engine_of_another, root))

    def _engine_of_another(self, asking: Path, project: str, elsewhere: Elsewhere) -> Engine:
        """For a run of another project of the platform that a run of a command waits for; its executor is its own."""
        from blockwright.adapters.executor.local import LocalExecutor
        from blockwright.engine.driver import Engine

        root = Path(self.workspace(asking).neighbours.workspace(project).project.root)
        data = self.data_folder(root)
        token = self._token(data)
        executor = self._staged(root, LocalExecutor(start_options(self._settings, data, token)))
        observer = self._telling(root, lambda *_: None)
        return Engine(self.workspace(root), executor, observer, lambda *_: None, elsewhere=elsewhere)

    def _telling(self, root: Path, observer: Observer) -> Observer:
        """The observer, and whoever listens on the bus: a server shows runs that it does not drive."""
        data = self.data_folder(root)
        if self._settings.redis_url is None and not (data / "bus").is_dir():
            return observer
        from blockwright.ports.bus import Notice, Topic

        bus, project = self.bus(data), root.name

        def changed(run: Run, rows: Sequence[BlockRun]) -> None:
            observer(run, rows)
            bus.publish(Notice(Topic.FEED, project))
            if run.state.final:
                bus.publish(Notice(Topic.QUEUE, project))

        return changed

    def _wake_serving(self, root: Path) -> None:
        """Tell those who serve the project's models that something else is to be served."""
        data = self.data_folder(root)
        if self._settings.redis_url is None and not (data / "bus").is_dir():
            return  # nobody listens
        from blockwright.ports.bus import Notice, Topic

        self.bus(data).publish(Notice(Topic.MODELS, root.name))

    def _serving(self, root: Path, data: Path) -> PredictionService:
        from blockwright.adapters.host.serving import LocalService
        from blockwright.compose.serving import folder_of, own_token

        folder = folder_of(data, root.name)
        return LocalService(folder, lambda: self._settings.serving_token or own_token(folder))

    def hold(self, path: Path | None) -> Hold:
        from blockwright.adapters.host.holds import DataHold

        return DataHold(self.data_folder(self._top(path)))

    def server(self, path: Path | None, *, host: str, port: int, next_ones: bool) -> Server:
        from blockwright.compose.site import open_server

        installation = self.installation(path)
        self._stay_up("server", installation.data)
        return open_server(self._settings, installation, self.access, host, port, next_ones=next_ones)

    def prediction_service(
        self, path: Path | None, *, host: str, port: int, next_ones: bool, default: str, keep_predictions: bool
    ) -> Server:
        from blockwright.compose.serving import Options, folder_of, open_supervisor, own_token

        root = self.find_root(path)
        data, settings = self.data_folder(root), self._settings
        local = host in ("127.0.0.1", "::1", "localhost")
        token = settings.serving_token or ("" if local else own_token(folder_of(data, root.name)))
        options = Options(token, default, keep_predictions)
        return open_supervisor(settings, lambda: Embedded(settings), root, data, (host, port, next_ones), options)

    def serving_token(self, path: Path | None) -> str:
        from blockwright.compose.serving import folder_of, own_token

        root = self.find_root(path)
        return self._settings.serving_token or own_token(folder_of(self.data_folder(root), root.name))

    def end_with(self, parent: int) -> None:
        from blockwright.adapters.host.processes import end_with

        end_with(parent)

    def host(self, path: Path | None, *, grace: float) -> Host:
        from blockwright.engine.host import Host as EngineHost

        installation = self.installation(path)
        self._stay_up("scheduler", installation.data)
        return EngineHost(installation, grace=grace)

    def _stay_up(self, process: str, data: Path) -> None:
        """What every process that stays up begins with."""
        from blockwright.adapters.host.logging import set_up
        from blockwright.adapters.host.memory import few_arenas

        few_arenas()
        set_up(data / "logs", process, form=self._settings.log_format, level=self._settings.log_level)

    def tables(self, root: Path) -> Tables:
        with self._opening:
            if root not in self._tables:
                from blockwright.adapters.tables.duckdb_tables import DuckDBTables

                artifacts = self.workspace(root).artifacts
                self._tables[root] = DuckDBTables(artifacts.path, environ=self._settings.environ)
            return self._tables[root]

    def language_servers(self) -> Sequence[LanguageServer]:
        from blockwright.adapters.languages.local import LocalLanguages

        languages = LocalLanguages(self._settings.language_servers, self._settings.environ)
        try:
            return languages.servers(Path.cwd())
        finally:
            languages.close()

    def bus(self, data: Path) -> EventBus:
        """The wake-ups of a data folder: Redis where it is set up, else sockets on this host."""
        with self._opening:
            if data not in self._buses:
                self._buses[data] = _open_bus(self._settings, data)
            return self._buses[data]

    def tracking(self, data: Path) -> Tracking:
        """Where blocks of a data folder record parameters, metrics and models."""
        with self._opening:
            if data not in self._trackings:
                from blockwright.compose.tracking import open_tracking

                self._trackings[data] = open_tracking(self._settings, data)
            return self._trackings[data]

    def access(self, data: Path) -> Access:
        """Who may do what in a data folder."""
        with self._opening:
            if data not in self._accesses:
                from blockwright.compose.access import open_access

                self._accesses[data] = open_access(self._settings, self._database(data), self.bus(data), data)
            return self._accesses[data]

    def init_project(self, path: Path, template: str) -> Sequence[str]:
        from blockwright.adapters.project import init_project

        return init_project(path, template)

    def data_folder(self, root: Path) -> Path:
        """One for each root: of a project in a platform, the platform's."""
        if self._settings.data_dir is not None:
            return self._settings.data_dir
        if root not in self._data_folders:
            from blockwright.adapters.project import platform_root_of

            self._data_folders[root] = platform_root_of(root) / DATA_FOLDER
        return self._data_folders[root]

    def _database(self, data: Path) -> Database:
        """One for each data folder, shared by its projects."""
        with self._opening:
            if data not in self._databases:
                from blockwright.adapters.db import open_database

                settings = self._settings
                self._databases[data] = open_database(settings.database_url, folder=data, durable=settings.durable)
            return self._databases[data]

    def _early_for(self, data: Path) -> EarlyStart | None:
        return self._early if self._early is not None and self._early.belongs_to(data) else None

    def _token(self, data: Path) -> str:
        """What everything carries that this process starts."""
        owner = self._owner(data)
        owner.hold()
        return owner.token

    def _owner(self, data: Path) -> FileOwners:
        with self._opening:
            if data not in self._owners:
                from blockwright.adapters.host.owners import FileOwners

                early = self._early_for(data)
                self._owners[data] = FileOwners(data / "locks", token=early.token if early is not None else None)
            return self._owners[data]

    def close(self) -> None:
        with self._opening:
            opened: list[Any] = []
            # A staged executor closes the one below it, too; the second time that does nothing.
            each: dict[Any, Any]
            for each in (
                self._executors,
                self._local_executors,
                self._stores,
                self._tables,
                self._trackings,
                self._buses,
                self._databases,
            ):
                opened += each.values()
                each.clear()
            owners = list(self._owners.values())
            for others in (self._owners, self._accesses, self._workspaces):
                others.clear()
        for resource in opened:
            resource.close()
        for owner in owners:
            owner.release()
        if self._settings.telemetry:
            from blockwright.compose.telemetry import open_telemetry

            open_telemetry(self._settings.telemetry).close()


def _open_bus(settings: Settings, data: Path) -> EventBus:
    if settings.redis_url is not None:
        from urllib.parse import urlsplit

        from blockwright.adapters.bus.redis import RedisBus

        # What all hosts of an installation have in common: they may reach the database by several names.
        shared = urlsplit(settings.database_url or data.resolve().as_uri())
        return RedisBus(settings.redis_url, f"{shared.path}?{shared.query}")
    from blockwright.adapters.bus.local import LocalBus

    return LocalBus(data)
