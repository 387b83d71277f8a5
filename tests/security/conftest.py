from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.sites import City, open_city


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = open_city(tmp_path)
    yield made
    made.platform.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One for all tests of a module that leave nothing behind."""
    made = open_city(tmp_path_factory.mktemp("town"))
    yield made
    made.platform.close()
