from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder of the blobs; it is made by the first write."""
    return tmp_path / "blobs"
