"""Threads of numeric libraries: one in the fork server, where none may run, then as many as an attempt was given."""

from __future__ import annotations

from typing import Any


class ThreadPools:
    """The pools of the libraries that are loaded. Looking for them takes milliseconds: the fork server does it once."""

    def __init__(self) -> None:
        self._controllers: list[Any] = []

    def find(self) -> None:
        """Look for the libraries that are loaded now."""
        from threadpoolctl import ThreadpoolController

        self._controllers = list(ThreadpoolController().lib_controllers)

    def allow(self, threads: int) -> None:
        """Let the libraries that were found use so many threads."""
        if threads > 1:
            for controller in self._controllers:
                controller.set_num_threads(threads)
