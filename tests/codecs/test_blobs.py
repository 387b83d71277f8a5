"""Whatever ends the writer, and whenever: under a final name there is only what hashes to it."""

from __future__ import annotations

import errno
import os
import resource
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from blockwright import codecs
from blockwright.codecs import blobs
from blockwright.wire import kill_points
from tests.properties import examples

LARGE = 9 * 1024 * 1024  # enough for the second thread


def put(data: bytes, store: Path, *, durable: bool = False) -> blobs.Blob:
    return blobs.write_blob(lambda sink: sink.write(data), output="output_0", store=store, durable=durable)


def finals(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file() and path.parent.name != "tmp"]


def leftovers(store: Path) -> list[Path]:
    return list((store / "tmp").iterdir())


def in_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a fork of this process; returns its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 5_000_000, LARGE])
def test_a_blob_is_named_by_its_bytes(size: int, store: Path) -> None:
    data = os.urandom(size)
    blob = put(data, store)
    assert blob == blobs.Blob(blake3(data).hexdigest(), size)
    assert blobs.path_of(store, blob.digest).read_bytes() == data
    assert leftovers(store) == []


@examples(40)
@given(st.lists(st.integers(0, 200_000), max_size=12))
def test_pieces_of_any_size_arrive_in_order(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    store = tmp_path_factory.mktemp("store")
    pieces = [bytes([place]) * size for place, size in enumerate(sizes)]
    blob = blobs.write_blob(
        lambda sink: [sink.write(piece) for piece in pieces], output="o", store=store, durable=False
    )
    assert blobs.path_of(store, blob.digest).read_bytes() == b"".join(pieces)
    assert blob.digest == blake3(b"".join(pieces)).hexdigest()


def test_no_file_is_made_for_a_small_value_that_is_there(store: Path) -> None:
    blob = put(b"same", store)
    (store / "tmp").rmdir()
    assert put(b"same", store) == blob
    assert not (store / "tmp").exists()


def test_a_small_blob_cut_short_is_written_anew(store: Path) -> None:
    path = blobs.path_of(store, put(b"whole", store).digest)
    path.write_bytes(b"who")
    put(b"whole", store)
    assert path.read_bytes() == b"whole"


def test_equal_bytes_are_one_blob_that_becomes_young_again(store: Path) -> None:
    blob = put(b"same", store)
    path = blobs.path_of(store, blob.digest)
    os.utime(path, (1, 1))
    inode = path.stat().st_ino
    assert put(b"same", store) == blob
    assert path.stat().st_mtime > 1_000_000
    assert path.stat().st_ino == inode
    assert leftovers(store) == []


def test_a_blob_that_a_power_cut_shortened_is_written_anew(store: Path) -> None:
    blob = put(b"whole", store)
    path = blobs.path_of(store, blob.digest)
    path.write_bytes(b"")
    put(b"whole", store)
    assert path.read_bytes() == b"whole"


def test_many_writers_of_the_same_bytes_do_not_disturb_each_other(store: Path) -> None:
    start = threading.Barrier(8)
    found: list[blobs.Blob] = []

    def work() -> None:
        start.wait()
        found.extend(put(b"x" * 100_000, store) for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert len(finals(store)) == 1
    assert leftovers(store) == []


@pytest.mark.fault
@pytest.mark.parametrize("size", [100, LARGE])
@pytest.mark.parametrize("point", [point for point in kill_points.POINTS if point.startswith("blob.")])
def test_killed_anywhere_no_half_blob_has_a_name(point: str, size: int, store: Path) -> None:
    data = b"y" * size

    def work() -> None:
        kill_points.arm(point)
        put(data, store, durable=True)

    assert in_child(work) == -signal.SIGKILL
    for path in finals(store):
        assert blake3(path.read_bytes()).hexdigest() == path.name
    assert bool(finals(store)) == (point == "blob.after_rename")
    assert blobs.path_of(store, put(data, store).digest).read_bytes() == data


@pytest.mark.parametrize("durable", [False, True])
def test_a_refusal_of_the_disk_names_output_bytes_and_way_out(durable: bool, store: Path) -> None:
    (store / "tmp").mkdir(parents=True)
    said = store.parent / "said"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGE // 2, LARGE // 2))
        try:
            codecs.write(b"z" * LARGE, name="output_3", store=store, durable=durable)
        except codecs.StoreError as error:
            said.write_text(f"{error.errno} {error}")

    assert in_child(work) == 0
    assert said.read_text().startswith(f"{errno.EFBIG} Output `output_3` could not be stored: File too large after")
    assert f"{LARGE // 2:,} bytes" in said.read_text()
    assert "ulimit -f" in said.read_text()
    assert finals(store) == leftovers(store) == []


def test_a_refusal_in_the_middle_of_a_frame_is_the_same(store: Path) -> None:
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"a": np.zeros(LARGE // 8), "b": np.ones(LARGE // 8)})
    said = store.parent / "said"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGE, LARGE))
        try:
            codecs.write(frame, name="output_0", store=store)
        except codecs.StoreError as error:
            said.write_text(str(error))

    assert in_child(work) == 0
    assert "`output_0` could not be stored: File too large" in said.read_text()
    assert finals(store) == leftovers(store) == []


def test_a_folder_that_cannot_be_made_is_a_refusal_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(codecs.StoreError, match=r"Not a directory.*BLOCKWRIGHT_DATA_DIR"):
        put(b"x", tmp_path / "file")


def test_an_error_of_the_value_leaves_nothing(store: Path) -> None:
    def fail(sink: blobs.Sink) -> None:
        sink.write(b"x" * LARGE)
        raise KeyError("broken")

    with pytest.raises(KeyError):
        blobs.write_blob(fail, output="output_0", store=store, durable=False)
    assert finals(store) == leftovers(store) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "blob-hasher"]
