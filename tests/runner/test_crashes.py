"""Whatever a block does to its process, the attempt ends, says why, and leaves nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from blockwright.wire.manifests import Outcome
from blockwright.wire.specs import Limits
from tests.runner.bench import Bench, alive

pytestmark = pytest.mark.fault

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("fall", "status", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV, "SIGSEGV"),
        ("import os; os._exit(3)", 3, "exit code 3"),
        ("import os; os.abort()", -signal.SIGABRT, "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, "out of memory"),
    ],
)
def test_a_process_that_falls_is_reported(runner: Bench, fall: str, status: int, reason: str) -> None:
    done = runner.run(f"@custom\ndef fall(*args, **kwargs):\n    print('before', flush=True)\n    {fall}\n")
    assert (done.exited.status, done.exited.killed) == (status, None)
    assert reason in done.exited.reason
    assert not done.committed
    assert "before" in done.text
    assert not alive(done.started.pid)


def test_sys_exit_fails_the_block_with_a_sentence(runner: Bench) -> None:
    for code in ("3", "0", ""):
        done = runner.run(f"import sys\n@custom\ndef leave(*args, **kwargs):\n    sys.exit({code})\n")
        assert done.manifest.outcome is Outcome.FAILED
        assert done.manifest.error is not None
        assert f"sys.exit({code})" in done.manifest.error.message
        assert done.exited.status == 0


LEAVE_CHILDREN = """
import os, subprocess, sys, time
from pathlib import Path
@custom
def leave(*args, **kwargs):
    pids = [subprocess.Popen(['sleep', '600']).pid]
    pids.append(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)
    pids.append(subprocess.Popen(['sleep', '600'], start_new_session=True, env={}).pid)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        daemon = os.fork()
        if daemon == 0:
            os.closerange(0, writer)
            os.closerange(writer + 1, 1000)
            os.write(writer, b'x')
            time.sleep(600)
        os._exit(0)
    os.read(reader, 1)
    for _ in range(30):
        child = os.fork()
        if child == 0:
            os.setsid()
            time.sleep(600)
        pids.append(child)
    return pids
"""


def test_everything_a_block_started_is_gone_when_it_has_exited(runner: Bench) -> None:
    done = runner.run(LEAVE_CHILDREN)
    (pids,) = [runner.project.values(done.manifest)]
    assert len(pids) == 33
    assert [pid for pid in pids if alive(pid)] == []


def test_a_block_that_ignores_sigterm_is_killed_after_its_timeout(runner: Bench) -> None:
    done = runner.run(
        """
        import signal, time
        @custom
        def stay(*args, **kwargs):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(1)
        """,
        limits=Limits(timeout=2),  # time enough to get so far,
    )
    assert (done.exited.status, done.exited.killed) == (-signal.SIGKILL, "timeout")
    assert "2 s" in done.exited.reason
    assert "timeout" in done.text


def test_cancel_ends_a_block_and_says_why(runner: Bench) -> None:
    spec = runner.start("import time\n@custom\ndef stay(*args, **kwargs):\n    time.sleep(600)\n")
    runner.until_started(spec)
    runner.executor.cancel(spec.attempt_id, grace=30, why="cancelled")
    done = runner.finish(spec)
    assert (done.exited.status, done.exited.killed) == (-signal.SIGTERM, "cancelled")


def test_memory_over_the_limit_is_refused_with_both_numbers(runner: Bench) -> None:
    done = runner.run(
        """
        import time
        @custom
        def grow(*args, **kwargs):
            taken = bytearray(400 * 1024 * 1024)
            for place in range(0, len(taken), 4096):
                taken[place] = 1
            time.sleep(600)
        """,
        limits=Limits(memory=150 * MEGABYTE),
    )
    assert (done.exited.status, done.exited.killed) == (-signal.SIGKILL, "memory")
    assert "the limit is 150 MB" in done.exited.reason


def test_memory_is_summed_over_workers_but_shared_pages_count_once(runner: Bench) -> None:
    code = """
    import os
    @custom
    def share(*args, **kwargs):
        taken = bytearray(os.urandom(1)) * (60 * 1024 * 1024)
        workers = []
        for _ in range(4):
            worker = os.fork()
            if worker == 0:
                import time
                time.sleep(0.5)
                os._exit(0)
            workers.append(worker)
        for worker in workers:
            os.waitpid(worker, 0)
        return len(taken)
    """
    done = runner.run(code, limits=Limits(memory=150 * MEGABYTE))
    assert done.manifest.outcome is Outcome.COMPLETED, done.exited


def test_a_thread_left_running_does_not_hold_the_attempt(runner: Bench) -> None:
    done = runner.run(
        """
        import threading, time
        @custom
        def leave(*args, **kwargs):
            threading.Thread(target=time.sleep, args=(600,)).start()
            return 1
        """
    )
    assert runner.project.values(done.manifest) == [1]
    assert done.exited.status == 0


def test_a_block_that_closes_every_file_still_commits(runner: Bench) -> None:
    done = runner.run(
        """
        import os
        @custom
        def close_all(*args, **kwargs):
            print('before')
            os.closerange(0, 4096)
            return 7
        """
    )
    assert runner.project.values(done.manifest) == [7]
    assert "before" in done.text


def test_two_attempts_run_at_once(runner: Bench, tmp_path: Path) -> None:
    meet = """
    import os, time
    from pathlib import Path
    @custom
    def meet(*args, mine, other, **kwargs):
        Path(mine).write_text('here')
        while not Path(other).exists():
            time.sleep(0.01)
        return os.getpid()
    """
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    specs = [
        runner.start(meet, block="a", variables={"mine": one, "other": two}),
        runner.start(meet, block="b", variables={"mine": two, "other": one}),
    ]
    pids = {runner.project.values(runner.finish(spec).manifest)[0] for spec in specs}
    assert len(pids) == 2


def test_a_fork_bomb_is_over_when_its_block_is(runner: Bench, tmp_path: Path) -> None:
    """Two hundred processes in sessions of their own, each forking on as long as it lives."""
    done = runner.run(
        """
        import os, time
        from pathlib import Path
        @custom
        def bomb(*args, folder, **kwargs):
            for _ in range(20):
                if os.fork() == 0:
                    for generation in range(10):
                        os.setsid()
                        Path(folder, str(os.getpid())).touch()
                        if os.fork() != 0:
                            time.sleep(600)
                    time.sleep(600)
            while len(os.listdir(folder)) < 100:
                time.sleep(0.01)
        """,
        variables={"folder": str(tmp_path)},
    )
    assert done.exited.status == 0
    assert [pid for pid in map(int, (p.name for p in tmp_path.iterdir() if p.name.isdecimal())) if alive(pid)] == []
