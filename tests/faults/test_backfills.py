"""SIGKILL to the scheduler between the slices of a backfill: each slice gets one run, and none is forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

import pytest

from blockwright.core.backfills.model import BackfillState
from blockwright.core.runs.model import RunState
from blockwright.ports.runs import RunFilter
from blockwright.services.backfills.asking import Asked, create
from tests.engines import installation
from tests.processes import gone, marked
from tests.project import Project
from tests.servers import MARK

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

TELL = """
    @custom
    def tell(*args, **kwargs):
        with open(kwargs["side"], "a") as file:
            file.write(f"{kwargs['ds']}/{kwargs['pipeline_run_id']}\\n")
        return kwargs["ds"]
"""
SECONDS = 200.0
SLICES = 6


@pytest.mark.parametrize("at", ["database.after_commit", "database.before_commit"])
def test_a_killed_scheduler_starts_no_slice_twice_and_forgets_none(project: Project, at: str) -> None:
    side = project.root.parent / "side.txt"
    side.touch()
    project.pipeline("p", {"kind": "custom", "id": "tell", "code": TELL}, variables={"side": str(side)})
    project.environ = {**project.environ, MARK: str(project.root)}
    with installation(project) as (_, opened):
        workspace = opened.workspace("shop")
        store = workspace.triggering.backfills
        made = create(workspace, Asked("p", "2024-01-01", "2024-01-06", parallel=2))
        deadline = time.monotonic() + SECONDS
        passes = 1
        while store.get(made.id).state is not BackfillState.COMPLETED:
            assert time.monotonic() < deadline, (store.get(made.id), store.slices(made.id, limit=9))
            # It dies by itself at its n-th commit; as it gets further each time, it comes to its end.
            scheduler = project.start("scheduler", environ={"BLOCKWRIGHT_KILL_AT": f"{at}:{passes}"})
            try:
                while scheduler.poll() is None and store.get(made.id).state is not BackfillState.COMPLETED:
                    assert time.monotonic() < deadline, store.slices(made.id, limit=9)
                    with suppress(subprocess.TimeoutExpired):
                        scheduler.wait(0.1)
            finally:
                if scheduler.poll() is None:
                    os.kill(scheduler.pid, signal.SIGKILL)
                scheduler.communicate()
            gone(marked(str(project.root)))
            passes = passes + 5
        slices = store.slices(made.id, limit=9)
        runs = workspace.runs.list(RunFilter("shop", backfill=made.id), limit=99)
        assert Counter(run.slice for run in runs) == dict.fromkeys(range(SLICES), 1)
        assert {run.state for run in runs} == {RunState.COMPLETED}
        assert [one.tries for one in slices] == [1] * SLICES
        assert {line.partition("/")[0] for line in side.read_text().split()} == {one.name for one in slices}
