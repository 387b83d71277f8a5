"""SIGKILL at random moments to whatever belongs to a run: `retry` completes it, and what was finished stays.

Each case has a seed of its own, which its name tells.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

import pytest

from tests.faults.gates import Gate, gated, nobody_left
from tests.faults.test_kill_points import check_store, committed
from tests.processes import marked
from tests.project import Project

pytestmark = pytest.mark.fault

BLOCK = """
    import os, random, time

    @transformer
    def step(*args, **kwargs):
        name = kwargs["block_uuid"]
        with open(kwargs["side"], "a") as file:
            file.write(name + "\\n")
        with open(kwargs["gate"], "w") as gate:
            gate.write(f"{name} {os.getpid()} {os.getppid()}\\n")
        time.sleep(random.random() * 0.05)
        return {"n": 1 + max([value["n"] for value in args], default=0), "bulk": "x" * 50_000}
"""
DEPTH, WIDTH = 4, 3
VICTIMS = ("command", "fork server", "block", "session")


def grid(project: Project, gate: Gate, **settings: object) -> Path:
    """``WIDTH`` blocks side by side, each layer on all of the one before."""
    side = project.root.parent / "side.txt"
    blocks = [
        {
            "kind": "transformer",
            "id": f"b{layer}{place}",
            "code": BLOCK,
            "after": [f"b{layer - 1}{above}" for above in range(WIDTH)] if layer else [],
        }
        for layer in range(DEPTH)
        for place in range(WIDTH)
    ]
    project.pipeline("p", *blocks, variables={"side": str(side), "gate": str(gate.path)}, **settings)
    return side


def kill(victim: str, first: Popen[str], told: str) -> None:
    """``told``: what a block said of itself: name, process, parent."""
    block, parent = map(int, told.split()[1:])
    pids = {"command": first.pid, "fork server": parent, "block": block, "session": -first.pid}
    with suppress(ProcessLookupError):  # the block may have been quicker; then nothing is to be mended
        os.kill(pids[victim], signal.SIGKILL)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_nothing_is_lost_and_nothing_finished_runs_again(project: Project, victim: str, seed: int) -> None:
    chance = random.Random(f"{victim}-{seed}")
    with gated(project) as gate:
        side = grid(project, gate)
        first = project.start("run", "p", "--json")
        told = [gate.hear() for _ in range(chance.randint(1, DEPTH * WIDTH - WIDTH))][-1]
        kill(victim, first, told)
        first.communicate(timeout=60)
        nobody_left(project)
        check_store(project)
        done, ran = committed(project), Counter(side.read_text().split())
        if project.report("show", "latest")["state"] != "completed":
            report = project.report("retry", "latest")
            assert report["state"] == "completed", report
        again = Counter(side.read_text().split()) - ran
    assert not done & set(again), f"{done & set(again)} were committed and ran again"
    assert set(ran + again) == {f"b{layer}{place}" for layer in range(DEPTH) for place in range(WIDTH)}
    assert project.value(f"b{DEPTH - 1}0")["n"] == DEPTH
    check_store(project)


@pytest.mark.parametrize("victim", ["command", "fork server", "block"])
def test_a_run_in_one_process_goes_on_too(project: Project, victim: str) -> None:
    with gated(project) as gate:
        side = grid(project, gate, run_pipeline_in_one_process=True)
        first = project.start("run", "p", "--json")
        kill(victim, first, [gate.hear() for _ in range(5)][-1])
        first.communicate(timeout=60)
        nobody_left(project)
        done, ran = committed(project), Counter(side.read_text().split())
        if project.report("show", "latest")["state"] != "completed":
            assert project.report("retry", "latest")["state"] == "completed"
        again = Counter(side.read_text().split()) - ran
    assert not done & set(again), f"{done & set(again)} were committed and ran again"


def test_a_run_survives_several_kills_in_a_row(project: Project) -> None:
    with gated(project) as gate:
        side = grid(project, gate)
        process = project.start("run", "p", "--json")
        for _ in range(3):
            gate.hear()
            process.kill()
            process.communicate()
            nobody_left(project)
            process = project.start("retry", "latest", "--json")
        process.communicate(timeout=60)
        assert project.report("show", "latest")["state"] == "completed"
    assert not marked(str(project.root))
    assert max(Counter(side.read_text().split()).values()) <= 4
