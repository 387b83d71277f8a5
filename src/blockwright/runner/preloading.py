"""Early imports: in the fork server what is known to be safe, in the block process what is not known yet."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

from blockwright.runner.module_verdicts import NEVER, ModuleVerdicts
from blockwright.runner.thread_pools import ThreadPools
from blockwright.wire.manifests import ModuleVerdict

ALWAYS = (
    "pandas",
    "pyarrow",
    "pyarrow.ipc",
    "pyarrow.pandas_compat",
    "pyarrow.vendored.version",  # pandas asks for it when it first makes a column of strings
)
PLAIN = ("blake3", "cloudpickle")
"""What outputs of any kind are written with."""

_QUICK_SECONDS = 5.0
_QUIET_THREADS = frozenset({"jemalloc_bg_thd"})
"""Threads known to survive a fork of their process unharmed, by their name."""


def threads() -> int:
    """How many threads this process has beside the main one, without those known to be harmless."""
    count = 0
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/comm", encoding="utf-8") as file:
                count += file.read().strip() not in _QUIET_THREADS
        except OSError:
            continue
    return count - 1


class Preloads:
    """The fork server's early imports."""

    def __init__(self, verdicts: ModuleVerdicts) -> None:
        self.verdicts = verdicts
        self.pools = ThreadPools()
        self.generation = 0
        """Counts up when modules have been imported: what was forked before does not know them."""

    def at_start(self, modules: Iterable[str]) -> None:
        """Import of ``modules`` what is known to be safe, after ``import_always``."""
        for module in modules:
            if self.verdicts.safe(module):
                self._import_watched(module)
        self._settle()

    def before_fork(self, modules: Iterable[str]) -> None:
        """Import what the next attempt needs and is known to be safe and quick."""
        wanted = [name for name in modules if name not in sys.modules]
        safe = [name for name in wanted if self.verdicts.safe(name, within=_QUICK_SECONDS)]
        for module in safe:
            self._import_watched(module)
        if safe:
            self._settle()

    def _settle(self) -> None:
        """Keep the collector away from what all forks share, so that its pages stay shared.

        It does not run before: what little garbage the imports left costs less than looking for it.
        """
        self.generation += 1
        self.pools.find()
        gc.freeze()
        gc.enable()

    def _import_watched(self, module: str) -> None:
        """A module that starts a thread against its verdict is never imported early again."""
        verdict = _import(module)
        if verdict is not None and verdict.threads > 0:
            self.verdicts.record([verdict])


def import_our_own() -> None:
    """What attempts run in and write with. A failure here is a bug of ours and must be heard."""
    import pkgutil

    from blockwright import codecs

    importlib.import_module("blockwright.runner.life")
    for found in pkgutil.walk_packages(codecs.__path__, f"{codecs.__name__}."):
        importlib.import_module(found.name)
    for module in PLAIN:
        _import(module)


def import_always() -> None:
    """What nearly every project needs."""
    from blockwright.runner import rehearsal, surroundings

    for module in ALWAYS:
        _import(module)
    surroundings.install()
    rehearsal.rehearse()


def in_child(modules: Iterable[str]) -> tuple[ModuleVerdict, ...]:
    """Import what the fork server did not know, just before user code would; what that showed of each."""
    verdicts = (_import(name) for name in modules if name not in sys.modules and name.partition(".")[0] not in NEVER)
    return tuple(verdict for verdict in verdicts if verdict is not None)


def _import(name: str) -> ModuleVerdict | None:
    """None if it cannot be imported: then the block's own ``import`` says so, at its own line."""
    before, began = threads(), time.perf_counter()
    try:
        module = importlib.import_module(name)
    except BaseException:
        _forget(name)
        return None
    seconds = time.perf_counter() - began
    return ModuleVerdict(name, _version(module), round(seconds, 4), max(0, threads() - before))


def _forget(name: str) -> None:
    """A half imported module must not look like a whole one to the block."""
    sys.modules.pop(name, None)


def _version(module: Any) -> str:
    version = getattr(module, "__version__", "")
    return version if isinstance(version, str) else ""
