"""The commit that a work tree has checked out, read from Git's own files: no process, no library."""

from __future__ import annotations

import re
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REFERENCE = re.compile(r"refs/[^\0\n\\ ~^:?*\[]+")
_MOST_STEPS = 5  # symbolic references may lead on, but not for ever
_LARGEST_PACKED = 64 * 1024 * 1024


def git_folder(start: Path) -> Path | None:
    """The repository of the work tree that ``start`` is in; follows the ``.git`` file of a linked work tree."""
    for folder in (start, *start.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return entry
        if entry.is_file():
            text = _text(entry)
            if text is None or not text.startswith("gitdir:"):
                return None
            return folder / text.removeprefix("gitdir:").strip()
    return None


def commit_of(start: Path) -> str | None:
    """The commit's hex name; None outside a work tree and before the first commit."""
    folder = git_folder(start)
    if folder is None:
        return None
    common = _text(folder / "commondir")
    shared = folder if common is None else folder / common
    value = _text(folder / "HEAD")
    for _ in range(_MOST_STEPS):
        if value is None:
            return None
        if _COMMIT.fullmatch(value):
            return value
        name = value.removeprefix("ref:").strip()
        if not value.startswith("ref:") or not _REFERENCE.fullmatch(name) or ".." in name.split("/"):
            return None
        value = _text(folder / name) or _text(shared / name) or _packed(shared, name)
    return None


def _packed(folder: Path, name: str) -> str | None:
    text = _text(folder / "packed-refs", _LARGEST_PACKED)
    for line in (text or "").splitlines():
        commit, _, found = line.partition(" ")
        if found == name:
            return commit
    return None


def _text(path: Path, limit: int = 4096) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace").strip()
    except OSError:
        return None
