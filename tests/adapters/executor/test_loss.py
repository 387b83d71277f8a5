"""Whoever is killed, nothing of an attempt lives on, and whoever is left is told."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blockwright.ports.executors import AttemptCommitted, AttemptExited, ExecutorLost
from tests.runner.bench import PATIENCE, Bench, alive, bench, marked

pytestmark = pytest.mark.fault

STAY = """
import os, subprocess, sys, time
from pathlib import Path
@custom
def stay(*args, note, **kwargs):
    pids = [os.getpid(), subprocess.Popen(['sleep', '600'], start_new_session=True).pid]
    pids.append(subprocess.Popen(['sleep', '600'], start_new_session=True, env={}).pid)
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    Path(note).write_text(' '.join(map(str, pids)) + '\\n')
    time.sleep(600)
"""


def staying(made: Bench, folder: Path) -> list[int]:
    """The pids of a started attempt and of what it started."""
    note = folder / f"note-{made.project.attempts}"
    made.start(STAY, variables={"note": str(note)})
    return [int(pid) for pid in made.until_file(note).split()]


def fork_server_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])


def wait_until_gone(pids: list[int]) -> None:
    for pid in pids:
        try:
            gone = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([gone], [], [], PATIENCE)[0], f"process {pid} is still there"
        finally:
            os.close(gone)


def lost(made: Bench) -> ExecutorLost:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for event in made.executor.wait(1):
            if isinstance(event, ExecutorLost):
                return event
    raise AssertionError("nobody told that the fork server was lost")


def test_when_the_fork_server_is_killed_everything_ends_and_a_new_one_serves(tmp_path: Path) -> None:
    with bench(tmp_path, token="loss-server") as made:
        pids = staying(made, tmp_path)
        os.kill(fork_server_of(pids[0]), signal.SIGKILL)
        assert "signal 9" in lost(made).reason
        assert [pid for pid in pids if alive(pid)] == []
        assert marked("loss-server") == []
        assert made.run("@custom\ndef give(): return 1\n").exited.status == 0


def test_when_the_guard_is_killed_everything_ends(tmp_path: Path) -> None:
    with bench(tmp_path, token="loss-guard") as made:
        pids = staying(made, tmp_path)
        os.kill(fork_server_of(fork_server_of(pids[0])), signal.SIGKILL)
        lost(made)
        wait_until_gone(pids)
        assert marked("loss-guard") == []


def test_when_both_are_killed_what_carries_the_token_is_ended(tmp_path: Path) -> None:
    with bench(tmp_path, token="loss-both") as made:
        pids = staying(made, tmp_path)
        server = fork_server_of(pids[0])
        guard = fork_server_of(server)
        for pid in (guard, server):
            os.kill(pid, signal.SIGSTOP)
        for pid in (guard, server):
            os.kill(pid, signal.SIGKILL)
        lost(made)
        assert marked("loss-both") == []
        os.kill(pids[2], signal.SIGKILL)  # it hid from both: it has another parent and an empty environment


ENGINE = """
import sys
from pathlib import Path
from tests.adapters.executor.test_loss import staying
from tests.runner.bench import bench
with bench(Path(sys.argv[1]), token=sys.argv[2], lease_seconds=float(sys.argv[3])) as made:
    print(*staying(made, Path(sys.argv[1])), flush=True)
    if sys.argv[4] == 'wait':
        made.executor.wait(600)
    else:
        sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["killed", "stopped", "silent"])
def test_when_the_engine_is_gone_or_silent_everything_ends(tmp_path: Path, how: str) -> None:
    token, lease = f"loss-engine-{how}", 60 if how == "killed" else 3.0
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE, str(tmp_path), token, str(lease), "read" if how == "silent" else "wait"],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert engine.stdin is not None
    assert engine.stdout is not None
    try:
        pids = [int(pid) for pid in engine.stdout.readline().split()]
        server = fork_server_of(pids[0])
        guard = fork_server_of(server)
        if how != "silent":
            engine.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
        wait_until_gone([*pids, server, guard])
        wait_until_gone(marked(token))
    finally:
        engine.send_signal(signal.SIGCONT)
        engine.kill()
        engine.wait()
        engine.stdin.close()
        engine.stdout.close()


def test_a_waiting_engine_renews_its_lease(tmp_path: Path) -> None:
    with bench(tmp_path, lease_seconds=1.5) as made:
        done = made.run("import time\n@custom\ndef work(): time.sleep(4); return 1\n")
        assert done.exited.killed is None
        assert done.committed


def test_close_ends_what_runs(tmp_path: Path) -> None:
    with bench(tmp_path, token="close") as made:
        pids = staying(made, tmp_path)
        made.executor.close()
        assert [pid for pid in pids if alive(pid)] == []
        assert marked("close") == []


@pytest.mark.parametrize(
    ("point", "committed"),
    [
        ("manifest.before_write", False),
        ("manifest.after_write", False),
        ("manifest.after_rename", False),
        ("manifest.after_link", True),
        ("manifest.after_report", True),
        ("blob.before_write", False),
        ("blob.after_rename", False),
    ],
)
def test_a_commit_is_told_exactly_when_it_is_in_place(tmp_path: Path, point: str, committed: bool) -> None:
    with bench(tmp_path, kill_at=point) as made:
        done = made.run("@custom\ndef give(): return 1\n")
        assert done.exited.status == -signal.SIGKILL
        assert done.committed is committed
        assert Path(done.spec.commit).exists() is committed
        assert sum(isinstance(event, AttemptCommitted) for event in done.events) == committed
        assert isinstance(done.events[-1], AttemptExited)
