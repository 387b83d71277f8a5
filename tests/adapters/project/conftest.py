from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from blockwright.adapters.project import DiskProject

Make = Callable[..., DiskProject]


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A project of these files in a folder called ``shop``, its cache beside it."""

    def make(files: Mapping[str, str | bytes] | None = None, **options: Any) -> DiskProject:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        write(root, files or {})
        options = {"cache": tmp_path / "cache", "environ": {}, **options}
        return DiskProject(root, **options)

    return make
