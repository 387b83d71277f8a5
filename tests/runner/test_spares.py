"""The next process is forked before it is needed, and nobody can tell, except by the time."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from blockwright.runner.processes import children
from blockwright.wire.manifests import Outcome
from tests.runner.bench import PATIENCE, Bench, alive, bench

TELL = "import os\n@custom\ndef tell(*args, **kwargs):\n    return [os.getpid(), os.getppid()]\n"


def spare_of(runner: Bench) -> int:
    """The process that waits, once the attempt before has gone."""
    done = runner.run(TELL)
    pid, server = runner.project.values(done.manifest)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        runner.heard.extend(runner.executor.wait(0.01))
        waiting = [each for each in children(server) if alive(each) and each != pid]
        if len(waiting) == 1:
            return waiting[0]
    raise AssertionError("no process waits")


def test_an_attempt_runs_in_the_process_that_waited(runner: Bench) -> None:
    spare = spare_of(runner)
    done = runner.run(TELL)
    assert done.started.pid == spare == runner.project.values(done.manifest)[0]


def test_a_spare_that_was_killed_costs_nothing(runner: Bench) -> None:
    spare = spare_of(runner)
    os.kill(spare, signal.SIGKILL)
    runner.until_gone(spare)
    done = runner.run(TELL)
    assert done.manifest.outcome is Outcome.COMPLETED
    assert done.started.pid != spare


def test_a_spare_from_before_an_import_is_not_used(tmp_path: Path) -> None:
    with bench(tmp_path) as runner:
        runner.run(TELL, preload=("colorsys",))  # tried by its block process, and found to be safe
        spare = spare_of(runner)
        done = runner.run(TELL, preload=("colorsys",))  # known by the fork server from here on
        assert done.manifest.outcome is Outcome.COMPLETED
        assert done.manifest.modules == ()
        assert done.started.pid != spare
        runner.until_gone(spare)


def test_what_we_were_started_with_stays_with_us(tmp_path: Path) -> None:
    """A pipe that a shell or a build tool left open must not be held open by the fork server."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    with bench(tmp_path) as runner:
        os.close(writer)
        assert select.select([reader], [], [], PATIENCE)[0] == [reader]
        assert os.read(reader, 1) == b""
        assert runner.run(TELL).manifest.outcome is Outcome.COMPLETED
    os.close(reader)


FORK_WITH_THREADS = """
import os
from blockwright.runner.forks import fork, watch_hooks
watch_hooks()
import logging, threading

def log_in_child(born):
    if born == 0:
        logging.getLogger().error("child")
        assert threading.active_count() == 1
        os._exit(0)
    assert os.waitpid(born, 0)[1] == 0

log_in_child(fork())
done = threading.Event()
other = threading.Thread(target=done.wait)
other.start()
log_in_child(os.fork())
done.set()
other.join()
"""


def test_forks_of_block_code_still_renew_locks() -> None:
    subprocess.run([sys.executable, "-c", FORK_WITH_THREADS], check=True, timeout=PATIENCE, stderr=subprocess.DEVNULL)


def test_each_process_draws_numbers_of_its_own(runner: Bench) -> None:
    code = (
        "import random, numpy\n@custom\ndef draw(*args, **kwargs):\n"
        "    return [random.random(), numpy.random.random()]\n"
    )
    drawn = [number for _ in range(2) for number in runner.project.values(runner.run(code).manifest)]
    assert len(set(drawn)) == 4


def test_a_seed_gives_the_numbers_it_always_gives(runner: Bench) -> None:
    code = (
        "import numpy\n@custom\ndef draw(*args, **kwargs):\n"
        "    numpy.random.seed(7)\n    return numpy.random.normal()\n"
    )
    done = runner.run(code)
    assert runner.project.values(done.manifest) == [np.random.RandomState(7).normal()]
