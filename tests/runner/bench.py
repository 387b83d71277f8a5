"""Real attempts through a real fork server, in a temporary project."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

from blake3 import blake3

from blockwright import codecs
from blockwright.adapters.executor.fork_server import StartOptions
from blockwright.adapters.executor.local import LocalExecutor
from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    AttemptStarted,
    ExecutorEvent,
    ExecutorLost,
)
from blockwright.wire.documents import load
from blockwright.wire.journals import is_named, read_manifest
from blockwright.wire.manifests import Manifest
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, Input, ProjectContext

PATIENCE = 60.0
"""Seconds after which a test that waits for an event gives up."""


@dataclass
class Project:
    """Blobs, runs and the files of a project in one temporary folder."""

    folder: Path
    files: dict[str, str] = field(default_factory=dict)
    attempts: int = 0

    def __post_init__(self) -> None:
        for path in (self.store / "tmp", self.root):
            path.mkdir(parents=True)
        self._write_snapshot()

    @property
    def store(self) -> Path:
        return self.folder / "blobs"

    @property
    def root(self) -> Path:
        return self.folder / "shop"

    def put(self, text: str) -> str:
        data = text.encode("utf-8", "surrogateescape")
        digest = blake3(data).hexdigest()
        path = self.store / digest[:2] / digest
        path.parent.mkdir(exist_ok=True)
        if not path.exists():  # an attempt that runs already may be reading it
            path.write_bytes(data)
        return digest

    def module(self, path: str, text: str, *, live: str | None = None) -> Path:
        """A project file: pinned with ``text``, on disk as ``live`` (the same by default)."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text if live is None else live))
        self.files[path] = self.put(dedent(text))
        self._write_snapshot()
        return file

    def spec(self, code: str | None = None, *, block: str = "block", kind: str = "custom", **given: Any) -> AttemptSpec:
        self.attempts += 1
        work = self.folder / "runs" / "1" / block / str(self.attempts)
        work.mkdir(parents=True)
        file = None if code is None else CodeFile(f"{kind}/{block}.py", self.put(dedent(code)))
        spec = AttemptSpec(
            attempt_id=f"1/{block}/{self.attempts}",
            run=1,
            pipeline="daily",
            block=block,
            block_run=block,
            attempt=1,
            kind=AttemptKind.BLOCK,
            block_type=kind,
            language="python",
            code=file,
            project=ProjectContext("shop", str(self.root), str(self.root), str(self.folder / "snapshot.json")),
            store=str(self.store),
            work=str(work),
            commit=str(work.parent / f"done-{self.attempts}.json"),
        )
        if given.get("session") is not None:
            spec = replace(spec, journal=str(self.folder / "runs" / "1" / "+sessions" / "1.jsonl"))
        return replace(spec, **given)

    def given(self, block: str, *values: Any, **options: Any) -> Input:
        """An input with these outputs in the store."""
        return Input(block, codecs.write_outputs(list(values), store=self.store), **options)

    def outputs(self, *values: Any) -> tuple[Output, ...]:
        return codecs.write_outputs(list(values), store=self.store)

    def values(self, manifest: Manifest) -> list[Any]:
        return codecs.read_outputs(manifest.outputs, store=self.store)

    def values_of(self, spec: AttemptSpec) -> list[Any]:
        """The values of an attempt that has finished."""
        return self.values(load(Manifest, json.loads(Path(spec.commit).read_bytes())))

    def _write_snapshot(self) -> None:
        (self.folder / "snapshot.json").write_text(json.dumps({"files": self.files}))


@dataclass
class Done:
    """What came of one attempt."""

    spec: AttemptSpec
    events: list[ExecutorEvent]

    @property
    def exited(self) -> AttemptExited:
        (event,) = [each for each in self.events if isinstance(each, AttemptExited)]
        return event

    @property
    def started(self) -> AttemptStarted:
        (event,) = [each for each in self.events if isinstance(each, AttemptStarted)]
        return event

    @property
    def manifest(self) -> Manifest:
        (event,) = [each for each in self.events if isinstance(each, AttemptCommitted)]
        if is_named(event.manifest):
            return load(Manifest, read_manifest(event.manifest))
        return load(Manifest, json.loads(Path(event.manifest).read_bytes()))

    @property
    def committed(self) -> bool:
        return any(isinstance(each, AttemptCommitted) for each in self.events)

    @property
    def log(self) -> list[dict[str, Any]]:
        path = Path(self.spec.work, "log.jsonl")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def text(self) -> str:
        """What the log says, one message a line."""
        return "\n".join(entry["message"] for entry in self.log)


@dataclass
class Bench:
    project: Project
    executor: LocalExecutor
    heard: list[ExecutorEvent] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def run(self, code: str, **given: Any) -> Done:
        return self.finish(self.start(code, **given))

    def start(self, code: str, **given: Any) -> AttemptSpec:
        spec = self.project.spec(code, **given)
        self.executor.start(spec)
        return spec

    def finish(self, spec: AttemptSpec) -> Done:
        self.until(lambda event: isinstance(event, AttemptExited) and event.attempt_id == spec.attempt_id)
        mine = [event for event in self.heard if getattr(event, "attempt_id", None) == spec.attempt_id]
        return Done(spec, mine)

    def until(self, wanted: Callable[[ExecutorEvent], bool]) -> ExecutorEvent:
        """Wait for an event; questions are answered from ``answers``."""
        for event in self.heard:
            if wanted(event):
                return event
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            events = self.executor.wait(1.0)
            self.heard.extend(events)
            for event in events:
                if isinstance(event, AttemptAsked):
                    self._answer(event)
            for event in events:
                if wanted(event):
                    return event
                assert not isinstance(event, ExecutorLost), event
        raise AssertionError(f"nothing came in time, only {self.heard}")

    def until_started(self, spec: AttemptSpec) -> AttemptStarted:
        event = self.until(lambda each: isinstance(each, AttemptStarted) and each.attempt_id == spec.attempt_id)
        assert isinstance(event, AttemptStarted)
        return event

    def until_file(self, path: Path) -> str:
        """Wait until a block has written a whole line into ``path``."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.heard.extend(self.executor.wait(0.01))
            if path.exists() and path.read_text().endswith("\n"):
                return path.read_text().strip()
        raise AssertionError(f"{path} was not written; heard {self.heard}")

    def until_gone(self, pid: int) -> None:
        """Wait until a process has ended."""
        try:
            gone = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            assert select.select([gone], [], [], PATIENCE)[0], f"process {pid} is still there"
        finally:
            os.close(gone)

    def _answer(self, event: AttemptAsked) -> None:
        answer = self.answers.get(event.what)
        value = answer(**event.details) if callable(answer) else answer
        if isinstance(value, Exception):
            self.executor.answer(event.attempt_id, event.request, error=str(value))
        else:
            self.executor.answer(event.attempt_id, event.request, value=value)


@contextmanager
def bench(folder: Path, **options: Any) -> Iterator[Bench]:
    """A bench whose executor is closed in the end."""
    start = StartOptions(
        python=options.pop("python", sys.executable),
        cache=folder / "cache",
        environ=options.pop("environ", dict(os.environ)),
        cwd=folder,
        token=options.pop("token", f"test-{os.urandom(8).hex()}"),
        kill_at=options.pop("kill_at", None),
        preload=tuple(options.pop("preload", ())),
    )
    executor = LocalExecutor(start, **options)
    executor.warm_up()
    try:
        yield Bench(Project(folder / "project"), executor)
    finally:
        executor.close()


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def marked(token: str) -> list[int]:
    """The living processes that carry a fork server's token."""
    mark = f"BLOCKWRIGHT_ATTEMPT_TOKEN={token}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if alive(pid)]
