"""What every ``ArtifactStore`` keeps. Subclass it and give fixtures ``artifacts`` and ``another``, the second from a
data folder of its own where the store is shared by hosts, else on the same folder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from blake3 import blake3

from blockwright.core.errors import NotFound
from blockwright.ports.artifacts import ArtifactStore
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.outputs import Output

MANIFEST = Manifest("1/load/1", Outcome.COMPLETED, outputs=(Output("output_0", "ab", "json", "dict", 2),))
NAMES = ("load", "a/b:ö", "UPPER", "%41", "x" * 400, "..")
OLD = -5.0
"""Whatever was written until now is older than this, by every clock that a store may have."""
HOUR = 3600.0


class ArtifactsContract:
    def test_bytes_come_back_under_their_digest(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        digest = artifacts.put(b"orders")
        assert digest == blake3(b"orders").hexdigest()
        assert artifacts.put(b"orders") == digest
        for store in (artifacts, another):
            assert store.has(digest)
            assert store.get(digest) == b"orders"
            assert store.path(digest).read_bytes() == b"orders"

    def test_nothing_and_much_can_be_stored(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        much = bytes(range(256)) * 50_000  # more than one part of an upload
        for data in (b"", much):
            assert another.get(artifacts.put(data)) == data

    @pytest.mark.parametrize("digest", ["", "0" * 64, "../../secret.key", "AB" * 32, "ab\n", "memory-1"])
    def test_what_is_not_there_is_not_found(self, artifacts: ArtifactStore, digest: str) -> None:
        assert not artifacts.has(digest)
        for read in (artifacts.get, artifacts.path):
            with pytest.raises(NotFound, match="Run the block"):
                read(digest)

    def test_only_what_is_missing_is_read_to_be_stored(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        there, new = artifacts.put(b"there"), blake3(b"new").hexdigest()
        read: list[bytes] = []

        def reading(data: bytes) -> bytes:
            read.append(data)
            return data

        wanted = [(there, partial(reading, b"there")), (new, partial(reading, b"changed"))]
        assert artifacts.put_each(wanted) == [there, blake3(b"changed").hexdigest()]
        assert read == [b"changed"]
        assert another.get(blake3(b"changed").hexdigest()) == b"changed"
        assert artifacts.put_each([]) == []

    def test_many_threads_may_store_the_same_bytes(self, artifacts: ArtifactStore) -> None:
        with ThreadPoolExecutor(8) as pool:
            digests = set(pool.map(lambda number: artifacts.put(b"x" * 1000 + bytes([number % 2])), range(40)))
        assert {len(artifacts.get(digest)) for digest in digests} == {1001}

    def test_the_first_manifest_wins(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        assert artifacts.committed(1, "load", 0) is None
        path = artifacts.adopt(1, "load", 0, MANIFEST)
        second = another.adopt(1, "load", 0, replace(MANIFEST, attempt_id="1/load/2"))
        for store in (artifacts, another):
            assert store.committed(1, "load", 0) == MANIFEST
            assert store.manifest(str(path)) == store.manifest(str(second)) == MANIFEST
            assert store.committed(1, "load", 1) is None

    def test_of_many_that_race_one_wins(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        manifests = [replace(MANIFEST, attempt_id=f"1/load/{number}") for number in range(16)]

        def adopt(number: int) -> Manifest | None:
            store = (artifacts, another)[number % 2]
            store.adopt(1, "load", 0, manifests[number])
            return store.committed(1, "load", 0)

        with ThreadPoolExecutor(16) as pool:
            (winner,) = set(pool.map(adopt, range(16)))
        assert winner in manifests

    def test_each_block_run_has_documents_of_its_own(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        paths = {}
        for number, name in enumerate(NAMES):
            paths[name] = artifacts.adopt(1, name, 0, replace(MANIFEST, attempt_id=f"1/{name}/{number}"))
        for number, name in enumerate(NAMES):
            assert another.manifest(str(paths[name])).attempt_id == f"1/{name}/{number}"

    def test_a_manifest_that_is_not_there_is_not_found(self, artifacts: ArtifactStore) -> None:
        with pytest.raises(NotFound, match="no manifest"):
            artifacts.manifest(str(artifacts.commit_path(1, "load", 0)))

    def test_the_folder_of_an_attempt_takes_its_log(self, artifacts: ArtifactStore) -> None:
        folder = artifacts.attempt_folder(1, "a/b", 2)
        log = artifacts.log_path(1, "a/b", 2)
        assert log.parent == folder
        assert not log.exists()
        log.write_bytes(b"{}\n")
        log.with_name("frames.jsonl").write_bytes(b"{}\n")
        artifacts.remove_log(1, "a/b", 2)
        artifacts.remove_log(1, "a/b", 2)
        assert not artifacts.log_path(1, "a/b", 2).exists()
        assert not log.with_name("frames.jsonl").exists()

    def test_only_old_blobs_that_nobody_keeps_go(self, artifacts: ArtifactStore) -> None:
        kept, gone = artifacts.put(b"kept"), artifacts.put(b"gone!")
        assert list(artifacts.sweep({kept}, HOUR, dry_run=False)) == []  # young
        assert list(artifacts.sweep({kept}, OLD, dry_run=True)) == [(gone, 5)]
        assert artifacts.has(gone)
        assert list(artifacts.sweep([kept], OLD, dry_run=False)) == [(gone, 5)]
        assert [artifacts.has(digest) for digest in (kept, gone)] == [True, False]
        with pytest.raises(NotFound):
            artifacts.get(gone)
        assert artifacts.get(artifacts.put(b"gone!")) == b"gone!"

    def test_what_is_not_there_cannot_be_held(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        digest = artifacts.put(b"orders")
        assert another.hold([digest])
        assert another.hold([])
        assert not another.hold([digest, "0" * 64])
        assert not another.hold(["memory-1"])

    def test_a_run_is_removed_with_its_documents_alone(self, artifacts: ArtifactStore) -> None:
        digest = artifacts.put(b"orders")
        mine, theirs = artifacts.adopt(1, "load", 0, MANIFEST), artifacts.adopt(11, "load", 0, MANIFEST)
        assert artifacts.run_bytes(1) > 0
        assert artifacts.remove_run(1) > 0
        assert artifacts.run_bytes(1) == artifacts.remove_run(1) == 0
        assert artifacts.committed(1, "load", 0) is None
        with pytest.raises(NotFound):
            artifacts.manifest(str(mine))
        assert artifacts.manifest(str(theirs)) == MANIFEST
        assert artifacts.has(digest)

    def test_it_tells_what_is_used(self, artifacts: ArtifactStore) -> None:
        artifacts.put(b"0" * 1000)
        artifacts.adopt(1, "load", 0, MANIFEST)
        usage = artifacts.usage()
        assert usage["blobs"] >= 1000
        assert 0 < usage["runs"] < 1000
        free, total = artifacts.volume()
        assert (free < total) or free == total == 0
        assert usage["total"] == total

    def test_it_says_that_it_works_and_leaves_nothing(self, artifacts: ArtifactStore, another: ArtifactStore) -> None:
        before = artifacts.usage()  # which may be remembered
        assert "written" in artifacts.check()
        assert another.usage()["blobs"] == before["blobs"]
