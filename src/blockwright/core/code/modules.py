"""Which files of the project a block's code is made of: its imports followed through the project, by names alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from blockwright.core.code.model import CodeFacts, Import

_NOT_THIRD_PARTY = sys.stdlib_module_names | {"mage_ai", "blockwright", ""}
_READ_FRAMES = ("mage_ai.io", "mage_ai.data_cleaner", "blockwright.io")
"""Modules of ours that make frames: who imports one uses pandas, whether it says so or not."""


@dataclass(frozen=True, slots=True)
class Modules:
    """``paths`` are the project's files that are loaded, sorted; ``third_party`` the top-level names from elsewhere
    that the block or one of those files imports."""

    paths: tuple[str, ...]
    third_party: tuple[str, ...]


def project_modules(
    imports: Iterable[Import],
    *,
    files: Collection[str],
    project_name: str,
    facts_of: Callable[[str], CodeFacts],
    origin: str | None = None,
    extra_roots: Sequence[str] = ("",),
    packages: Mapping[str, str] | None = None,
) -> Modules:
    """Follow ``imports``, made in the file ``origin``, through all files of the project that they reach.

    ``files`` are paths relative to the project with ``/`` (best a set); its folder is the package ``project_name``,
    further dotted names of its folders stand in ``packages``. ``extra_roots`` are folders whose content can be imported
    by its own name. Where the search could end at either of two files, or a name be a module or an attribute, every
    file that exists counts: one too many costs a run, one too few a wrong result.
    """
    search = _Search(files, {project_name: "", **(packages or {})}, tuple(extra_roots))
    found: set[str] = set()
    own: set[str] = set(_NOT_THIRD_PARTY)
    elsewhere: set[str] = set()
    todo = [(origin, item) for item in imports]
    while todo:
        path, item = todo.pop()
        reached = search.files_of(item, path)
        if not item.level:
            (elsewhere if reached is None else own).add(item.module.partition(".")[0])
            if reached is None and item.module.startswith(_READ_FRAMES):
                elsewhere.add("pandas")
        for module in reached or ():
            if module not in found:
                found.add(module)
                todo.extend((module, inner) for inner in facts_of(module).imports)
    return Modules(tuple(sorted(found)), tuple(sorted(elsewhere - own)))


@dataclass(frozen=True, slots=True)
class _Search:
    files: Collection[str]
    packages: Mapping[str, str]
    roots: tuple[str, ...]

    def files_of(self, item: Import, origin: str | None) -> list[str] | None:
        """The files that an import loads; None when the module is not the project's."""
        if item.level:
            return self._relative(item, origin)
        found: list[str] = []
        ours = False
        for package, folder in self.packages.items():
            if item.module == package or item.module.startswith(package + "."):
                ours = True
                found += self._initializer(folder)
                found += self._descend(folder, item.module[len(package) + 1 :])
        for root in self.roots:
            found += self._descend(root, item.module)
        return found if found or ours else None

    def _relative(self, item: Import, origin: str | None) -> list[str]:
        parents = (origin or "").split("/")[:-1]
        if item.level - 1 > len(parents):
            return []
        folder = "/".join(parents[: len(parents) - (item.level - 1)])
        return [*self._initializer(folder), *self._descend(folder, item.module)]

    def _descend(self, folder: str, module: str) -> list[str]:
        """The files loaded on the way from ``folder`` down to ``module``, initializers of packages included."""
        found: list[str] = []
        for part in module.split(".") if module else ():
            if part == "*":
                return found + self._children(folder)
            inner = _join(folder, part)
            if initializer := self._initializer(inner):
                found += initializer
            elif f"{inner}.py" in self.files:
                return [*found, f"{inner}.py"]
            folder = inner  # without an initializer: a namespace package, if anything
        return found

    def _initializer(self, folder: str) -> list[str]:
        path = _join(folder, "__init__.py")
        return [path] if path in self.files else []

    def _children(self, folder: str) -> list[str]:
        """The modules right in a package, which ``from package import *`` loads when its ``__all__`` says so."""
        prefix = folder + "/" if folder else ""
        inside = (path for path in self.files if path.startswith(prefix) and path.endswith(".py"))
        return [path for path in inside if path[len(prefix) :].removesuffix("/__init__.py").count("/") == 0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
