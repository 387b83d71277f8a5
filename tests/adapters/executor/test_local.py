"""The engine's side of the fork server: waiting, waking, closing, and what it does not believe."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from blockwright.ports.executors import AttemptExited
from tests.runner.bench import bench, marked


def test_wake_ends_a_wait_from_another_thread(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        waker = threading.Timer(0.05, made.executor.wake)
        waker.start()
        began = time.monotonic()
        assert made.executor.wait(60) == []
        waker.join()
        assert time.monotonic() - began < 30


def test_a_wake_before_the_wait_is_not_lost_and_counts_once(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        made.executor.wake()
        made.executor.wake()
        assert made.executor.wait(60) == []
        began = time.monotonic()
        assert made.executor.wait(0.1) == []
        assert time.monotonic() - began >= 0.1


def test_closing_before_the_fork_server_is_ready_does_not_wait_for_its_imports(tmp_path: Path) -> None:
    with bench(tmp_path, token="early-close") as made:
        made.executor.close()
        assert marked("early-close") == []


def test_unknown_attempts_and_sessions_are_ignored(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        made.executor.cancel("1/gone/1", grace=0, why="cancelled")
        made.executor.answer("1/gone/1", 5, value=1)
        made.executor.end_session("gone")
        assert made.run("@custom\ndef give(): return 1\n").exited.status == 0


def test_a_spec_that_cannot_be_read_ends_its_attempt(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        spec = made.project.spec("@custom\ndef give(): return 1\n")
        Path(spec.work, "spec.json").write_text("{")
        made.executor.start(spec)
        done = made.finish(spec)
        assert (done.exited.status, done.committed) == (70, False)
        assert "spec cannot be read" in done.exited.reason


@pytest.mark.fault
def test_an_attempt_that_is_cancelled_at_its_birth_ends_alone(tmp_path: Path) -> None:
    """A signal to a fork that has not let go of the fork server's signal socket would end the fork server."""
    with bench(tmp_path) as made:
        for _ in range(40):
            spec = made.start("import time\n@custom\ndef stay(): time.sleep(600)\n")
            made.executor.cancel(spec.attempt_id, grace=10, why="cancelled")
            assert made.finish(spec).exited.killed == "cancelled"


@pytest.mark.fault
def test_what_a_block_writes_into_files_that_are_not_its_own_hurts_nobody(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        done = made.run(
            """
            import os
            @custom
            def scribble():
                for packet in (b'garbage', b'[1]', b'{"op": "ask"}', b'{"op": "exited"}', b'{"op": "modules"}'):
                    for descriptor in range(3, 64):
                        try:
                            os.write(descriptor, packet)
                        except OSError:
                            pass
                return 1
            """
        )
        assert made.project.values(done.manifest) == [1]
        assert isinstance(done.events[-1], AttemptExited)
        assert made.run("@custom\ndef give(): return 2\n").exited.status == 0
