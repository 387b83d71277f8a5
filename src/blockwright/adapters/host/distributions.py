"""Which installed distribution gives a module, and in which version: told from metadata, without importing the module.

The full map of all modules costs a tenth of a second, so a module that is called as its distribution is looked up
directly, and the map is kept in a file for as long as the folders of the search path do not change.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

_Found = Mapping[str, Sequence[tuple[str, str]]]
"""Module → the distributions that give it, with their versions; several share a namespace such as ``google``."""

_SCHEME = 1
_MODULE_SUFFIXES = (".py", ".so", ".pyd")


def versions(
    modules: Iterable[str], *, cache: Path | None = None, path: Sequence[str] | None = None
) -> Mapping[str, tuple[str, str]]:
    """Top-level module → (distribution, version) for those of ``modules`` that an installed distribution gives.

    Where several give one module, both are lists joined by ", ". ``cache`` is a file for the map of all modules, which
    may be missing, damaged or not writable. ``path`` is what is searched instead of ``sys.path``.
    """
    folders = list(sys.path if path is None else path)
    found: dict[str, tuple[str, str]] = {}
    left = []
    for module in sorted(set(modules)):
        direct = _direct(module, folders)
        if direct is None:
            left.append(module)
        else:
            found[module] = direct
    if left:
        everything = _all_modules(folders, cache)
        found |= {module: _joined(everything[module]) for module in left if module in everything}
    return found


def _joined(given: Sequence[tuple[str, str]]) -> tuple[str, str]:
    ordered = sorted(set(given))
    return ", ".join(name for name, _ in ordered), ", ".join(version for _, version in ordered)


def _direct(module: str, folders: list[str]) -> tuple[str, str] | None:
    """The distribution of the module's own name, if its record says that the module is its own and no namespace."""
    if not module.isidentifier():
        return None
    first = next(iter(metadata.distributions(name=module, path=folders)), None)
    if first is None:
        return None
    record = "\n" + (first.read_text("RECORD") or "")
    owns = f"\n{module}/__init__.py," in record or f"\n{module}.py," in record
    return _identity(first) if owns else None


def _identity(distribution: metadata.Distribution) -> tuple[str, str] | None:
    """Name and version from the head of the metadata; None for what a broken installation left behind."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    head = text.replace("\r\n", "\n").partition("\n\n")[0]
    about = dict(line.split(": ", 1) for line in reversed(head.split("\n")) if ": " in line)
    return (about["Name"], about["Version"]) if "Name" in about and "Version" in about else None


def _all_modules(folders: list[str], cache: Path | None) -> _Found:
    mark = _mark(folders)
    if cache is not None and (kept := _kept(cache, mark)) is not None:
        return kept
    found: dict[str, list[tuple[str, str]]] = {}
    seen: set[str] = set()
    for distribution in metadata.distributions(path=folders):
        identity = _identity(distribution)
        if identity is None or (name := _normal(identity[0])) in seen:
            continue  # the first on the path is the one that is imported
        seen.add(name)
        for module in _modules_of(distribution):
            found.setdefault(module, []).append(identity)
    if cache is not None:
        _keep(cache, mark, found)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _modules_of(distribution: metadata.Distribution) -> set[str]:
    """The top-level modules that a distribution installs: the first parts of the paths in its record.

    One that is installed as a link to its source (editable) records none; it is taken to give a module of its name.
    """
    names = set((distribution.read_text("top_level.txt") or "").split())
    for line in (distribution.read_text("RECORD") or "").splitlines():
        first, slash, _ = line.partition(",")[0].strip('"').partition("/")
        name = first if slash else first.partition(".")[0]
        is_module = bool(slash) or first.endswith(_MODULE_SUFFIXES)
        if is_module and name.isidentifier() and name != "__pycache__" and not name.startswith("__editable__"):
            names.add(name)
    return names or {distribution.name.replace("-", "_")}


def _mark(folders: Sequence[str]) -> list[list[str | int]]:
    """What changes when something is installed or removed: each folder of the path with its time of change."""
    mark: list[list[str | int]] = [[sys.version, _SCHEME]]
    for folder in folders:
        try:
            mark.append([folder, os.stat(folder or ".").st_mtime_ns])
        except OSError:
            mark.append([folder, 0])
    return mark


def _kept(cache: Path, mark: list[list[str | int]]) -> _Found | None:
    try:
        kept = json.loads(cache.read_bytes())
        if kept["mark"] != mark:
            return None
        return {
            str(module): [(str(name), str(version)) for name, version in given]
            for module, given in kept["modules"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _keep(cache: Path, mark: list[list[str | int]], modules: _Found) -> None:
    """Write the map in one step; without it the next look only takes longer."""
    text = json.dumps({"mark": mark, "modules": modules})
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=cache.parent, prefix=cache.name)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, cache)
        except OSError:
            os.unlink(name)
            raise
