"""What is known of third-party modules: whether a fork server may import them before it forks.

A module that leaves a thread running must not be imported there, since no thread survives a fork. Each module is tried
by the first block process that imports it, and what it showed is kept in ``modules.json`` in the cache folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path

from blockwright.wire.documents import dump
from blockwright.wire.manifests import ModuleVerdict

NEVER = frozenset({"polars", "grpc", "torch", "tensorflow", "jax", "ray", "pyspark"})
"""Modules that start threads on use, after an import that looks innocent."""


class ModuleVerdicts:
    """The verdicts of one cache folder. A verdict holds for the file that it was found on (its time and size) and
    this Python; a broken or missing file is an empty one."""

    def __init__(self, cache: Path | None) -> None:
        self._path = cache / "modules.json" if cache else None
        self._known: dict[str, dict[str, object]] = _read(self._path)

    def safe(self, module: str, *, within: float | None = None) -> bool:
        """Whether it left no thread and, if ``within`` is given, took less than so many seconds to import."""
        verdict = self._known.get(module)
        if verdict is None or _never(module) or verdict.get("threads") != 0:
            return False
        seconds = verdict.get("seconds")
        if within is not None and not (isinstance(seconds, int | float) and seconds < within):
            return False
        return verdict.get("python") == sys.version and verdict.get("stamp") == stamp(module)

    def record(self, verdicts: Iterable[ModuleVerdict]) -> None:
        """Add what a process has seen, and keep it; a cache that cannot be written is not worth an error."""
        for verdict in verdicts:
            entry = {"python": sys.version, "stamp": stamp(verdict.module), **dump(verdict)}
            del entry["module"]
            self._known[verdict.module] = entry
        if self._path is not None:
            _write(self._path, self._known)


def _never(module: str) -> bool:
    return module.partition(".")[0] in NEVER


def stamp(module: str) -> str:
    """Time and size of the file that the top-level module is loaded from, found without importing it; "" if none."""
    top = module.partition(".")[0]
    try:
        spec = PathFinder.find_spec(top)
        if spec is None or spec.origin is None:
            return ""
        status = os.stat(spec.origin)
    except (OSError, ValueError, ImportError):
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}"


def _read(path: Path | None) -> dict[str, dict[str, object]]:
    if path is None:
        return {}
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: entry for name, entry in data.items() if isinstance(entry, dict)}


def _write(path: Path, known: dict[str, dict[str, object]]) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
