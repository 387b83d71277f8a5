"""The project's code as the run pinned it: source texts from the store, under the names of the live files."""

from __future__ import annotations

import json
import linecache
from codecs import BOM_UTF8
from functools import cached_property, lru_cache
from pathlib import Path
from types import CodeType

from blockwright.wire.specs import CodeFile, ProjectContext


class MissingSource(Exception):
    """A source text that should be in the store is not; the message names it and the way out."""

    hint = "Start a new run, which takes the code as it is now."


@lru_cache(maxsize=512)
def blob_text(digest: str, store: Path, name: str) -> str:
    """A source text of the snapshot, which never changes under its digest; raises MissingSource."""
    try:
        with open(f"{store}/{digest[:2]}/{digest}", "rb", buffering=0) as file:
            return _decoded(file.read())
    except FileNotFoundError:
        raise MissingSource(f"The code of `{name}` as this run pinned it is no longer in the store.") from None


def _decoded(data: bytes) -> str:
    """As ``utf-8-sig`` has it, which is a module of its own that every block process would import."""
    return data.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")


def text_of(file: CodeFile, store: Path) -> str:
    """The text of a block's source; raises MissingSource."""
    if file.content is not None:
        return file.content
    if file.digest is None:
        raise MissingSource(f"The file `{file.path}` does not exist in the code that this run pinned.")
    return blob_text(file.digest, store, file.path)


@lru_cache(maxsize=512)
def compiled(text: str, filename: str) -> CodeType:
    """The code object of a source text; a process that runs a block often compiles it once.

    ``dont_inherit`` keeps our own ``__future__`` imports out of the user's code.
    """
    remember_lines(text, filename)
    source: str | bytes = text
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        source = text.encode("utf-8", "surrogateescape")  # not UTF-8: it may declare what it is, or Python says where
    return compile(source, filename, "exec", dont_inherit=True)


def remember_lines(text: str, filename: str) -> None:
    """Tracebacks show the pinned text, also when the file has changed since."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


class Snapshot:
    """The project's files and the digests of their texts. Read when something first asks."""

    def __init__(self, project: ProjectContext, store: Path) -> None:
        self.project = project
        self.root = Path(project.root)
        self.store = store

    @cached_property
    def files(self) -> dict[str, str]:
        """Relative path → digest; empty when the snapshot document is not there."""
        try:
            data = json.loads(Path(self.project.snapshot).read_bytes())
        except (OSError, ValueError):
            return {}
        files = data.get("files") if isinstance(data, dict) else None
        return files if isinstance(files, dict) else {}

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a pinned file, relative, without a slash at its end."""
        found: set[str] = set()
        for path in self.files:
            while "/" in path:
                path = path.rpartition("/")[0]
                if path in found:
                    break
                found.add(path)
        return frozenset(found)

    def text(self, path: str) -> str | None:
        """The pinned text of a file, else the live one, else None."""
        digest = self.files.get(path)
        if digest is not None:
            return blob_text(digest, self.store, path)
        try:
            return _decoded((self.root / path).read_bytes())
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def has_folder(self, path: str) -> bool:
        return path in self.folders or (self.root / path).is_dir()
