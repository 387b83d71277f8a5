"""Attempts whose outputs are kept in an object store: real ones, through a real fork server and a real S3 server."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from blockwright import codecs
from blockwright.adapters.artifacts.objects import Objects
from blockwright.adapters.artifacts.remote import DistantArtifacts
from blockwright.adapters.executor.local import LocalExecutor
from blockwright.adapters.executor.staged import StagedExecutor
from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    AttemptStarted,
    ExecutorEvent,
    ExecutorLost,
)
from blockwright.wire import documents
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, Input, ProjectContext
from tests.object_server import Cable, ObjectServer
from tests.runner.bench import PATIENCE, bench

GIVE = "@custom\ndef give(): return 41\n"
ADD = "@custom\ndef add(value): return value + 1\n"


@dataclass
class Stage:
    """An executor on a host with a store elsewhere; ``cable`` is its way there."""

    executor: StagedExecutor
    artifacts: DistantArtifacts
    another: DistantArtifacts
    folder: Path
    cable: Cable
    attempts: int = 0

    def spec(self, code: str, *inputs: Input, block: str = "block", **given: Any) -> AttemptSpec:
        self.attempts += 1
        number = self.attempts
        snapshot = self.artifacts.put(json.dumps({"files": {"a.py": self.artifacts.put(b"a = 1\n")}}).encode())
        digest = self.artifacts.put(code.encode())
        spec = AttemptSpec(
            attempt_id=f"1/{block}/{number}",
            run=1,
            pipeline="daily",
            block=block,
            block_run=block,
            attempt=number,
            kind=AttemptKind.BLOCK,
            block_type="custom",
            language="python",
            code=CodeFile(f"custom/{block}.py", digest),
            project=ProjectContext("shop", *[str(self.folder)] * 2, str(self.artifacts.path(snapshot))),
            store=str(self.artifacts.blobs),
            work=str(self.artifacts.attempt_folder(1, block, number)),
            commit=str(self.artifacts.commit_path(1, block, 0)),
            inputs=inputs,
        )
        return replace(spec, **given)

    def heard(self, *kinds: type[ExecutorEvent], of: AttemptSpec | None = None) -> list[ExecutorEvent]:
        """All events until one of these kinds came (of this attempt)."""
        events: list[ExecutorEvent] = []
        deadline = time.monotonic() + PATIENCE
        while not any(isinstance(each, kinds) and (of is None or _is_of(each, of)) for each in events):
            assert time.monotonic() < deadline, events
            events += self.executor.wait(1.0)
        return events

    def run(self, spec: AttemptSpec) -> Manifest:
        """Run an attempt to its end; the manifest that counts, as another host reads it."""
        self.executor.start(spec)
        return self.manifest(self.heard(AttemptExited, of=spec), spec)

    def manifest(self, events: list[ExecutorEvent], spec: AttemptSpec) -> Manifest:
        (told,) = [each for each in events if isinstance(each, AttemptCommitted) and _is_of(each, spec)]
        manifest = self.another.manifest(told.manifest)
        if told.brief is not None:
            assert documents.load(Manifest, told.brief) == manifest
        return manifest

    def value(self, manifest: Manifest) -> Any:
        """What another host reads."""
        (output,) = manifest.outputs
        return codecs.read(output, store=self.another.path(output.digest).parent.parent)


def _is_of(event: ExecutorEvent, spec: AttemptSpec) -> bool:
    return not isinstance(event, ExecutorLost) and event.attempt_id == spec.attempt_id


@contextmanager
def staged(s3: ObjectServer, folder: Path, *, pauses: tuple[float, ...] = (0.05,) * 100) -> Iterator[Stage]:
    url, cable = s3.bucket(), Cable(s3.endpoint)

    def store(endpoint: str, data: Path) -> DistantArtifacts:
        objects = Objects(url, config=ObjectServer(endpoint).config, environ={}, patience=0)
        return DistantArtifacts(objects, data, cache_bytes=10**9, installation=lambda: "ours")

    artifacts = store(cable.endpoint, folder / "one")
    with bench(folder / "bench") as made:
        executor = StagedExecutor(made.executor, artifacts, pauses=pauses)
        yield Stage(executor, artifacts, store(s3.endpoint, folder / "two"), folder, cable)
        executor.close()
    artifacts.close()
    assert not list((folder / "one" / "cache" / "benches").glob("*"))
    cable.close()


@pytest.fixture
def stage(s3: ObjectServer, tmp_path: Path) -> Iterator[Stage]:
    with staged(s3, tmp_path) as made:
        yield made


def test_an_output_is_read_elsewhere_and_by_the_next_attempt(stage: Stage) -> None:
    first = stage.run(stage.spec(GIVE))
    assert (first.outcome, stage.value(first)) == (Outcome.COMPLETED, 41)
    given = Input("block", first.outputs)
    second = stage.run(stage.spec(ADD, given, block="next"))
    assert stage.value(second) == 42


def test_inputs_and_code_are_fetched_where_they_are_not_at_hand(stage: Stage) -> None:
    data = b"41"
    digest = stage.another.put(data)
    output = codecs.write_outputs([41], store=_folder(stage.folder / "aside"))[0]
    assert output.digest == digest == blake3(data).hexdigest()
    spec = stage.spec(ADD, Input("block", (output,)))
    for path in stage.artifacts.blobs.glob("??/*"):
        path.unlink()
    assert stage.value(stage.run(spec)) == 42


def _folder(path: Path) -> Path:
    (path / "tmp").mkdir(parents=True)
    return path


def test_the_log_is_kept_and_nothing_secret_is_in_what_the_attempt_was_told(stage: Stage) -> None:
    spec = stage.spec("@custom\ndef say(): print('hello')\n")
    stage.run(spec)
    stage.executor.close()  # which waits for what is under way
    assert b"hello" in stage.another.log_path(1, "block", spec.attempt).read_bytes()
    told = stage.another._objects.get(f"runs/1/block/{spec.attempt}/spec.json")
    assert told is not None
    assert b"not-so-secret" not in told


def test_an_upload_goes_on_when_the_store_is_back(stage: Stage) -> None:
    gate = stage.folder / "gate"
    os.mkfifo(gate)
    spec = stage.spec(f"@custom\ndef give():\n    with open({str(gate)!r}) as file:\n        return int(file.read())\n")
    stage.executor.start(spec)
    stage.heard(AttemptStarted)
    stage.cable.cut()
    gate.write_text("41")  # returns when the block reads it
    deadline = time.monotonic() + PATIENCE
    while not stage.cable.refused.is_set():
        assert time.monotonic() < deadline
        assert not [each for each in stage.executor.wait(0.2) if isinstance(each, AttemptCommitted)]
    stage.cable.mend()
    assert stage.value(stage.manifest(stage.heard(AttemptExited, of=spec), spec)) == 41


def test_a_store_that_stays_away_fails_the_attempt_with_the_reason(s3: ObjectServer, tmp_path: Path) -> None:
    with staged(s3, tmp_path, pauses=(0.01, 0.01)) as stage:
        spec = stage.spec(GIVE)
        stage.cable.cut()
        stage.executor.start(spec)
        (event,) = [each for each in stage.heard(AttemptCommitted) if isinstance(each, AttemptCommitted)]
        assert event.brief is not None
        failed = documents.load(Manifest, event.brief)
        assert failed.outcome is Outcome.FAILED
        assert failed.error is not None
        assert failed.error.code == "store_unreachable"
        assert "s3://" in failed.error.message
        assert stage.artifacts._local.manifest(event.manifest) == failed
        stage.cable.mend()
        assert stage.another.committed(1, "block", 0) is None


def test_a_damaged_input_fails_the_attempt_and_is_named(stage: Stage, s3: ObjectServer) -> None:
    spec = stage.spec(ADD, Input("block", codecs.write_outputs([41], store=_folder(stage.folder / "aside"))))
    digest = stage.another.put(b"41")
    url = stage.artifacts._objects.url
    s3.client.put_object(Bucket=url.removeprefix("s3://"), Key=f"blobs/{digest[:2]}/{digest}", Body=b"42")
    stage.executor.start(spec)
    (event,) = [each for each in stage.heard(AttemptCommitted) if isinstance(each, AttemptCommitted)]
    assert event.brief is not None
    error = documents.load(Manifest, event.brief).error
    assert error is not None
    assert (error.code, digest in error.message) == ("damaged", True)


def test_the_result_of_another_owner_that_was_first_counts(stage: Stage) -> None:
    theirs = Manifest("1/block/77", Outcome.COMPLETED)
    stage.another.adopt(1, "block", 0, theirs)
    spec = stage.spec(GIVE)
    assert stage.run(spec) == theirs


def test_what_is_ended_before_its_commit_commits_nothing(stage: Stage) -> None:
    spec = stage.spec(GIVE)
    stage.executor.start(spec)
    stage.executor.cancel(spec.attempt_id, grace=0, why="lease")
    events = stage.heard(AttemptExited, of=spec)
    assert [each.killed for each in events if isinstance(each, AttemptExited)] == ["lease"]
    stage.executor.close()
    assert stage.another.committed(1, "block", 0) is None


ASK = """
from mage_ai.data_preparation.variable_manager import get_variable
@custom
def take():
    return get_variable('daily', 'block', 'output_0') + 1
"""


def test_an_answer_that_names_a_value_brings_it_along(stage: Stage) -> None:
    (output,) = codecs.write_outputs([41], store=_folder(stage.folder / "aside"))
    assert stage.another.put(b"41") == output.digest
    spec = stage.spec(ASK)
    stage.executor.start(spec)
    asked = next(each for each in stage.heard(AttemptAsked) if isinstance(each, AttemptAsked))
    stage.executor.answer(spec.attempt_id, asked.request, value=[documents.dump(output)])
    assert stage.value(stage.manifest(stage.heard(AttemptExited, of=spec), spec)) == 42


def test_a_lost_fork_server_takes_nothing_that_is_being_uploaded(stage: Stage) -> None:
    stays = stage.spec("import time\n@custom\ndef stay(): time.sleep(600)\n", block="stays")
    gives = stage.spec(GIVE, block="gives")
    stage.executor.start(stays)
    stage.heard(AttemptStarted)
    pid = _fork_server(stage)
    stage.executor.start(gives)
    stage.heard(AttemptStarted)
    stage.cable.cut()
    while not stage.cable.refused.is_set():
        assert not [each for each in stage.executor.wait(0.2) if isinstance(each, AttemptCommitted)]
    os.kill(pid, signal.SIGKILL)
    (lost,) = [each for each in stage.heard(ExecutorLost) if isinstance(each, ExecutorLost)]
    assert lost.spared == {gives.attempt_id}
    stage.cable.mend()
    assert stage.value(stage.manifest(stage.heard(AttemptExited, of=gives), gives)) == 41


def _fork_server(stage: Stage) -> int:
    inner = stage.executor._inner
    assert isinstance(inner, LocalExecutor)
    assert inner._server is not None
    return inner._server._pid


def test_closing_does_not_wait_for_a_store_that_is_away(stage: Stage) -> None:
    specs = [stage.spec("import time\n@custom\ndef stay(): time.sleep(600)\n", block=f"b{n}") for n in range(3)]
    for spec in specs:
        stage.executor.start(spec)
        stage.heard(AttemptStarted, of=spec)
    late = stage.spec(GIVE, block="late")
    stage.cable.cut()
    stage.executor.start(late)
    stage.executor.close()
    assert all(Path(spec.work).exists() for spec in specs)
    assert stage.another.committed(1, "late", 0) is None
