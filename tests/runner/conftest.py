from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.bench import Bench, Project, bench


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One fork server for all tests of a module: starting it is what costs. Nobody renews its lease while a test has a
    server of its own, so the lease is long."""
    with bench(tmp_path_factory.mktemp("bench"), lease_seconds=600) as made:
        yield made


@pytest.fixture
def runner(shared: Bench, tmp_path: Path) -> Bench:
    """The shared fork server with a project of the test's own."""
    return Bench(Project(tmp_path / "project"), shared.executor)
