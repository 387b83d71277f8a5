"""What is known of a project's files since the last walk, kept as JSON in the cache."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from blockwright.adapters.project.document_cache import write_json

SCHEME = 1
RACY = 2_000_000_000
"""Nanoseconds between a change and the walk that saw it, within which another change could carry the same times."""


class KnownFile(NamedTuple):
    """A tuple, so that thousands are read from JSON at once. ``kept`` in snapshots, or known by digest only."""

    inode: int
    modified: int
    size: int
    changed: int
    digest: str
    kept: bool

    @classmethod
    def of(cls, status: os.stat_result, digest: str, kept: bool) -> KnownFile:
        return cls(status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns, digest, kept)


@dataclass(slots=True)
class TreeIndex:
    """``started`` is when the walk began (ns since 1970); ``chains`` the key of the ignore rules of each folder;
    ``excluded`` the folders that are ignored. Folders end with ``/``; the project's own is ""."""

    started: int = 0
    files: dict[str, KnownFile] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)

    def digest_if_same(self, file: KnownFile, status: os.stat_result) -> str | None:
        """The digest, if the file is surely the one that was hashed."""
        same = (
            file.inode == status.st_ino
            and file.size == status.st_size
            and file.modified == status.st_mtime_ns
            and file.changed == status.st_ctime_ns
        )
        return file.digest if same and max(file.modified, file.changed) + RACY <= self.started else None


def load_index(path: Path) -> TreeIndex:
    """The index; an empty one when there is none that can be read."""
    try:
        data = json.loads(path.read_bytes())
        if data["scheme"] != SCHEME:
            return TreeIndex()
        files = {name: KnownFile(*known) for name, known in data["files"].items()}
        return TreeIndex(int(data["started"]), files, dict(data["chains"]), set(data["excluded"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return TreeIndex()


def save_index(path: Path, index: TreeIndex) -> None:
    """Keep the index; where that is not possible, the next walk hashes again."""
    entry = {
        "scheme": SCHEME,
        "started": index.started,
        "files": index.files,
        "chains": index.chains,
        "excluded": sorted(index.excluded),
    }
    try:
        write_json(path, entry)
    except (OSError, ValueError):
        return
