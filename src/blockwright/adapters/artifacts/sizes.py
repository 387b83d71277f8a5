"""How many bytes lie where, and removing a run's folder."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from blockwright.adapters.artifacts.atomic import PRIVATE, explained


def measure(folder: Path) -> int:
    """Bytes of all files below ``folder``; one with several names (a manifest and its commit link) counts once."""
    total = 0
    linked: set[tuple[int, int]] = set()
    folders = [os.fspath(folder)]
    while folders:
        # Attempts and collections go on meanwhile: what vanishes while we look is not there.
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError),
            os.scandir(folders.pop()) as entries,
        ):
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                    continue
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_nlink > 1:
                        name = (status.st_dev, status.st_ino)
                        if name in linked:
                            continue
                        linked.add(name)
                    total += status.st_size
    return total


def remove_folder(folder: Path) -> int:
    """Delete ``folder`` and everything below it; returns the bytes freed, 0 when there is none."""
    if folder.is_symlink() or not folder.is_dir():
        return 0
    _open_up(folder)
    freed = measure(folder)
    with explained(folder, "delete"), contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)
    return freed


def volume(folder: Path) -> tuple[int, int]:
    """Free bytes (for this user) and all bytes of the volume that holds ``folder``, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    with explained(folder, "measure"):
        status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize


def _open_up(folder: Path) -> None:
    """Let ourselves into folders that block code closed (``chmod``): they are below our data folder, so ours."""
    folders = [os.fspath(folder)]
    while folders:
        current = folders.pop()
        with contextlib.suppress(OSError):
            if os.stat(current).st_mode & PRIVATE != PRIVATE:
                os.chmod(current, PRIVATE)
            with os.scandir(current) as entries:
                folders.extend(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
