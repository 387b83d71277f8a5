from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.object_server import ObjectServer, object_server
from tests.project import Project

# How many examples a property is tried on; ``tests.properties.examples`` scales what a test asks for alike. A busy
# machine is no failure: there is no deadline for an example and no complaint that drawing it took long.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("full", UNHURRIED, max_examples=100)
settings.register_profile("quick", UNHURRIED, max_examples=20, derandomize=True)
settings.load_profile("full")  # ``make check`` says ``--hypothesis-profile quick``


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "shop"
    root.mkdir()
    return Project(root)


@pytest.fixture(scope="session")
def s3() -> Iterator[ObjectServer]:
    """An object store; each test makes a bucket of its own."""
    with object_server() as server:
        yield server
