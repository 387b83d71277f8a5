"""A session's own side: which of the attempts that it was given comes next.

Attempts come early, so that the process goes from block to block without waiting for anybody. One that follows others
takes their outputs from here, and is dropped when one of them did not complete: engine and fork server know that by
themselves.
"""

from __future__ import annotations

import json
import os
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from blockwright.runner.block_logger import RecordWriter, flush_output
from blockwright.runner.channel import BlockChannel
from blockwright.runner.processes import start_ticks
from blockwright.wire.documents import load
from blockwright.wire.journals import note_begin
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptSpec, ProjectContext

_REMEMBERED = 256
"""Outputs of so many attempts are remembered for those behind them; far more than are ever given ahead."""


class Turns:
    """``writers`` are the output pipes; the beginning of each attempt and of idleness is marked in both. ``first`` is
    the message that made this process a session's."""

    def __init__(self, channel: BlockChannel, writers: Sequence[RecordWriter], first: dict[str, Any]) -> None:
        self._channel = channel
        self._writers = writers
        self._line: deque[tuple[dict[str, Any], dict[str, Any]]] = deque()
        """Attempts, each with what its spec leaves out."""
        self._completed: OrderedDict[str, tuple[Output, ...]] = OrderedDict()
        self._skipped: set[str] = set()
        self._passed: str | None = None
        """The last attempt that came to its turn, until idleness after it was marked."""
        self._open = True
        self._identity = {"pid": os.getpid(), "started": start_ticks(os.getpid())}
        self._take(first)

    def next(self) -> AttemptSpec | None:
        """Wait for the next attempt and mark its beginning; None: there will be no more."""
        while True:
            while self._open and (message := self._channel.next_message(wait=False)) is not None:
                self._take(message)
            while self._line:
                attempt, shared = self._line.popleft()
                self._passed = attempt["attempt_id"]
                if self._may_begin(attempt):
                    return self._begin(attempt, shared)
            self._mark_idle()
            if not self._open:
                return None
            self._take(self._channel.next_message())

    def over(self, spec: AttemptSpec, manifest: Manifest) -> None:
        """What an attempt answered, for those that follow it."""
        if manifest.outcome is Outcome.COMPLETED:
            self._completed[spec.attempt_id] = tuple(_bare(output) for output in manifest.outputs)
            if len(self._completed) > _REMEMBERED:
                self._completed.popitem(last=False)
        else:
            self._completed.pop(spec.attempt_id, None)

    def _take(self, message: dict[str, Any] | None) -> None:
        match message:
            case None:
                self._open = False
            case {"op": "next", "attempts": attempts}:
                shared = _shared(message)
                self._line.extend((attempt, shared) for attempt in attempts)
            case {"op": "skip", "attempt_id": identity}:
                self._skipped.add(identity)
            case {"op": "halt"}:
                self._open = False
                self._line.clear()

    def _may_begin(self, attempt: dict[str, Any]) -> bool:
        if attempt["attempt_id"] in self._skipped:
            self._skipped.discard(attempt["attempt_id"])
            return False
        return all(each in self._completed for each in attempt["after"])

    def _begin(self, attempt: dict[str, Any], shared: dict[str, Any]) -> AttemptSpec:
        document = {**shared, **read_document(attempt["spec"])}
        if attempt["after"]:
            document["inputs"] = [self._filled(each) for each in document["inputs"]]
        spec = load(AttemptSpec, document)
        _note_begin(spec)
        began = time.time()
        self._channel.began = {**self._identity, "began": began}
        self._mark({"begin": spec.attempt_id, "at": began})
        return spec

    def _filled(self, given: dict[str, Any]) -> dict[str, Any]:
        source = given.get("source")
        return given if source is None else {**given, "outputs": self._completed[source]}

    def _mark_idle(self) -> None:
        if self._passed is not None:
            self._mark({"end": self._passed})
            self._passed = None

    def _mark(self, record: dict[str, Any]) -> None:
        flush_output()
        for writer in self._writers:
            writer.put(record)


def load_spec(given: dict[str, Any] | str) -> AttemptSpec:
    """The spec in an order."""
    return load(AttemptSpec, read_document(given))


def read_document(given: dict[str, Any] | str) -> dict[str, Any]:
    """The spec's document in an order, which may say only where it is written."""
    if isinstance(given, str):
        document: dict[str, Any] = json.loads(Path(given).read_bytes())
        return document
    return given


def _shared(message: dict[str, Any]) -> dict[str, Any]:
    """What the attempts of a message have in common, with its largest part read once for all of them."""
    shared: dict[str, Any] = message.get("shared", {})
    return {**shared, "project": load(ProjectContext, shared["project"])} if "project" in shared else shared


def _note_begin(spec: AttemptSpec) -> None:
    """So that it is known of an attempt whose process dies. A disk that takes no more is met, and told, at its end."""
    if spec.journal is None:
        os.makedirs(spec.work, mode=0o700, exist_ok=True)
    else:
        with suppress(OSError):
            note_begin(spec.journal, spec.attempt_id)


def _bare(output: Output) -> Output:
    """What the engine would have told of it."""
    return Output(
        output.name,
        output.digest,
        output.codec,
        output.type,
        output.bytes,
        output.rows,
        output.columns,
        spread=output.spread,
        in_memory=output.in_memory,
    )
