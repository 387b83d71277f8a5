"""The prediction service put together: the process that stays, and what the one that answers opens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import blockwright

if TYPE_CHECKING:
    from blockwright.ports.bus import EventBus, Listener
    from blockwright.ports.workspace import Workspace
    from blockwright.serving.app import Service
    from blockwright.serving.predictions import PredictionLog
    from blockwright.serving.registry import Registry
    from blockwright.serving.snapshots import Snapshot
    from blockwright.serving.supervisor import Supervisor
    from blockwright.settings import Settings

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Options:
    """How one project's models are served. ``token`` empty: programs on this machine alone may ask."""

    token: str
    default: str
    keep_predictions: bool


class Opening(Protocol):
    """What the process that answers opens; ``Embedded`` does."""

    def workspace(self, root: Path) -> Workspace: ...

    def bus(self, data: Path) -> EventBus: ...

    def close(self) -> None: ...


def folder_of(data: Path, project: str) -> Path:
    """Where the service of a project keeps what it needs to start without the records."""
    return data / "serving" / project


def open_supervisor(
    settings: Settings,
    open_platform: Callable[[], Opening],
    root: Path,
    data: Path,
    where: tuple[str, int, bool],
    options: Options,
) -> Supervisor:
    """Listens from now on ``where`` (host, port, whether the next ones may be taken). Nothing is opened that a fork
    would not survive."""
    from blockwright.adapters.host.ports import listen

    host, port, next_ones = where
    listening = listen(host, port, next_ones=next_ones)
    try:
        from ipaddress import ip_address

        from blockwright.adapters.host.serving import ServingSign
        from blockwright.serving.snapshots import kept
        from blockwright.serving.supervisor import Supervisor

        for name in THREADS:
            # One row at a time is quicker without them, and what is forked must not have any.
            os.environ.setdefault(name, "1")
        _find_project(root)
        address, number = listening.getsockname()[:2]
        shown = "127.0.0.1" if address in ("0.0.0.0", "::") else address
        url = f"http://{f'[{shown}]' if ':' in shown else shown}:{number}"
        folder = folder_of(data, root.name)
        modules = _modules(kept(folder / "snapshot.json"))
        ServingSign(folder, url, needs_token=bool(options.token))
        local = ip_address(address.partition("%")[0]).is_loopback
        return Supervisor(
            listening,
            url,
            lambda: OpenService(settings, open_platform(), root, data, options),
            modules,
            local=local,
        )
    except BaseException:
        listening.close()
        raise


def own_token(folder: Path) -> str:
    """The random token of a project's service, made when it is first needed."""
    from contextlib import suppress
    from secrets import token_urlsafe

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "token"
    with suppress(FileExistsError):
        temporary = folder / f".token.{os.getpid()}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token_urlsafe(32))
        try:
            os.link(temporary, path)  # whoever is first
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()


class OpenService:
    """Implements ``Answering``: opened in the process that answers."""

    def __init__(self, settings: Settings, platform: Opening, root: Path, data: Path, options: Options) -> None:
        from blockwright.serving.app import Door, Service
        from blockwright.serving.predictions import PredictionLog
        from blockwright.serving.registry import Registry

        self._platform = platform
        self._root = root
        self._data = data
        self._log_as(settings)
        self._registry: Registry = Registry(self._look, self._listen, folder_of(data, root.name) / "snapshot.json")
        self._predictions: PredictionLog | None = None
        if options.keep_predictions:
            self._predictions = PredictionLog(data / "predictions" / root.name)
        self.app: Service = Service(
            self._registry,
            self._predictions,
            version=blockwright.__version__,
            door=Door(options.token),
            default=options.default,
            retire=self._retire,
        )

    def start(self) -> None:
        self._registry.start()

    def stop(self) -> None:
        self._registry.stop()
        if self._predictions is not None:
            self._predictions.close()
        self._platform.close()

    def _log_as(self, settings: Settings) -> None:
        from blockwright.adapters.host.logging import set_up

        set_up(self._data / "logs", "serving", form=settings.log_format, level=settings.log_level)

    def _workspace(self) -> Workspace:
        return self._platform.workspace(self._root)

    def _look(self, before: Snapshot) -> Snapshot:
        from blockwright.serving.snapshots import taken

        workspace = self._workspace()
        return taken(workspace.learning.models, self._root.name, self._path, before)

    def _path(self, digest: str) -> str:
        from blockwright.core.errors import NotFound

        artifacts = self._workspace().artifacts
        try:
            return str(artifacts.path(digest))
        except NotFound:
            return str(artifacts.blobs / digest[:2] / digest)  # where it should be

    def _listen(self) -> Listener:
        from blockwright.ports.bus import Topic

        return self._platform.bus(self._data).listen({Topic.MODELS})

    def _retire(self, model: str, revision: int, why: str) -> None:
        """Take a canary out of the records, unless somebody was faster."""
        import logging

        from blockwright.core.errors import BlockwrightError
        from blockwright.services.models import promoting

        try:
            promoting.end_canary(self._workspace(), model, revision, reason=why)
        except BlockwrightError as error:
            logging.getLogger(__name__).warning("serving.canary_not_recorded model=%s problem=%r", model, str(error))


_THREADED = {"mlflow", "onnxruntime"}
"""Modules that start threads when they are imported, which none may before a fork: the child imports them."""


def _modules(snapshot: Snapshot | None) -> list[str]:
    """What the models that were served the last time need; without any, what every model needs."""
    found = {"pandas": None, "pyarrow": None, "blockwright.serving.app": None, "blockwright.serving.loading": None}
    for wanted in () if snapshot is None else snapshot.versions.values():
        for module in wanted.file.packages.keys() - _THREADED:
            found[module] = None
            if module == "sklearn":
                found["sklearn.pipeline"] = None
    return list(found)


def _find_project(root: Path) -> None:
    """Models may need the project's own modules: `import <project>.…` as in blocks."""
    parent = str(root.parent)
    if parent not in sys.path:
        sys.path.append(parent)
