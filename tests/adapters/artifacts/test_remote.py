"""Artifacts in an object store: what the contract does not say."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.adapters.artifacts.objects import Objects
from blockwright.adapters.artifacts.remote import DistantArtifacts
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound, Unavailable
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.outputs import Output
from tests.adapters.artifacts.test_local import MANIFEST, spec
from tests.object_server import ObjectServer

HOUR = 3600.0


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    return tmp_path / "bucket"


def opened(bucket: Path, folder: Path, **options: Any) -> DistantArtifacts:
    options = {"cache_bytes": 1_000_000, "installation": lambda: "ours", **options}
    return DistantArtifacts(Objects(bucket.as_uri(), config={}, environ={}), folder, **options)


@pytest.fixture
def store(bucket: Path, tmp_path: Path) -> DistantArtifacts:
    return opened(bucket, tmp_path / "one")


@pytest.fixture
def another(bucket: Path, tmp_path: Path) -> DistantArtifacts:
    """The same store as another host sees it."""
    return opened(bucket, tmp_path / "two")


def object_of(bucket: Path, digest: str) -> Path:
    return bucket / "blobs" / digest[:2] / digest


# Reading ------------------------------------------------------------------------------------------------------------


def test_what_was_read_once_is_at_hand(store: DistantArtifacts, another: DistantArtifacts, bucket: Path) -> None:
    digest = store.put(b"orders")
    path = another.path(digest)
    object_of(bucket, digest).unlink()
    assert another.get(digest) == b"orders"
    assert another.path(digest) == path


@pytest.mark.parametrize("damage", [b"", b"order", b"0rders", b"orders and more"])
def test_a_damaged_object_is_named_and_never_given_out(
    store: DistantArtifacts, another: DistantArtifacts, bucket: Path, damage: bytes
) -> None:
    digest = store.put(b"orders")
    object_of(bucket, digest).write_bytes(damage)
    for read in (another.get, another.path):
        with pytest.raises(Unavailable, match=f"blobs/{digest[:2]}/{digest} is damaged") as caught:
            read(digest)
        assert caught.value.code == "damaged"
    assert not list(another.blobs.glob("*/*"))


def test_a_damaged_copy_is_fetched_again(store: DistantArtifacts) -> None:
    digest = store.put(b"orders")
    path = store.path(digest)
    path.unlink()
    path.write_bytes(b"0rders")
    assert store.get(digest) == b"orders"


def test_the_cache_is_bounded_and_keeps_what_was_used_last(bucket: Path, tmp_path: Path) -> None:
    store = opened(bucket, tmp_path / "one", cache_bytes=5_000)
    digests = [store.put(bytes([number]) * 1000) for number in range(4)]
    for age, digest in enumerate(reversed(digests)):
        path = store.blobs / digest[:2] / digest
        os.utime(path, (path.stat().st_atime - 100 * (age + 1), path.stat().st_mtime))
    assert store.get(digests[0])  # used just now
    new = [store.put(bytes([number]) * 1000) for number in (10, 11)]
    left = {path.name for path in store.blobs.glob("??/*")}
    assert left == {digests[0], digests[3], *new}
    assert store.get(digests[1]) == bytes([1]) * 1000  # the store has it


def test_what_the_data_folder_had_before_stays_readable_here(bucket: Path, tmp_path: Path) -> None:
    before = LocalArtifacts(tmp_path / "one")
    digest, path = before.put(b"orders"), before.adopt(1, "load", 0, MANIFEST)
    store = opened(bucket, tmp_path / "one")
    assert store.get(digest) == b"orders"
    assert store.manifest(str(path)) == store.committed(1, "load", 0) == MANIFEST
    assert not store.has(digest)  # no other host could read it
    bench = store.bench()
    store.lay_out(bench, [digest])
    assert (bench / digest[:2] / digest).read_bytes() == b"orders"
    assert list(store.sweep(set(), -5, dry_run=False)) == [(digest, 6)]


# Attempts -----------------------------------------------------------------------------------------------------------


def given(store: DistantArtifacts, bench: Path, data: bytes, **fields: Any) -> Manifest:
    """What an attempt leaves on its bench."""
    digest = LocalArtifacts(bench / "aside").put(data)
    (bench / digest[:2]).mkdir(exist_ok=True)
    (bench / "aside" / "blobs" / digest[:2] / digest).rename(bench / digest[:2] / digest)
    output = Output("output_0", digest, "bytes", "bytes", len(data))
    return replace(MANIFEST, outputs=(output,), **fields)


def going_on() -> None:
    pass


def test_a_published_result_is_read_elsewhere(store: DistantArtifacts, another: DistantArtifacts) -> None:
    bench = store.bench()
    manifest = given(store, bench, b"orders")
    reference = store.publish(spec(), bench, manifest, going_on)
    store.clear(bench)
    assert another.committed(1, "load", 0) == another.manifest(reference) == manifest
    assert another.get(manifest.outputs[0].digest) == b"orders"


def test_the_second_to_publish_is_told_of_the_first(store: DistantArtifacts, another: DistantArtifacts) -> None:
    mine, theirs = store.bench(), another.bench()
    first = given(store, mine, b"orders")
    second = given(another, theirs, b"other orders", attempt_id="1/load/2")
    assert store.publish(spec(), mine, first, going_on) == another.publish(spec(attempt=2), theirs, second, going_on)
    assert another.committed(1, "load", 0) == first
    assert another.manifest("runs/1/load/2/manifest.json") == second  # evidence


def test_publishing_again_what_got_through_is_no_other_result(store: DistantArtifacts) -> None:
    bench = store.bench()
    manifest = given(store, bench, b"orders")
    references = {store.publish(spec(), bench, manifest, going_on) for _ in range(2)}
    assert references == {"runs/1/load/done-0.json"}


def test_a_failed_attempt_is_kept_and_does_not_finish_its_block(
    store: DistantArtifacts, another: DistantArtifacts
) -> None:
    bench = store.bench()
    failed = given(store, bench, b"half", outcome=Outcome.FAILED)
    reference = store.publish(spec(), bench, failed, going_on)
    assert another.manifest(reference) == failed
    assert another.committed(1, "load", 0) is None


def test_nothing_is_committed_when_it_is_stopped(store: DistantArtifacts, another: DistantArtifacts) -> None:
    bench = store.bench()
    manifest = given(store, bench, b"orders")
    asked = []

    def stop_at_the_second() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        store.publish(spec(), bench, manifest, stop_at_the_second)
    assert another.has(manifest.outputs[0].digest)
    assert another.committed(1, "load", 0) is None


def test_an_output_that_is_not_what_its_name_says_is_not_uploaded(store: DistantArtifacts, bucket: Path) -> None:
    bench = store.bench()
    manifest = given(store, bench, b"orders")
    digest = manifest.outputs[0].digest
    (bench / digest[:2] / digest).write_bytes(b"0rders")
    with pytest.raises(Unavailable, match="damaged"):
        store.publish(spec(), bench, manifest, going_on)
    assert not object_of(bucket, digest).exists()


def test_a_manifest_may_not_lead_out_of_the_bench(store: DistantArtifacts) -> None:
    manifest = replace(MANIFEST, outputs=(Output("output_0", "../../secret.key", "json", "dict", 2),))
    with pytest.raises(Invalid, match="no digest"):
        store.publish(spec(), store.bench(), manifest, going_on)


def test_a_bench_keeps_what_the_cache_lets_go(store: DistantArtifacts) -> None:
    digest = store.put(b"orders")
    bench = store.bench()
    store.lay_out(bench, [digest, digest])
    store.path(digest).unlink()
    assert (bench / digest[:2] / digest).read_bytes() == b"orders"
    with pytest.raises(NotFound):
        store.lay_out(bench, ["0" * 64])


def test_a_log_is_read_elsewhere_when_it_was_uploaded(
    store: DistantArtifacts, another: DistantArtifacts, bucket: Path
) -> None:
    folder = store.attempt_folder(1, "load", 1)
    (folder / "log.jsonl").write_bytes(b'{"message": "hello"}\n')
    (folder / "frames.jsonl").write_bytes(b"{}\n")
    store.keep_log(replace(spec(), work=str(folder)))
    log = another.log_path(1, "load", 1)
    assert log.read_bytes() == b'{"message": "hello"}\n'
    assert log.with_name("frames.jsonl").read_bytes() == b"{}\n"
    another.remove_log(1, "load", 1)
    assert not list((bucket / "runs").rglob("*.jsonl"))


# What is kept -------------------------------------------------------------------------------------------------------


def test_an_old_blob_that_is_wanted_again_is_made_young(bucket: Path, tmp_path: Path) -> None:
    store = opened(bucket, tmp_path / "one", young_seconds=HOUR)
    bench = store.bench()
    manifest = given(store, bench, b"orders")
    digest = manifest.outputs[0].digest
    for want in (
        lambda: store.put(b"orders"),
        lambda: store.has(digest),
        lambda: store.publish(spec(), bench, manifest, going_on),
    ):
        store.put(b"orders")
        for path in (object_of(bucket, digest), store.path(digest)):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 2 * HOUR))
        want()
        assert list(store.sweep(set(), HOUR, dry_run=False)) == []


def test_an_old_blob_that_only_the_store_has_is_held(bucket: Path, tmp_path: Path) -> None:
    """It is not sent again: something small beside it says that it is wanted, for as long as a write would."""
    store = opened(bucket, tmp_path / "one", young_seconds=HOUR)
    held, gone = (store.put(data) for data in (b"orders", b"else"))
    for digest in (held, gone):
        os.utime(object_of(bucket, digest), (time.time() - 2 * HOUR,) * 2)
    other = opened(bucket, tmp_path / "two", young_seconds=HOUR)
    assert other.hold([held])
    assert [digest for digest, _ in store.sweep(set(), HOUR, dry_run=False)] == [gone]
    os.utime(bucket / "holds" / held, (time.time() - 2 * HOUR,) * 2)
    assert [digest for digest, _ in store.sweep(set(), HOUR, dry_run=False)] == [held]
    assert not list((bucket / "holds").iterdir())
    assert not other.hold([held])


def test_sweeping_clears_what_killed_processes_left_and_copies_of_kept_logs(
    store: DistantArtifacts, tmp_path: Path
) -> None:
    mine = store.bench()
    abandoned = tmp_path / "one" / "cache" / "benches" / "1-dead" / "1"
    abandoned.mkdir(parents=True)
    kept, unsent = store.attempt_folder(1, "load", 1), store.attempt_folder(1, "load", 2)
    for folder in (kept, unsent):
        (folder / "log.jsonl").write_bytes(b"{}\n")
    store.keep_log(replace(spec(), work=str(kept)))
    assert list(store.sweep(set(), 0, dry_run=True)) == []
    assert abandoned.exists()
    os.utime(kept / ".kept", (0, 0))
    assert list(store.sweep(set(), 0, dry_run=False)) == []
    assert mine.exists()
    assert not abandoned.parent.exists()
    assert not kept.exists()
    assert (unsent / "log.jsonl").exists()
    assert store.log_path(1, "load", 1).read_bytes() == b"{}\n"  # from the store again


def test_two_installations_do_not_share_a_prefix(store: DistantArtifacts, bucket: Path, tmp_path: Path) -> None:
    store.put(b"ours")
    theirs = opened(bucket, tmp_path / "theirs", installation=lambda: "theirs")
    with pytest.raises(Conflict, match="another installation") as caught:
        theirs.put(b"theirs")
    assert caught.value.code == "store_foreign"
    with pytest.raises(Conflict, match="another installation"):
        theirs.committed(1, "load", 0)
    assert json.loads((bucket / "installation.json").read_bytes()) == {"installation": "ours"}


def test_what_one_store_has_says_nothing_about_another(store: DistantArtifacts, tmp_path: Path) -> None:
    digest = store.put(b"orders")
    moved = opened(tmp_path / "new bucket", tmp_path / "one")
    assert not moved.has(digest)
    assert moved.put(b"orders") == digest
    assert object_of(tmp_path / "new bucket", digest).read_bytes() == b"orders"


# Refusals -----------------------------------------------------------------------------------------------------------


@contextmanager
def refusing(refused: str, status: int, code: str) -> Iterator[str]:
    """A server that refuses one verb in the words of S3, takes what it is given without looking at conditions, and has
    nothing; its address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            wrong = self.command == refused
            text = f"<Error><Code>{code if wrong else 'NoSuchKey'}</Code><Message>No way.</Message></Error>"
            if self.command == "PUT" and not wrong:
                self.send_response(200)
                self.send_header("ETag", '"1"')
                text = ""
            else:
                self.send_response(status if wrong else 404)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def distant(url: str, endpoint: str, folder: Path) -> DistantArtifacts:
    config = {**ObjectServer(endpoint).config, "aws_secret_access_key": "the-secret"}
    objects = Objects(url, config=config, environ={}, patience=0)
    return DistantArtifacts(objects, folder, cache_bytes=1, installation=lambda: "ours")


@pytest.mark.parametrize(
    ("verb", "status", "word", "act", "code", "told"),
    [
        ("PUT", 403, "AccessDenied", lambda store: store.put(b"x"), "store_denied", "s3:PutObject"),
        ("PUT", 403, "SignatureDoesNotMatch", lambda store: store.check(), "store_denied", "credentials"),
        ("PUT", 503, "SlowDown", lambda store: store.put(b"x"), "store_unreachable", "network"),
        ("GET", 403, "AccessDenied", lambda store: store.get("0" * 64), "store_denied", "s3:GetObject"),
        ("GET", 403, "AccessDenied", lambda store: store.remove_run(1), "store_denied", "s3:ListBucket"),
        ("POST", 403, "AccessDenied", lambda store: store.remove_log(1, "a", 1), "store_denied", "s3:DeleteObject"),
        ("HEAD", 403, "AccessDenied", lambda store: store.has("0" * 64), "store_denied", "s3:GetObject"),
        ("none", 0, "", lambda store: store.check(), "store_conditions", "conditional put"),
    ],
)
def test_what_the_store_refuses_is_told_with_the_way_out(
    tmp_path: Path, verb: str, status: int, word: str, act: Callable[[DistantArtifacts], Any], code: str, told: str
) -> None:
    with refusing(verb, status, word) as endpoint:
        store = distant("s3://outputs/prefix", endpoint, tmp_path)
        with pytest.raises(Unavailable) as caught:
            act(store)
    assert caught.value.code == code
    assert told in f"{caught.value.message} {caught.value.hint}"
    assert "s3://outputs/prefix" in caught.value.message
    assert "the-secret" not in repr(caught.value.args)


def test_a_bucket_that_is_not_there_is_said_to_be_missing(s3: ObjectServer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no such bucket") as caught:
        distant("s3://nowhere-to-be-found", s3.endpoint, tmp_path).put(b"x")
    assert caught.value.code == "store_missing"


def test_a_store_that_cannot_be_reached_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Cannot write s3://outputs/") as caught:
        distant("s3://outputs", "http://127.0.0.1:9", tmp_path).put(b"x")
    assert caught.value.code == "store_unreachable"


@pytest.mark.parametrize("url", ["s3://key:secret@outputs", "ftp://outputs", "outputs", "s3:///prefix"])
def test_an_address_that_leads_to_no_store_is_refused(url: str) -> None:
    with pytest.raises(BlockwrightError) as caught:
        Objects(url, config={}, environ={})
    assert caught.value.code == "store_url"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "config"),
    [
        ("s3a://outputs/prefix", {"aws_region": "eu-central-1"}),
        ("gs://outputs/prefix", {"google_skip_signature": "true"}),
        ("az://outputs/prefix", {"azure_storage_account_name": "account"}),
        ("abfss://outputs@account.dfs.core.windows.net/prefix", {}),
    ],
)
def test_each_kind_of_address_opens_its_client(url: str, config: dict[str, str]) -> None:
    assert Objects(f"{url}/", config=config, environ={}).name("blobs/x") == f"{url}/blobs/x"
