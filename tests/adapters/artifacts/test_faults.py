"""Processes killed in the middle of a write, and disks that refuse."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from blake3 import blake3

from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.core.errors import Unavailable
from blockwright.wire.manifests import Manifest, Outcome

WRITE = """
import sys
from pathlib import Path
from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.wire import kill_points
from blockwright.wire.manifests import Manifest, Outcome
kill_points.arm(sys.argv[2])
store = LocalArtifacts(Path(sys.argv[1]), durable=True)
store.put(b"orders" * 1000)
store.adopt(1, "load", 0, Manifest("1/load/1", Outcome.COMPLETED))
"""

POINTS = ["blob.before_write", "blob.after_write", "blob.after_fsync", "blob.after_rename"]
POINTS += ["manifest.before_write", "manifest.after_write", "manifest.after_fsync", "manifest.after_link"]


@pytest.mark.fault
@pytest.mark.parametrize("point", POINTS)
def test_a_writer_killed_anywhere_leaves_the_whole_thing_or_nothing(tmp_path: Path, point: str) -> None:
    ended = subprocess.run([sys.executable, "-c", WRITE, str(tmp_path), point], check=False)
    assert ended.returncode == -signal.SIGKILL
    store = LocalArtifacts(tmp_path)
    digest = blake3(b"orders" * 1000).hexdigest()
    assert store.has(digest) == (POINTS.index(point) >= POINTS.index("blob.after_rename"))
    assert store.commit_path(1, "load", 0).exists() == (point == "manifest.after_link")
    assert store.get(store.put(b"orders" * 1000)) == b"orders" * 1000
    store.adopt(1, "load", 0, Manifest("1/load/2", Outcome.COMPLETED))
    assert json.loads(store.commit_path(1, "load", 0).read_bytes())["outcome"] == "completed"


@pytest.fixture
def small_files() -> Iterator[None]:
    """The system refuses files beyond 4 kB, as a full disk would refuse them in the middle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_refused_write_says_where_and_leaves_nothing(tmp_path: Path) -> None:
    store = LocalArtifacts(tmp_path / "data")
    with pytest.raises(Unavailable, match=r"Cannot write .*data.*bytes free\)") as refused:
        store.put(b"x" * 100_000)
    assert "ulimit -f" in refused.value.hint
    with pytest.raises(Unavailable, match=r"done-0\.json"):
        store.adopt(1, "load", 0, Manifest("1/load/1", Outcome.COMPLETED, reason="r" * 100_000))
    assert os.listdir(store.blobs / "tmp") == []
    assert store.committed(1, "load", 0) is None


def test_a_data_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    store = LocalArtifacts(tmp_path / "data" / "deeper")
    for write in (lambda: store.put(b"x"), lambda: store.attempt_folder(1, "load", 1)):
        with pytest.raises(Unavailable, match="BLOCKWRIGHT_DATA_DIR"):
            write()
