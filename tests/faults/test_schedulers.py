"""SIGKILL to schedulers again and again, two of them on one data folder: each due time still fires once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest

from blockwright.compose import Embedded
from blockwright.core.runs.model import Run, RunKind
from blockwright.core.triggers.model import Outcome
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers.edits import find
from blockwright.settings import read
from tests.processes import gone
from tests.project import COMMAND, Project

pytestmark = [pytest.mark.fault, pytest.mark.slow]
SECONDS = 90.0
TRIGGER = """
triggers:
- name: often
  schedule_interval: '* * * * * *'
  status: active
  misfire: {all: 1000}
"""


@pytest.fixture
def schedulers(project: Project) -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def start(project: Project) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "scheduler", str(project.root), "--grace", "0"],
        cwd=project.root,
        env={**os.environ, "BLOCKWRIGHT_SLOTS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def looking(project: Project) -> Iterator[Workspace]:
    platform = Embedded(read({}))
    project.pipeline("p", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load():\n    return 1\n"})
    yield platform.workspace(project.root)
    platform.close()


def test_each_due_time_fires_once_whatever_is_killed(
    project: Project, looking: Workspace, schedulers: list[subprocess.Popen[bytes]]
) -> None:
    project.write("pipelines/p/triggers.yaml", TRIGGER)
    chance, counted, kills = random.Random(5), 0, 0
    schedulers += [start(project), start(project)]
    deadline = time.monotonic() + SECONDS
    while kills < 4:
        assert time.monotonic() < deadline, (counted, kills)
        runs = triggered(looking)
        if len(runs) >= counted + 4:
            counted = len(runs)
            victim = schedulers.pop(chance.randrange(2))
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            kills += 1
            schedulers.append(start(project))
        Event().wait(0.1)
    pids = [process.pid for process in schedulers]
    for process in schedulers:
        process.kill()
    gone(pids)
    times = sorted(run.due for run in triggered(looking) if run.due is not None)
    assert times == [times[0] + timedelta(seconds=number) for number in range(len(times))]
    fires = looking.triggering.records.fires(find(looking, "often").id, limit=1000)
    assert {fire.outcome for fire in fires} == {Outcome.RUN}
    assert sorted(fire.due for fire in fires if fire.due is not None) == times


def triggered(workspace: Workspace) -> list[Run]:
    runs = workspace.runs.list(RunFilter(workspace.project.name), limit=1000)
    return [run for run in runs if run.kind is RunKind.TRIGGER]
