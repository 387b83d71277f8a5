"""The names of a project's files, for whoever looks for one by a part of its name: one walk, no file is opened."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.folders import is_pruned


def file_names(border: Border, data: Path, most: int) -> tuple[Sequence[str], bool]:
    """Relative paths, sorted, at most ``most``, and whether there are more. ``data`` is the platform's own folder."""
    found: list[str] = []
    own = os.path.realpath(data)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(border.real, folder)) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in listed:
            path = f"{folder}{entry.name}"
            if not path.isprintable():
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.path != own and not is_pruned(entry.name, entry.path):
                    folders.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
        if len(found) > most:
            return sorted(found)[:most], True
    return sorted(found), False
