"""Where a block's source file is: the rules of the format with all their fall-backs, over folders listed once.

Ten thousand blocks ask for ten thousand files; each folder is listed at most once, and the recursive search (which
the format allows for a path that does not resolve) walks the project at most once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum

from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.confinement import Border, parts_of
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.folders import is_pruned
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import Forbidden


class Kind(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    OUTSIDE = "outside"  # a symbolic link that leaves the project
    MISSING = "missing"


NEEDS_FILE = frozenset(
    {
        BlockType.DATA_LOADER,
        BlockType.TRANSFORMER,
        BlockType.DATA_EXPORTER,
        BlockType.CUSTOM,
        BlockType.SENSOR,
        BlockType.CALLBACK,
        BlockType.CONDITIONAL,
        BlockType.DBT,
    }
)
"""Types whose blocks cannot run without a source; the others may lack one."""

_NOTHING: Mapping[str, Kind] = {}


class BlockFiles:
    """Finds block files inside ``border``. ``inside`` is the project's folder relative to the platform's root ("" in
    a single project); paths in files may begin with it, or with the name of the opened folder."""

    def __init__(self, border: Border, inside: str, opened: str) -> None:
        self._border = border
        self._inside = inside
        self._prefixes = tuple(dict.fromkeys(p for p in (inside, f"{opened}/{inside}" if inside else opened) if p))
        self._listings: dict[str, Mapping[str, Kind]] = {}
        self._outside: set[str] = set()
        self._every: dict[str, list[str]] | None = None

    def locate(self, entry: Entry, findings: Findings) -> str | None:
        """The entry's file relative to the project; None when it has none. Says in ``findings`` what is wrong."""
        tried: list[str] = []
        try:
            found = self._named(entry, tried) or self._by_type(entry, tried)
        except _Refused as refused:
            findings.error(refused.key, refused.message, refused.advice, "forbidden")
            return None
        if found is None and entry.fields["type"] in NEEDS_FILE and "content" not in entry.fields:
            self._report_missing(entry, tried, findings)
        return None if entry.fields["type"] is BlockType.GLOBAL_DATA_PRODUCT else found

    def kind(self, path: str) -> Kind:
        """What stands at ``path`` (clean parts joined by ``/``), looking through links that stay inside."""
        folder, _, name = path.rpartition("/")
        listing = self._listing(folder)
        return Kind.OUTSIDE if folder in self._outside else listing.get(name, Kind.MISSING)

    def _named(self, entry: Entry, tried: list[str]) -> str | None:
        """The file that the configuration names. A single project prefers ``file_path``, a platform ``file_source``."""
        for key, path in entry.wanted if self._inside else reversed(entry.wanted):
            found = self._resolve(key, path, tried)
            if found is not None:
                return found
        return None

    def _by_type(self, entry: Entry, tried: list[str]) -> str | None:
        key = (*entry.key, "uuid")
        return next((path for path in _paths_by_type(entry) if self._is_file(key, path, tried)), None)

    def _resolve(self, key: Key, path: str, tried: list[str]) -> str | None:
        if path.startswith("/"):
            path = self._foreign(key, path)
        clean = "/".join(_clean(key, path))
        if not clean:
            return None
        for candidate in self._candidates(clean):
            if self._is_file(key, candidate, tried):
                return candidate
        return self._search(clean)

    def _candidates(self, path: str) -> Iterator[str]:
        for prefix in self._prefixes:
            if path.startswith(f"{prefix}/"):
                yield path[len(prefix) + 1 :]
        yield path
        yield f"dbt/{path}"

    def _is_file(self, key: Key, path: str, tried: list[str]) -> bool:
        kind = self.kind(path)
        if kind is Kind.OUTSIDE:
            raise _Refused(key, f"`{path}` leads out of the project by a symbolic link.")
        if kind is not Kind.FILE and path not in tried:
            tried.append(path)
        return kind is Kind.FILE

    def _foreign(self, key: Key, path: str) -> str:
        """An absolute path, made relative: the project's own folder here, or a folder of its name elsewhere (the file
        was written on another machine). Anything else is refused."""
        for root in (self._border.real, str(self._border.root)):
            if path.startswith(f"{root}/"):
                return path[len(root) + 1 :]
        _, found, rest = path.rpartition(f"/{self._border.root.name}/")
        if found and self.kind("/".join(_clean(key, rest))) is Kind.FILE:
            return rest
        raise _Refused(key, f"The path `{path}` is absolute and outside of the project.")

    def _search(self, path: str) -> str | None:
        """The first file whose path ends with ``path``: the least deep, then by name."""
        if self._every is None:
            self._every = {}
            for file in self._walk():
                self._every.setdefault(file.rpartition("/")[2], []).append(file)
        matches = [file for file in self._every.get(path.rpartition("/")[2], ()) if file.endswith(f"/{path}")]
        return min(matches, key=lambda file: (file.count("/"), file), default=None)

    def _walk(self) -> Iterator[str]:
        folders = [""]
        while folders:
            folder = folders.pop()
            for name, kind in self._listing(folder).items():
                path = f"{folder}/{name}" if folder else name
                if kind is Kind.FILE:
                    yield path
                elif kind is Kind.FOLDER and self._is_walked(name, os.path.join(self._border.real, path)):
                    folders.append(path)

    def _is_walked(self, name: str, path: str) -> bool:
        """Not through links: one may lead back up, and the real folder is walked anyway."""
        return not is_pruned(name, path) and not os.path.islink(path)

    def _listing(self, folder: str) -> Mapping[str, Kind]:
        known = self._listings.get(folder)
        if known is None:
            known = self._listings[folder] = self._list(folder)
        return known

    def _list(self, folder: str) -> Mapping[str, Kind]:
        if folder:
            kind = self.kind(folder)
            if kind is Kind.OUTSIDE:
                self._outside.add(folder)
            if kind is not Kind.FOLDER:
                return _NOTHING
        try:
            with os.scandir(os.path.join(self._border.real, folder)) as entries:
                return {entry.name: self._kind_of(entry) for entry in entries}
        except OSError:
            return _NOTHING  # unreadable: what is in it is reported as missing, with the path that was tried

    def _kind_of(self, entry: os.DirEntry[str]) -> Kind:
        if entry.is_symlink() and not self._border.holds(os.path.realpath(entry.path)):
            return Kind.OUTSIDE
        try:
            if entry.is_file():
                return Kind.FILE
            return Kind.FOLDER if entry.is_dir() else Kind.MISSING
        except OSError:
            return Kind.MISSING

    def _report_missing(self, entry: Entry, tried: list[str], findings: Findings) -> None:
        named = entry.wanted[0] if entry.wanted else None
        key = named[0] if named else (*entry.key, "uuid")
        other = self._other_language(entry)
        advice = f"Create `{tried[-1]}`." if other is None else f"There is `{other[1]}`: add `language: {other[0]}`."
        findings.error(
            key,
            f"Block `{entry.uuid}` has no file. Tried: {', '.join(f'`{path}`' for path in tried)}.",
            advice,
            "missing_file",
        )

    def _other_language(self, entry: Entry) -> tuple[str, str] | None:
        stem = f"{folder_of(entry.type)}/{entry.uuid}"
        for language in Language:
            path = f"{stem}.{language.suffix}"
            if language is not entry.language and self.kind(path) is Kind.FILE:
                return language.value, path
        return None


class _Refused(Exception):
    def __init__(self, key: Key, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.advice = "Name a file inside the project, relative to its folder."


def folder_of(kind: BlockType) -> str:
    """The folder in which new blocks of a type get their file."""
    if kind is BlockType.EXTENSION:
        return "extensions/great_expectations"
    return kind.folder


def _paths_by_type(entry: Entry) -> Iterator[str]:
    """The paths at which the format looks for a block of this type, best first."""
    kind, language, uuid = entry.fields["type"], entry.language, entry.uuid
    if kind is BlockType.GLOBAL_DATA_PRODUCT:
        return
    _clean((*entry.key, "uuid"), uuid)
    if uuid.startswith("/"):
        raise _Refused((*entry.key, "uuid"), f"The uuid `{uuid}` begins with `/`.")
    suffixes = ("yaml", "yml") if language is Language.YAML else (language.suffix,)
    for suffix in suffixes:
        if kind is BlockType.DBT:
            if language is Language.SQL:
                yield f"{uuid}.{suffix}"
            yield f"dbts/{uuid}.{suffix}"
        elif kind is BlockType.EXTENSION:
            yield f"extensions/{entry.uuid}.{suffix}"
        yield f"{folder_of(kind)}/{uuid}.{suffix}"
    if language is Language.R:
        yield f"{folder_of(kind)}/{uuid}.R"


def _clean(key: Key, path: str) -> list[str]:
    try:
        return list(parts_of(path))
    except Forbidden as error:
        raise _Refused(key, error.message) from None
