"""Attempts whose inputs and outputs are kept elsewhere: what they read is fetched before they start, and what they gave
is uploaded before anybody hears that they are done.

The block's process sees files on a *bench* of its own and never speaks to the store. That is done in threads of this
process; the executor below is used by the caller of ``wait`` alone, as always. What is heard of an attempt waits while
its outputs are uploaded, so that the order of its events stays.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock
from typing import Any, TypeVar

from blockwright.core.errors import BlockwrightError, Unavailable
from blockwright.ports.artifacts import RemoteArtifacts
from blockwright.ports.executors import (
    AttemptCommitted,
    AttemptExited,
    Executor,
    ExecutorEvent,
    ExecutorLost,
)
from blockwright.wire import documents
from blockwright.wire.manifests import AttemptError, Manifest, Outcome
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptKind, AttemptSpec, Input

log = getLogger(__name__)

T = TypeVar("T")

_THREADS = 8
PAUSES = (1.0, 5.0, 15.0)
"""Seconds before a transfer is tried again; each try has the client's own retries inside."""

_UPLOADED = (AttemptKind.BLOCK, AttemptKind.CALLBACK, AttemptKind.CHART)


class _Stopped(Exception):
    """The attempt was ended, or everything is."""


@dataclass
class _Attempt:
    """``ready``: what it reads is on its bench, or ``error`` says why not. ``given``: the executor below has it.
    ``ended`` says that it is not wanted any more, ``why`` for what reason."""

    spec: AttemptSpec
    bench: Path
    after: Sequence[str]
    ready: bool = False
    error: BlockwrightError | None = None
    given: bool = False
    ended: Event = field(default_factory=Event)
    why: str = ""

    @property
    def id(self) -> str:
        return self.spec.attempt_id


@dataclass
class _Line:
    """Attempts that share a bench: those of a session, or one alone. They are given on in the order in which they came,
    and heard of in the order in which they tell: what comes while one is ``uploading`` is ``held``. ``over``: no more
    attempts will come; ``session``: the executor below is still to hear of that."""

    bench: Path
    session: bool
    over: bool
    living: dict[str, _Attempt] = field(default_factory=dict)
    waiting: deque[_Attempt] = field(default_factory=deque)
    held: deque[ExecutorEvent] = field(default_factory=deque)
    uploading: bool = False


@dataclass(frozen=True, slots=True)
class _Ready:
    attempt: _Attempt
    error: BlockwrightError | None


@dataclass(frozen=True, slots=True)
class _Published:
    """What is now to be told of an attempt."""

    attempt: _Attempt
    event: AttemptCommitted | AttemptExited


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer whose values are on the bench, or an error instead."""

    attempt: _Attempt
    request: int
    value: Any
    error: str | None


_News = _Ready | _Published | _Answered


class StagedExecutor:
    """``inner`` runs the attempts. Only those whose blobs lie in ``artifacts`` are staged; others pass through.
    ``pauses``: see ``PAUSES``."""

    def __init__(self, inner: Executor, artifacts: RemoteArtifacts, *, pauses: Sequence[float] = PAUSES) -> None:
        self._inner = inner
        self._artifacts = artifacts
        self._pauses = pauses
        self._attempts: dict[str, _Attempt] = {}
        self._lines: dict[str, _Line] = {}
        self._news: SimpleQueue[_News] = SimpleQueue()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="transfers")
        self._closing = Event()
        self._hopeless = Event()
        """The store was away while everything ended: nobody waits for it once more for each log."""
        self._waking = Lock()

    @property
    def ahead(self) -> int:
        return self._inner.ahead

    def warm_up(self) -> None:
        self._inner.warm_up()

    def start(self, spec: AttemptSpec, *, after: Sequence[str] = ()) -> None:
        if spec.store != str(self._artifacts.blobs):
            self._inner.start(spec, after=after)
            return
        line = self._line_for(spec)
        attempt = _Attempt(_on_bench(spec, line.bench), line.bench, after)
        self._attempts[attempt.id] = line.living[attempt.id] = attempt
        line.waiting.append(attempt)
        snapshot = Path(spec.project.snapshot).name
        self._in_thread(
            lambda: self._fetch(attempt, snapshot), lambda error: _Ready(attempt, _unexpected(error)), attempt
        )

    def cancel(self, attempt_id: str, *, grace: float, why: str) -> None:
        attempt = self._attempts.get(attempt_id)
        if attempt is None or attempt.given:
            self._inner.cancel(attempt_id, grace=grace, why=why)
        if attempt is not None and not (attempt.given and why == "dropped"):
            attempt.why = why
            attempt.ended.set()
            self._inner.wake()  # one that was not given on is over at once

    def end_session(self, session: str) -> None:
        line = self._lines.get(session)
        if line is None:
            self._inner.end_session(session)
        else:
            line.over = True
            self._tidy(session, line)

    def answer(self, attempt_id: str, request: int, *, value: Any = None, error: str | None = None) -> None:
        """An answer may name blobs: the block that asked reads them on its bench."""
        attempt = self._attempts.get(attempt_id)
        digests = [] if attempt is None or error is not None else list(_digests_in(value))
        if attempt is None or not digests:
            self._inner.answer(attempt_id, request, value=value, error=error)
            return
        asker = attempt
        self._in_thread(
            lambda: self._fetch_answer(asker, request, value, digests),
            lambda error: _Answered(asker, request, None, str(error)),
            asker,
        )

    def wait(self, timeout: float | None) -> list[ExecutorEvent]:
        """The next events; none, too, when something went on here of which nobody need hear."""
        events = self._catch_up()
        if events:
            return events
        heard = self._inner.wait(timeout)
        return [*self._catch_up(), *(event for each in heard for event in self._heard(each))]

    def wake(self) -> None:
        self._inner.wake()

    def close(self) -> None:
        """End every attempt, keep what their logs say, and wait for the transfers under way: an upload that has not
        come to its commit stops before it."""
        with self._waking:
            if self._closing.is_set():
                return
            self._closing.set()
        self._inner.close()
        for attempt in self._attempts.values():
            if attempt.given and attempt.spec.kind in _UPLOADED:
                self._pool.submit(self._keep_log, attempt)
        self._pool.shutdown(wait=True)
        for line in self._lines.values():
            self._artifacts.clear(line.bench)

    # What is heard --------------------------------------------------------------------------------------------------

    def _catch_up(self) -> list[ExecutorEvent]:
        """What the threads have done since, and what follows from it."""
        events: list[ExecutorEvent] = []
        while not self._news.empty():  # nobody else takes from it
            match self._news.get_nowait():
                case _Ready(attempt, error):
                    attempt.ready, attempt.error = True, error
                case _Published(attempt, event):
                    line = self._line_of(attempt)
                    line.uploading = False
                    events.append(event)
                    while line.held and not line.uploading:
                        events += self._heard(line.held.popleft())
                case _Answered(attempt, request, value, problem):
                    self._inner.answer(attempt.id, request, value=value, error=problem)
        return [*events, *self._give_on()]

    def _give_on(self) -> list[ExecutorEvent]:
        """Start what is ready and has nobody before it in its line; tell of what does not get that far."""
        events: list[ExecutorEvent] = []
        for name, line in list(self._lines.items()):
            for attempt in [each for each in line.waiting if each.ended.is_set()]:
                line.waiting.remove(attempt)
                self._forget(attempt)
                reason = "it was ended before its inputs had been fetched"
                events.append(AttemptExited(attempt.id, 0, reason, attempt.why, begun=False))
            while line.waiting and line.waiting[0].ready:
                events += self._give(line, line.waiting.popleft())
            self._tidy(name, line)
        return events

    def _give(self, line: _Line, attempt: _Attempt) -> list[ExecutorEvent]:
        if attempt.error is None:
            attempt.given = True
            Path(attempt.spec.work, "spec.json").unlink(missing_ok=True)  # of a time when it was dropped again
            self._inner.start(attempt.spec, after=attempt.after)
            return []
        self._forget(attempt)
        if line.living:  # it was given ahead: its turn, and with it the failure, comes later
            return [AttemptExited(attempt.id, 0, attempt.error.message, "dropped", begun=False)]
        return [_failed(attempt.spec, _nothing(attempt), attempt.error)]

    def _heard(self, event: ExecutorEvent) -> list[ExecutorEvent]:
        if isinstance(event, ExecutorLost):
            return [self._lost(event)]
        attempt = self._attempts.get(event.attempt_id)
        if attempt is None:
            return [event]
        line = self._line_of(attempt)
        if line.uploading:
            line.held.append(event)
            return []
        if isinstance(event, AttemptCommitted) and attempt.spec.kind in _UPLOADED:
            line.uploading = True
            self._in_thread(
                lambda: self._publish(attempt, event),
                lambda error: _Published(attempt, _failed(attempt.spec, _nothing(attempt), _unexpected(error))),
                attempt,
            )
            return []
        if isinstance(event, AttemptExited):
            self._over(attempt, keep_log=event.begun)
        return [event]

    def _lost(self, event: ExecutorLost) -> ExecutorLost:
        """What is being uploaded is finished all the same, and the end of those behind it is told after that; what was
        alone and not given on yet is none of the lost."""
        spared = set()
        for line in list(self._lines.values()):
            for attempt in list(line.living.values()):
                if line.uploading:
                    line.held.append(AttemptExited(attempt.id, -9, event.reason, "lost", begun=attempt.given))
                if line.uploading or (not attempt.given and attempt.spec.session is None):
                    spared.add(attempt.id)
                else:
                    self._over(attempt, keep_log=attempt.given)
            if line.uploading or not line.living:
                line.waiting.clear()
        return replace(event, spared=frozenset(spared))

    # Lines and benches ----------------------------------------------------------------------------------------------

    def _line_for(self, spec: AttemptSpec) -> _Line:
        name = _name(spec)
        if name not in self._lines:
            self._lines[name] = _Line(
                self._artifacts.bench(), session=spec.session is not None, over=spec.session is None
            )
        return self._lines[name]

    def _line_of(self, attempt: _Attempt) -> _Line:
        return self._lines[_name(attempt.spec)]

    def _over(self, attempt: _Attempt, *, keep_log: bool) -> None:
        self._forget(attempt)
        if keep_log and attempt.spec.kind in _UPLOADED:
            self._in_thread(lambda: self._keep_log(attempt), None, attempt)

    def _forget(self, attempt: _Attempt) -> None:
        self._attempts.pop(attempt.id, None)
        self._line_of(attempt).living.pop(attempt.id, None)

    def _tidy(self, name: str, line: _Line) -> None:
        """A line that is over and empty goes, with its bench and, of a session, its process."""
        if not line.over or line.waiting:
            return
        if line.session:
            line.session = False
            self._inner.end_session(name)
        if not line.living and not line.uploading:
            self._lines.pop(name, None)
            self._pool.submit(self._artifacts.clear, line.bench)

    # In threads -----------------------------------------------------------------------------------------------------

    def _in_thread(
        self, work: Callable[[], None], otherwise: Callable[[BaseException], _News] | None, attempt: _Attempt
    ) -> None:
        """Have a thread do it; what should never go wrong is told, too: nothing may wait for ever."""

        def ended(done: Future[None]) -> None:
            error = done.exception()
            if error is not None:
                log.error("artifacts.transfer_broke attempt=%s", attempt.id, exc_info=error)
                if otherwise is not None:
                    self._tell(otherwise(error))

        self._pool.submit(work).add_done_callback(ended)

    def _tell(self, news: _News) -> None:
        self._news.put(news)
        with self._waking:
            if not self._closing.is_set():
                self._inner.wake()

    def _fetch(self, attempt: _Attempt, snapshot: str) -> None:
        def lay_out() -> None:
            self._artifacts.lay_out(attempt.bench, [snapshot])
            named = json.loads(Path(attempt.spec.project.snapshot).read_bytes())["files"].values()
            self._artifacts.lay_out(attempt.bench, [*_needed(attempt.spec), *named])

        try:
            self._patiently(attempt, lay_out)
        except BlockwrightError as error:
            self._tell(_Ready(attempt, error))
        except _Stopped:
            return
        else:
            self._tell(_Ready(attempt, None))

    def _fetch_answer(self, attempt: _Attempt, request: int, value: Any, digests: Sequence[str]) -> None:
        try:
            self._patiently(attempt, lambda: self._artifacts.lay_out(attempt.bench, digests))
        except BlockwrightError as error:
            self._tell(_Answered(attempt, request, None, f"{error.message} {error.hint}".strip()))
        except _Stopped:
            return
        else:
            self._tell(_Answered(attempt, request, value, None))

    def _publish(self, attempt: _Attempt, event: AttemptCommitted) -> None:
        """Upload what an attempt committed here. What fails in the end makes the attempt fail: nobody could read it."""
        manifest = _manifest_of(event)

        def publish() -> str:
            return self._artifacts.publish(attempt.spec, attempt.bench, manifest, lambda: self._check(attempt))

        try:
            reference = self._patiently(attempt, publish)
            counts = self._artifacts.manifest(reference)
        except BlockwrightError as error:
            self._tell(_Published(attempt, _failed(attempt.spec, manifest, error)))
        except _Stopped:
            reason = "it was ended while its outputs were uploaded"
            self._tell(_Published(attempt, AttemptExited(attempt.id, 0, reason, attempt.why or "closed")))
        else:
            brief = event.brief if counts.attempt_id == attempt.id else None
            self._tell(_Published(attempt, replace(event, manifest=reference, brief=brief)))

    def _keep_log(self, attempt: _Attempt) -> None:
        """A log that cannot be uploaded stays on this host, where it was written."""
        if self._hopeless.is_set():
            log.warning("artifacts.log_stays attempt=%s reason=the store is away", attempt.id)
            return
        try:
            self._patiently(attempt, lambda: self._artifacts.keep_log(attempt.spec), stoppable=False)
        except BlockwrightError as error:
            if self._closing.is_set():
                self._hopeless.set()
            log.warning("artifacts.log_stays attempt=%s reason=%s", attempt.id, error.message)

    def _patiently(self, attempt: _Attempt, transfer: Callable[[], T], *, stoppable: bool = True) -> T:
        """Try a transfer again while the store cannot be reached; raises what it raised last, or ``_Stopped``."""
        for pause in self._pauses:
            if stoppable:
                self._check(attempt)
            try:
                return transfer()
            except Unavailable as error:
                if error.code != "store_unreachable" or self._closing.is_set():
                    raise
                log.warning("artifacts.again attempt=%s in=%g reason=%s", attempt.id, pause, error.message)
            (attempt.ended if stoppable else self._closing).wait(pause)
        if stoppable:
            self._check(attempt)
        return transfer()

    def _check(self, attempt: _Attempt) -> None:
        """Raises ``_Stopped`` where nobody waits for the transfer any more."""
        if attempt.ended.is_set() or self._closing.is_set():
            raise _Stopped


def _name(spec: AttemptSpec) -> str:
    return spec.session or spec.attempt_id


def _nothing(attempt: _Attempt) -> Manifest:
    return Manifest(attempt.id, Outcome.FAILED)


def _unexpected(error: BaseException) -> Unavailable:
    return Unavailable(
        f"A transfer of inputs or outputs broke: {type(error).__name__}: {error}",
        hint="The scheduler's log has the traceback.",
        code="transfer_broke",
    )


def _on_bench(spec: AttemptSpec, bench: Path) -> AttemptSpec:
    """The spec as the block's process gets it: with the paths of this host, and a commit that counts only here."""
    digest = Path(spec.project.snapshot).name
    return replace(
        spec,
        store=str(bench),
        commit=f"{spec.work}/done.json" if spec.kind in _UPLOADED else spec.commit,
        project=replace(spec.project, snapshot=str(bench / digest[:2] / digest)),
    )


def _needed(spec: AttemptSpec) -> list[str]:
    """The digests of everything that the attempt may read, but for its project's code."""
    outputs = [*spec.outputs, *(output for one in spec.inputs for output in _outputs_of(one))]
    code = [file.digest for file in (spec.code, *spec.conditions) if file is not None and file.digest is not None]
    return [*code, *(output.digest for output in outputs if not output.in_memory)]


def _outputs_of(given: Input) -> Iterator[Output]:
    yield from given.outputs
    for child in given.children or ():
        yield from child.outputs
    for part in given.parts or ():
        yield from part.outputs


def _digests_in(value: Any) -> Iterator[str]:
    """The digests of the outputs that an answer tells of (``asks``): each a document with these keys."""
    if isinstance(value, dict):
        if isinstance(value.get("digest"), str) and "codec" in value:
            if not value.get("in_memory"):
                yield value["digest"]
            return
        yield from _digests_of(value.values())
    elif isinstance(value, list):
        yield from _digests_of(value)


def _digests_of(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _digests_in(value)


def _manifest_of(event: AttemptCommitted) -> Manifest:
    document = event.brief if event.brief is not None else json.loads(Path(event.manifest).read_bytes())
    return documents.load(Manifest, document)


def _failed(spec: AttemptSpec, manifest: Manifest, error: BlockwrightError) -> AttemptCommitted:
    """The attempt failed because the store did; told by a manifest of its own, which stays on this host."""
    told = AttemptError(type(error).__name__, error.message, hint=error.hint, code=error.code)
    failed = replace(manifest, outcome=Outcome.FAILED, outputs=(), items=None, error=told)
    document = documents.dump(failed)
    path = Path(spec.work, "manifest.json")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name("manifest.json.failed")
    temporary.write_text(json.dumps(document), encoding="ascii")
    temporary.replace(path)
    return AttemptCommitted(spec.attempt_id, str(path), document)
