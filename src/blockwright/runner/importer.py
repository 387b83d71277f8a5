"""Imports of the project's own modules: the text comes from the run's snapshot, everything else is the live project.

``import <project>.utils.x`` works because the project's parent stands at the end of ``sys.path``, as in Mage;
``import utils.x`` works where the project itself is on ``sys.path`` (``PYTHONPATH``). In both cases the module has its
real ``__file__`` and its package the real folder, so that data beside the code is found. Nothing is compiled to disk:
the project is the user's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from blockwright.runner.sources import Snapshot, compiled


class ProjectFinder:
    """Finds modules below the project's root. Without a project it finds nothing."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._own_names: dict[str, str | None] = {}
        self._parent: str | None = None

    def use(self, snapshot: Snapshot) -> None:
        """Serve this project from now on; modules loaded from other texts are forgotten."""
        before, self._snapshot = self._snapshot, snapshot
        self._own_names = {}
        parent = str(snapshot.root.parent)
        if parent not in sys.path:
            sys.path.append(parent)
        if before is not None and before.project != snapshot.project:
            _forget_modules_below(before.root)
            _forget_modules_below(snapshot.root)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if self._snapshot is None:
            return None
        top, _, rest = fullname.partition(".")
        if top not in self._own_names:
            self._own_names[top] = _place_of(top, self._snapshot)
        base = self._own_names[top]
        if base is None:
            return None
        inside = rest.replace(".", "/")
        return self._spec(fullname, f"{base}/{inside}".strip("/") if rest else base)

    def _spec(self, fullname: str, place: str) -> ModuleSpec | None:
        """``place`` is the module's path below the root without suffix; "" is the root itself."""
        snapshot = self._snapshot
        assert snapshot is not None
        package = f"{place}/__init__.py" if place else "__init__.py"
        text = snapshot.text(package)
        if text is not None:
            return _module_spec(fullname, snapshot.root / package, text, folder=snapshot.root / place)
        text = snapshot.text(f"{place}.py") if place else None
        if text is not None:
            return _module_spec(fullname, snapshot.root / f"{place}.py", text)
        if snapshot.has_folder(place) if place else True:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(snapshot.root / place)]
            return spec
        return None


class PinnedLoader(SourceFileLoader):
    """Loads a text that is already in hand, under the name of its real file, and compiles it in memory only."""

    def __init__(self, fullname: str, file: Path, text: str) -> None:
        super().__init__(fullname, str(file))
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compiled(self._text, self.path)

    def get_source(self, fullname: str) -> str:
        return self._text


def _module_spec(fullname: str, file: Path, text: str, *, folder: Path | None = None) -> ModuleSpec:
    spec = ModuleSpec(fullname, PinnedLoader(fullname, file, text), origin=str(file), is_package=folder is not None)
    spec.has_location = True
    if folder is not None:
        spec.submodule_search_locations = [str(folder)]
    return spec


def _place_of(top: str, snapshot: Snapshot) -> str | None:
    """Where below the root the top-level name ``top`` is: "" for the project itself, None when it is not ours.

    The order of ``sys.path`` decides, as it would without us: an installed package of the same name stays what it is.
    """
    root, parent = str(snapshot.root), str(snapshot.root.parent)
    before: list[str] = []
    for entry in sys.path:
        if entry == parent and top == snapshot.root.name and not _elsewhere(top, before):
            return ""
        if entry == root and _in_root(top, snapshot) and not _elsewhere(top, before):
            return top
        before.append(entry)
    return None


def _in_root(top: str, snapshot: Snapshot) -> bool:
    return f"{top}.py" in snapshot.files or snapshot.has_folder(top) or (snapshot.root / f"{top}.py").is_file()


def _elsewhere(top: str, places: Sequence[str]) -> bool:
    """Whether an ordinary module of this name stands in ``places`` (a folder without code does not count)."""
    spec = PathFinder.find_spec(top, list(places))
    return spec is not None and spec.loader is not None


def _forget_modules_below(root: Path) -> None:
    inside = str(root) + "/"
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(inside) and not getattr(module, "__blockwright_block__", False):
            del sys.modules[name]
