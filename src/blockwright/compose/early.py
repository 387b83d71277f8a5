"""A fork server that was started before the command's own modules were imported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from blockwright.settings import Settings

if TYPE_CHECKING:
    from blockwright.adapters.executor.fork_server import ForkServer, StartOptions
    from blockwright.adapters.executor.launch import Launched

DATA_FOLDER = ".blockwright"


class EarlyStart:
    """A fork server's process that runs already. It goes to the first data folder that is asked for."""

    def __init__(self, launched: Launched) -> None:
        self.token = launched.token
        self._launched: Launched | None = launched
        self._data: Path | None = None

    def belongs_to(self, data: Path) -> bool:
        if self._data is None:
            self._data = data
        return self._data == data

    def take(self, options: StartOptions) -> ForkServer | None:
        """Have it begin, as ``options`` say; None when it was taken before."""
        from blockwright.adapters.executor.fork_server import ForkServer

        launched, self._launched = self._launched, None
        if launched is None:
            return None
        server = ForkServer(launched)
        server.begin(options)
        return server

    def close(self) -> None:
        """End it, if nobody took it."""
        if self._launched is not None:
            from blockwright.adapters.executor.fork_server import ForkServer

            ForkServer(self._launched).close()
            self._launched = None


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
