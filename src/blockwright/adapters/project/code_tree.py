"""The code files of a project now: walked in one pass, hashed only where something changed.

What was hashed before is kept in an index by inode, time of modification, size and time of change. A file that was
changed within two seconds of the walk that hashed it is not trusted the next time, because a second change could
carry the same times (clocks of file systems are coarse).
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.project.confinement import MEBIBYTE, Border
from blockwright.adapters.project.folders import ENVIRONMENT, PRUNED
from blockwright.adapters.project.ignore_chain import GITIGNORE, Chain, chain_above
from blockwright.adapters.project.tree_index import KnownFile, TreeIndex, load_index, save_index
from blockwright.core.errors import BlockwrightError
from blockwright.ports.projects import CodeTree, SourceFile

LARGEST_CODE = MEBIBYTE
_CODE = (".py", ".sql", ".r", ".yaml", ".yml", ".j2", ".md")
_SECRET = frozenset({".env", "io_config.yaml"})


def read_tree(border: Border, cache: Path) -> CodeTree:
    """The tree; ``cache`` holds the index (without it every file is hashed)."""
    path = cache / f"tree-{blake3(border.real.encode(errors='surrogateescape')).hexdigest()[:32]}.json"
    walk = _Walk(border, load_index(path), os.path.relpath(os.path.realpath(cache), border.real))
    walk.run()
    if walk.changed or walk.old.files.keys() != walk.new.files.keys():
        save_index(path, walk.new)
    return CodeTree(
        files=_sources(walk.new, kept=True),
        digests_only=_sources(walk.new, kept=False),
        skipped=tuple(sorted(walk.skipped)),
    )


def _sources(index: TreeIndex, *, kept: bool) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path, file.digest) for path, file in sorted(index.files.items()) if file.kept is kept)


@dataclass(slots=True)
class _Folder:
    """``path`` relative with a trailing ``/`` ("" for the project); ``excluded``: everything in it is."""

    path: str
    chain: Chain
    excluded: bool


@dataclass(slots=True)
class _Walk:
    border: Border
    old: TreeIndex
    own_cache: str
    new: TreeIndex = field(default_factory=lambda: TreeIndex(started=time.time_ns()))
    skipped: list[tuple[str, str]] = field(default_factory=list)
    changed: bool = False
    linked: set[str] = field(default_factory=set)

    def run(self) -> None:
        folders = [_Folder("", chain_above(self.border.real), False)]
        while folders:
            folders += self._list(folders.pop())

    def _list(self, folder: _Folder) -> list[_Folder]:
        try:
            with os.scandir(os.path.join(self.border.real, folder.path)) as found:
                entries = list(found)
        except OSError as error:
            self.skipped.append((folder.path, f"cannot be read: {error.strerror}"))
            return []
        names = {entry.name for entry in entries}
        if folder.path and ENVIRONMENT in names:
            return []
        if GITIGNORE in names and not folder.excluded:
            folder.chain = folder.chain.below(folder.path, self.border)
        self.new.chains[folder.path] = folder.chain.key
        known = self.old.chains.get(folder.path) == folder.chain.key
        deeper = []
        for entry in entries:
            path = folder.path + entry.name
            if entry.is_symlink() and not self._may_follow(entry, path):
                continue
            if entry.is_dir():
                if entry.name not in PRUNED and path != self.own_cache:
                    deeper.append(self._folder(folder, path + "/", known))
            elif entry.name.lower().endswith(_CODE) or _is_secret(entry.name):
                self._file(folder, entry, path, known)
        return deeper

    def _folder(self, parent: _Folder, path: str, known: bool) -> _Folder:
        excluded = parent.excluded
        if not excluded:
            if known and path in self.old.chains:
                excluded = path in self.old.excluded
            else:
                excluded = parent.chain.excludes(path[:-1], True)
        if excluded:
            self.new.excluded.add(path)
        return _Folder(path, parent.chain, excluded)

    def _file(self, folder: _Folder, entry: os.DirEntry[str], path: str, known: bool) -> None:
        try:
            status = entry.stat()
            path.encode()
        except OSError as error:
            self.skipped.append((path, f"cannot be read: {error.strerror}"))
            return
        except UnicodeEncodeError:
            self.skipped.append((path.encode(errors="replace").decode(), "its name is not UTF-8"))
            return
        if not stat.S_ISREG(status.st_mode):
            return
        if status.st_size > LARGEST_CODE:
            self.skipped.append((path, f"{status.st_size / MEBIBYTE:.1f} MiB, more than 1 MiB"))
            return
        before = self.old.files.get(path)
        if folder.excluded or _is_secret(entry.name):
            kept = False
        elif known and before is not None:
            kept = bool(before.kept)
        else:
            kept = not folder.chain.excludes(path, False)
        digest = None if before is None else self.old.digest_if_same(before, status)
        if digest is None:
            self.changed = True
            try:
                digest = blake3(self.border.read(path, LARGEST_CODE)).hexdigest()
            except BlockwrightError as error:
                self.skipped.append((path, error.message))
                return
        self.changed = self.changed or before is None or before.kept is not kept
        self.new.files[path] = KnownFile.of(status, digest, kept)

    def _may_follow(self, entry: os.DirEntry[str], path: str) -> bool:
        """Links to files inside, and to each folder inside once: not to one above the link, which would be a circle."""
        real = os.path.realpath(entry.path)
        if not self.border.holds(real):
            if entry.name.lower().endswith(_CODE):
                self.skipped.append((path, "a symbolic link that leaves the project"))
            return False
        if not entry.is_dir():
            return True
        above = os.path.realpath(os.path.dirname(entry.path))
        if real in self.linked or above == real or above.startswith(f"{real}/"):
            return False
        self.linked.add(real)
        return True


def _is_secret(name: str) -> bool:
    return name in _SECRET or name.startswith(".env.")
