"""What an attempt answered, or how it ended without an answer, as an event of its run."""

from __future__ import annotations

import signal

from blockwright.core.runs.events import (
    BlockCompleted,
    BlockFailed,
    BlockGone,
    BlockLost,
    BlockSkipped,
    Event,
    Measured,
    SensorLooked,
)
from blockwright.core.runs.model import BlockRunName, BlockState, Failure, TestCounts
from blockwright.ports.executors import AttemptExited
from blockwright.services.specs import record_of
from blockwright.wire.manifests import AttemptError, Manifest, Outcome


def event_of_manifest(name: BlockRunName, attempt: int, manifest: Manifest, path: str, key: str | None) -> Event:
    usage = manifest.usage
    measured = Measured(usage.wall_seconds, usage.cpu_seconds, usage.rss_peak)
    tests = TestCounts(manifest.tests.passed, manifest.tests.failed)
    outputs = tuple(record_of(output) for output in manifest.outputs)
    match manifest.outcome:
        case Outcome.COMPLETED:
            items = manifest.items
            return BlockCompleted(
                name,
                attempt,
                outputs,
                tests,
                items={"count": items.count, "names": list(items.names), "upstream": [list(u) for u in items.upstream]}
                if items
                else None,
                measured=measured,
                manifest=path,
                key=key,
            )
        case Outcome.SKIPPED:
            return BlockSkipped(name, attempt, manifest.reason or "a condition was false", measured, path)
        case Outcome.NOT_YET:
            return SensorLooked(name, attempt, measured)
        case Outcome.FAILED:
            return BlockFailed(name, attempt, _failure(manifest.error), outputs, tests, measured, path)


def event_of_exit(name: BlockRunName, attempt: int, exited: AttemptExited, state: BlockState, limit: str) -> Event:
    """The attempt ended and committed nothing. ``limit`` names what it was given (for people)."""
    if state is BlockState.CANCELLING:
        return BlockGone(name, attempt, exited.begun)
    measured = Measured(rss_peak=exited.rss_peak or None)
    match exited.killed:
        case "lease" | "closed" | "dropped":
            return BlockLost(name, attempt, exited.reason or "its worker was stopped", blamed=False)
        case "lost":
            return BlockLost(name, attempt, exited.reason or "its worker died", blamed=True)
        case "timeout":
            failure = Failure(
                "Timeout",
                exited.reason or f"The block did not end in its time ({limit}).",
                hint="Raise the block's `timeout`, or give it less to do.",
                code="timeout",
            )
        case "memory":
            failure = Failure(
                "OutOfMemory",
                exited.reason or f"The block used more memory than it may ({limit}).",
                hint="Raise `resources.memory` of the block, or work on less at a time.",
                code="memory_limit",
            )
        case "cancelled":
            failure = Failure("Cancelled", exited.reason or "The block was ended by request.", code="cancelled")
        case _:
            failure = _crash(exited)
    return BlockFailed(name, attempt, failure, measured=measured)


def _crash(exited: AttemptExited) -> Failure:
    if exited.status < 0:
        number = -exited.status
        word = signal.Signals(number).name if number in signal.valid_signals() else f"signal {number}"
        message = exited.reason or f"The block's process was killed by {word}."
        hint = (
            "A crash inside a native library, or the machine ran out of memory; the block's log shows how far it came."
        )
        return Failure("Crashed", message, hint=hint, code="crashed")
    return Failure(
        "ProcessExited",
        exited.reason or f"The block's process ended by itself with exit code {exited.status}.",
        hint="Block code must return, not end the process (`os._exit`).",
        code="process_exited",
    )


def _failure(error: AttemptError | None) -> Failure:
    if error is None:
        return Failure("Error", "The attempt failed and gave no reason.", code="unknown")
    return Failure(error.type, error.message, error.file, error.line, error.hint, error.code)
