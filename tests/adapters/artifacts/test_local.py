"""The data folder on the local disk."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from blake3 import blake3

from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.core.errors import Invalid, NotFound, Unavailable
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.outputs import Column, Output
from blockwright.wire.specs import AttemptKind, AttemptSpec, ProjectContext

MANIFEST = Manifest("1/load/1", Outcome.COMPLETED, outputs=(Output("output_0", "ab", "json", "dict", 2),))


@pytest.fixture(params=[False, True], ids=["quick", "durable"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "data", durable=request.param)


def spec(run: int = 1, block_run: str = "load", attempt: int = 1) -> AttemptSpec:
    return AttemptSpec(
        attempt_id=f"{run}/{block_run}/{attempt}",
        run=run,
        pipeline="p",
        block=block_run,
        block_run=block_run,
        attempt=attempt,
        kind=AttemptKind.BLOCK,
        block_type="data_loader",
        language="python",
        code=None,
        project=ProjectContext("p", "/p", "/p", "/s"),
        store="/b",
        work="/w",
        commit="/c",
    )


def left_over(store: LocalArtifacts) -> list[str]:
    return os.listdir(store.blobs / "tmp")


def test_bytes_come_back_under_their_digest(store: LocalArtifacts) -> None:
    digest = store.put(b"orders")
    assert digest == blake3(b"orders").hexdigest()
    assert store.get(digest) == b"orders"
    assert store.path(digest) == store.blobs / digest[:2] / digest
    assert store.has(digest)
    assert left_over(store) == []


def test_the_same_bytes_are_stored_once_and_become_young_again(store: LocalArtifacts) -> None:
    digest = store.put(b"orders")
    path = store.path(digest)
    inode = path.stat().st_ino
    os.utime(path, (0, 0))
    assert store.put(b"orders") == digest
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 1_000_000_000


def test_a_blob_that_a_power_cut_shortened_is_written_anew(store: LocalArtifacts) -> None:
    path = store.path(store.put(b"orders"))
    path.write_bytes(b"")
    assert store.get(store.put(b"orders")) == b"orders"


def test_damaged_bytes_are_not_given_out(store: LocalArtifacts) -> None:
    digest = store.put(b"orders")
    store.path(digest).write_bytes(b"0rders")
    with pytest.raises(Unavailable, match="damaged"):
        store.get(digest)


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../secret.key", "AB" * 32, "ab\n"])
def test_what_is_not_there_is_not_found(store: LocalArtifacts, digest: str) -> None:
    store.put(b"orders")
    assert not store.has(digest)
    for read in (store.get, store.path):
        with pytest.raises(NotFound, match="Run the block"):
            read(digest)


def test_many_threads_may_store_the_same_bytes(store: LocalArtifacts) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda number: store.put(b"x" * 10_000 + bytes([number % 2])), range(200)))
    assert {len(store.get(digest)) for digest in digests} == {10_001}
    assert left_over(store) == []


def test_the_data_folder_is_private_and_kept_out_of_version_control(store: LocalArtifacts) -> None:
    folder = store.blobs.parent
    assert (folder / ".gitignore").read_text() == "*\n"
    for private in (folder, folder / "blobs", store.attempt_folder(1, "load", 1)):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_looking_into_a_store_makes_no_folder(tmp_path: Path) -> None:
    store = LocalArtifacts(tmp_path / "data")
    assert not store.has("0" * 64)
    assert store.committed(1, "load", 0) is None
    assert list(store.sweep(set(), 0, dry_run=False)) == []
    assert store.usage()["blobs"] == 0
    assert not (tmp_path / "data").exists()


def test_a_spec_stands_whole_in_its_attempts_folder(store: LocalArtifacts) -> None:
    path = store.write_spec(spec(block_run="a/b:ö"))
    assert path == store.attempt_folder(1, "a/b:ö", 1) / "spec.json"
    assert json.loads(path.read_bytes())["block_run"] == "a/b:ö"
    assert left_over(store) == []


def test_a_manifest_comes_back_as_it_was(store: LocalArtifacts) -> None:
    manifest = Manifest(
        "1/b/1", Outcome.FAILED, outputs=(Output("o", "d", "json", "dict", 1, schema=(Column("ü\ud800", "x"),)),)
    )
    path = store.adopt(1, "b", 0, manifest)
    assert path == store.commit_path(1, "b", 0)
    assert store.manifest(str(path)) == manifest
    assert store.manifest("runs/1/b/done-0.json") == manifest
    assert store.committed(1, "b", 0) == manifest
    assert store.committed(1, "b", 1) is None
    assert left_over(store) == []


def test_the_first_manifest_wins(store: LocalArtifacts) -> None:
    ready = threading.Barrier(8)

    def adopt(number: int) -> None:
        ready.wait()
        store.adopt(1, "load", 0, Manifest(f"1/load/{number}", Outcome.COMPLETED))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(adopt, range(8)))
    winner = store.committed(1, "load", 0)
    store.adopt(1, "load", 0, MANIFEST)
    assert store.committed(1, "load", 0) == winner


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"attempt_id": "a", "outcome": "?"}', "[" * 100_000, "\xff"])
def test_what_is_no_manifest_is_named(store: LocalArtifacts, text: str) -> None:
    path = store.commit_path(1, "load", 0)
    store.attempt_folder(1, "load", 1)
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid, match=r"done-0\.json is not a manifest"):
        store.committed(1, "load", 0)


def test_removing_a_run_frees_its_documents_and_leaves_blobs_and_other_runs(store: LocalArtifacts) -> None:
    digest = store.put(b"x")
    (store.attempt_folder(1, "load", 1) / "log.jsonl").write_bytes(b"l" * 100)
    (store.attempt_folder(12, "load", 1) / "log.jsonl").write_bytes(b"l" * 7)
    assert store.remove_run(1) == 100
    assert store.remove_run(1) == 0
    assert store.usage()["runs"] == 7
    assert store.has(digest)


def test_a_run_is_removed_whatever_block_code_did_to_its_folder(store: LocalArtifacts, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("p")
    folder = store.attempt_folder(1, "load", 1)
    (folder / "link").symlink_to(tmp_path)
    (folder / "shut").mkdir()
    (folder / "shut" / "file").write_text("f")
    (folder / "shut").chmod(0)
    store.remove_run(1)
    assert not folder.parent.parent.exists()
    assert (tmp_path / "precious").exists()


def test_usage_counts_a_linked_manifest_once(store: LocalArtifacts) -> None:
    path = store.attempt_folder(1, "load", 1) / "manifest.json"
    path.write_bytes(b"m" * 50)
    os.link(path, store.commit_path(1, "load", 0))
    store.put(b"x" * 30)
    usage = store.usage()
    assert (usage["runs"], usage["blobs"]) == (50, 30)
    assert 0 < usage["free"] <= usage["total"]
