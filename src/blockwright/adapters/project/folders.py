"""Folders of a project that hold no code of its own and are never walked."""

from __future__ import annotations

import os

PRUNED = frozenset(
    {".git", ".hg", ".svn", ".blockwright", "__pycache__", "node_modules", ".file_versions", ".cache", ".tmp"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", ".tox", ".nox", ".mage_temp_profiles"}
)


ENVIRONMENT = "pyvenv.cfg"
"""A folder with this file is a virtual environment."""


def is_pruned(name: str, path: str) -> bool:
    """Whether the folder ``name`` at ``path`` is left out: caches, the data folder, repositories, environments."""
    return name in PRUNED or os.path.exists(os.path.join(path, ENVIRONMENT))
