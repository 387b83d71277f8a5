"""Sweeping blobs beside writers."""

import contextlib
import os
import threading
import time
from pathlib import Path

import pytest
from blake3 import blake3

from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.core.errors import NotFound

HOUR = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "data")


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def old(store: LocalArtifacts, data: bytes) -> str:
    digest = store.put(data)
    age(store.path(digest), 2 * HOUR)
    return digest


def test_only_old_blobs_that_nobody_keeps_go(store: LocalArtifacts) -> None:
    kept, young, gone = old(store, b"kept"), store.put(b"young"), old(store, b"gone!")
    assert list(store.sweep([kept], HOUR, dry_run=False)) == [(gone, 5)]
    assert [store.has(digest) for digest in (kept, young, gone)] == [True, True, False]
    assert os.listdir(store.blobs / "tmp") == []


def test_what_is_wanted_again_outlives_a_sweep_that_has_made_up_its_mind(store: LocalArtifacts) -> None:
    """A run that is about to name old files of code, or an old result, says so before the sweep comes to them."""
    contents = {old(store, data): data for data in (b"orders", b"code", b"result")}
    first, pinned, held = sorted(contents)  # the order in which they are swept
    sweep = iter(store.sweep(frozenset(), HOUR, dry_run=False))
    assert next(sweep)[0] == first
    assert store.put_each([(pinned, lambda: contents[pinned]), (first, lambda: contents[first])]) == [pinned, first]
    assert store.hold([held])
    assert list(sweep) == []
    assert [store.get(digest) for digest in contents] == list(contents.values())


def test_a_dry_run_tells_and_touches_nothing(store: LocalArtifacts) -> None:
    gone = old(store, b"gone!")
    (store.blobs / "tmp" / "1-a").write_bytes(b"half")
    age(store.blobs / "tmp" / "1-a", 2 * HOUR)
    assert list(store.sweep({"x"}, HOUR, dry_run=True)) == [(gone, 5)]
    assert store.has(gone)
    assert os.listdir(store.blobs / "tmp") == ["1-a"]


def test_what_killed_writers_left_goes_and_what_is_being_written_stays(store: LocalArtifacts) -> None:
    temporary = store.blobs / "tmp"
    (temporary / "1-dead").write_bytes(b"half")
    (temporary / "2-living").write_bytes(b"half")
    age(temporary / "1-dead", 2 * HOUR)
    assert list(store.sweep(set(), 0, dry_run=False)) == []
    assert os.listdir(temporary) == ["2-living"]


def test_files_that_are_no_blobs_are_left_alone(store: LocalArtifacts) -> None:
    shard = store.path(store.put(b"x")).parent
    (shard / "notes.txt").write_text("mine")
    age(shard / "notes.txt", 2 * HOUR)
    list(store.sweep(set(), HOUR, dry_run=False))
    assert (shard / "notes.txt").exists()


def test_a_blob_that_was_moved_aside_when_a_sweep_was_killed_is_settled(store: LocalArtifacts) -> None:
    wanted, unwanted = old(store, b"wanted again"), old(store, b"unwanted")
    for digest in (wanted, unwanted):
        store.path(digest).rename(store.blobs / "tmp" / f"swept-{digest}.00")
    os.utime(store.blobs / "tmp" / f"swept-{wanted}.00")
    list(store.sweep(set(), HOUR, dry_run=False))
    assert store.get(wanted) == b"wanted again"
    assert not store.has(unwanted)
    assert os.listdir(store.blobs / "tmp") == []


def test_blobs_stored_again_while_a_sweep_goes_on_are_never_lost(store: LocalArtifacts) -> None:
    contents = [bytes([number]) * 10 for number in range(50)]
    done = threading.Event()

    def collect() -> None:
        while not done.is_set():
            list(store.sweep(set(), HOUR, dry_run=False))

    sweeper = threading.Thread(target=collect)
    sweeper.start()
    try:
        for content in contents * 10:
            digest = store.put(content)
            with contextlib.suppress(FileNotFoundError, NotFound):  # the sweep may have it in hand from the last round
                age(store.path(digest), 2 * HOUR)
            store.put(content)
    finally:
        done.set()
        sweeper.join()
    assert [store.get(blake3(content).hexdigest()) for content in contents] == contents
