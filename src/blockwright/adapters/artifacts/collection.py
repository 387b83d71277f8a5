"""Sweeping what nobody refers to, beside writers who may want it back at the same moment.

A writer of bytes that are there already only makes the file young (``utime``). Between our look at a file's age and
its removal that could happen unseen; so a blob first moves to ``tmp/``, its age is looked at again under that name,
and a blob that became young goes back. When the sweeping process is killed in between, the next sweep finds the
moved file and does the same.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from blockwright.adapters.artifacts.atomic import explained, rename
from blockwright.adapters.artifacts.blobs import DIGEST, list_shards

_MOVED = "swept-"
_ABANDONED = 3600.0
"""Seconds after which a file in ``tmp/`` belongs to a writer that was killed: living ones write or rename."""


def sweep(
    folder: Path, keep: Collection[str], older_than_seconds: float, *, dry_run: bool
) -> Iterator[tuple[str, int]]:
    """Delete old blobs that are not in ``keep``, and what killed writers left; yields each blob's digest and bytes."""
    kept = keep if isinstance(keep, set | frozenset) else frozenset(keep)
    if not dry_run:
        _clear_temporary(folder, older_than_seconds)
    before = time.time() - older_than_seconds
    for shard in list_shards(folder):
        for digest, size in _old(shard, before):
            if digest not in kept and (dry_run or _delete(folder, shard / digest, before)):
                yield digest, size


def _old(shard: Path, before: float) -> list[tuple[str, int]]:
    """Digest and bytes of the blobs last wanted before a point in time (seconds since 1970)."""
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(shard) as entries:
        for entry in entries:
            if DIGEST.fullmatch(entry.name) is None:
                continue
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if status.st_mtime < before:
                    found.append((entry.name, status.st_size))
    return sorted(found)


def _delete(folder: Path, blob: Path, before: float) -> bool:
    """Remove one blob unless a writer made it young meanwhile; returns whether it is gone by our hand."""
    moved = folder / "tmp" / f"{_MOVED}{blob.name}.{os.urandom(4).hex()}"
    with explained(blob, "delete"):
        try:
            rename(blob, moved)
        except FileNotFoundError:
            return False  # another sweep was first
        return _settle(folder, moved, before)


def _settle(folder: Path, moved: Path, before: float) -> bool:
    """Decide about a blob that was moved aside: back under its name when it is young, else gone."""
    try:
        if os.stat(moved).st_mtime >= before:
            digest = moved.name.removeprefix(_MOVED)[:64]
            rename(moved, folder / digest[:2] / digest)
            return False
        os.unlink(moved)
    except FileNotFoundError:
        return False  # another sweep settled it
    return True


def _clear_temporary(folder: Path, older_than_seconds: float) -> None:
    now = time.time()
    for path in _temporary(folder):
        with explained(path, "delete"), contextlib.suppress(FileNotFoundError):
            if path.name.startswith(_MOVED):
                _settle(folder, path, now - older_than_seconds)
            elif os.stat(path, follow_symlinks=False).st_mtime < now - _ABANDONED:
                os.unlink(path)


def _temporary(folder: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder / "tmp") as entries:
        return [Path(entry.path) for entry in entries if not entry.is_dir(follow_symlinks=False)]
    return []
