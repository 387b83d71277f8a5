"""The next process is forked before it is needed, and nobody can tell, except by the time."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from blockwright.runner.processes import children
from blockwright.wire.manifests import Outcome
from tests.runner.bench import PATIENCE, Bench, alive, bench

TELL = "import os\n@custom\ndef tell(*args, **kwargs):\n    return [os.getpid(), os.getppid()]\n"


HEAVY = ("pandas",)
"""What a block imports that is born with it; one that imports nothing is born of the fork server's twin."""


def spare_of(runner: Bench, preload: tuple[str, ...] = ()) -> int:
    """The process that waits for the next attempt of this kind, once the attempt before has gone."""
    done = runner.run(TELL, preload=preload)
    pid, server = runner.project.values(done.manifest)
    kept = 2 if preload else 3  # the twin, the heavy one that waits, and the light one, youngest last
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        runner.heard.extend(runner.executor.wait(0.01))
        waiting = [each for each in children(server) if alive(each) and each != pid]
        if len(waiting) == kept:
            return waiting[-1]
    raise AssertionError("no process waits")


def twin_of(runner: Bench) -> int:
    """The oldest child of the fork server."""
    _, server = runner.project.values(runner.run(TELL).manifest)
    return children(server)[0]


@pytest.mark.parametrize("preload", [(), HEAVY], ids=["light", "heavy"])
def test_an_attempt_runs_in_the_process_that_waited(tmp_path: Path, preload: tuple[str, ...]) -> None:
    with bench(tmp_path) as runner:
        spare = spare_of(runner, preload)
        done = runner.run(TELL, preload=preload)
        assert done.started.pid == spare == runner.project.values(done.manifest)[0]


def test_a_block_without_imports_is_born_without_pandas_until_it_needs_it(runner: Bench) -> None:
    look = "import sys\n@custom\ndef look(*args, **kwargs):\n    return 'pandas' in sys.modules\n"
    assert runner.project.values(runner.run(look).manifest) == [False]
    assert runner.project.values(runner.run(look, preload=HEAVY).manifest) == [True]

    hidden = look.replace("    return", "    before =") + "    __import__('pandas')\n    return before\n"
    assert runner.project.values(runner.run(hidden, block="hidden").manifest) == [False]
    assert runner.project.values(runner.run(hidden, block="hidden").manifest) == [True]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_twin_that_is_killed_or_stopped_costs_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with bench(tmp_path) as runner:
        os.kill(twin_of(runner), number)
        for _turn in range(3):
            assert runner.run(TELL).manifest.outcome is Outcome.COMPLETED


def test_a_twin_that_stops_in_the_midst_of_a_birth_costs_nothing(tmp_path: Path) -> None:
    """The child is born, and nobody says so: it must not take the orders of the one that is forked instead."""
    with bench(tmp_path) as runner:
        twin = twin_of(runner)
        for _turn in range(20):
            os.kill(twin, signal.SIGSTOP)
            done = runner.run(TELL)
            assert runner.project.values(done.manifest)[0] == done.started.pid
            with suppress(ProcessLookupError):
                os.kill(twin, signal.SIGCONT)
            if not alive(twin):
                break


def test_a_light_process_is_the_fork_servers_own_child(runner: Bench) -> None:
    code = """
    import os, signal, subprocess, threading
    @custom
    def work(*args, **kwargs):
        found = []
        thread = threading.Thread(target=lambda: found.append(threading.get_native_id()))
        thread.start()
        thread.join()
        child = os.fork()
        if child == 0:
            os._exit(7)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        signal.pthread_kill(threading.main_thread().ident, 0)
        told = subprocess.run(["echo", "well"], capture_output=True, text=True).stdout.strip()
        return [threading.get_native_id() == os.getpid(), found[0] != os.getpid(), code, told, os.getppid()]
    """
    _, server = runner.project.values(runner.run(TELL).manifest)
    assert runner.project.values(runner.run(code).manifest) == [True, True, 7, "well", server]


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
        spare = spare_of(runner, HEAVY)
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
