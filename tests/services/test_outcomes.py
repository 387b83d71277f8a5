"""How an attempt that answered nothing is told."""

from __future__ import annotations

import pytest

from blockwright.core.runs.events import BlockFailed, BlockGone, BlockLost
from blockwright.core.runs.model import BlockRunName, BlockState
from blockwright.ports.executors import AttemptExited
from blockwright.services.outcomes import event_of_exit

NAME = BlockRunName("load")
RUNNING = BlockState.RUNNING


def exited(status: int, killed: str | None = None, reason: str = "") -> AttemptExited:
    return AttemptExited("1/load/1", status, reason, killed)


@pytest.mark.parametrize("killed", [None, "cancelled", "timeout", "memory", "lease"])
def test_a_cancelled_attempt_is_gone_however_it_ended(killed: str | None) -> None:
    assert event_of_exit(NAME, 1, exited(-9, killed), BlockState.CANCELLING, "") == BlockGone(NAME, 1)


@pytest.mark.parametrize(("killed", "blamed"), [("lease", False), ("closed", False), ("lost", True)])
def test_a_lost_worker_is_no_failure_of_the_block(killed: str, blamed: bool) -> None:
    event = event_of_exit(NAME, 2, exited(-9, killed, "it died"), RUNNING, "")
    assert event == BlockLost(NAME, 2, "it died", blamed=blamed)


@pytest.mark.parametrize(
    ("status", "killed", "code", "words"),
    [
        (-15, "timeout", "timeout", "did not end in its time (timeout 5 s)"),
        (-9, "memory", "memory_limit", "more memory than it may (timeout 5 s)"),
        (-15, "cancelled", "cancelled", "by request"),
        (-11, None, "crashed", "SIGSEGV"),
        (-99, None, "crashed", "signal 99"),
        (3, None, "process_exited", "exit code 3"),
        (0, None, "process_exited", "exit code 0"),
    ],
)
def test_failures_say_what_ended_the_process(status: int, killed: str | None, code: str, words: str) -> None:
    event = event_of_exit(NAME, 1, exited(status, killed), RUNNING, "timeout 5 s")
    assert isinstance(event, BlockFailed)
    assert event.failure.code == code
    assert words in event.failure.message


def test_the_executors_own_sentence_is_kept() -> None:
    event = event_of_exit(NAME, 1, exited(-9, "memory", "Used 400 MB."), RUNNING, "")
    assert isinstance(event, BlockFailed)
    assert event.failure.message == "Used 400 MB."
