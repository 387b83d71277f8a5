"""The contract of the artifact store, on each technology."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.adapters.artifacts.objects import Objects
from blockwright.adapters.artifacts.remote import DistantArtifacts
from tests.contracts.artifacts import ArtifactsContract
from tests.object_server import ObjectServer

Opening = Callable[[Path], DistantArtifacts]


@pytest.fixture(params=["file", pytest.param("s3", marks=pytest.mark.slow)])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """How a host with this data folder opens the store."""
    config: dict[str, str] = {}
    if request.param == "s3":
        server: ObjectServer = request.getfixturevalue("s3")
        config = server.config
        url = f"{server.bucket()}/some/prefix"
    else:
        url = (tmp_path / "bucket").as_uri()

    def opened(folder: Path) -> DistantArtifacts:
        objects = Objects(url, config=config, environ={})
        return DistantArtifacts(objects, folder, cache_bytes=100_000_000, installation=lambda: "ours")

    return opened


class TestLocal(ArtifactsContract):
    @pytest.fixture(params=[False, True], ids=["quick", "durable"])
    def artifacts(self, request: pytest.FixtureRequest, tmp_path: Path) -> LocalArtifacts:
        return LocalArtifacts(tmp_path / "data", durable=request.param)

    @pytest.fixture
    def another(self, tmp_path: Path) -> LocalArtifacts:
        return LocalArtifacts(tmp_path / "data")


class TestObjectStores(ArtifactsContract):
    @pytest.fixture
    def artifacts(self, opening: Opening, tmp_path: Path) -> DistantArtifacts:
        return opening(tmp_path / "one")

    @pytest.fixture
    def another(self, opening: Opening, tmp_path: Path) -> DistantArtifacts:
        return opening(tmp_path / "two")
