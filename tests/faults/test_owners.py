"""Who drives a run: one process at a time, and any other once that is gone."""

from __future__ import annotations

import os
import select
from subprocess import Popen

import pytest

from blockwright.core.runs.model import RunState
from blockwright.engine.dispatcher import Dispatcher
from blockwright.services import runs
from tests.adapters.db.conftest import postgres_url
from tests.engines import engine, installation
from tests.faults.gates import SECONDS, arriving, gated, nobody_left
from tests.faults.test_cancelling import waiting
from tests.project import Project

__all__ = ["postgres_url"]  # a fixture of this folder, too

pytestmark = pytest.mark.fault


def first_to_end(processes: list[Popen[str]]) -> Popen[str]:
    ends = {os.pidfd_open(process.pid): process for process in processes}
    try:
        ended, _, _ = select.select(list(ends), [], [], SECONDS)
        return ends[ended[0]]
    finally:
        for descriptor in ends:
            os.close(descriptor)


def test_retry_of_a_driven_run_names_the_process(project: Project) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        refused = project.report("retry", "latest")
        project.report("cancel", "latest")
        first.communicate(timeout=60)
    assert (refused["exit"], refused["error"]["code"]) == (2, "run_owned")
    assert f"process {first.pid}" in refused["error"]["message"]


def test_of_two_retries_one_wins_and_the_other_says_who_holds_it(project: Project) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        first.kill()
        first.communicate()
        nobody_left(project)
        both = [project.start("retry", "latest") for _ in range(2)]
        gate.hear()
        loser = first_to_end(both)  # the winner stays at the gate
        winner = both[1 - both.index(loser)]
        _, told = loser.communicate(timeout=60)
        project.report("cancel", "latest")
        winner.communicate(timeout=60)
    assert (loser.returncode, winner.returncode) == (2, 1)
    assert f"driven by process {winner.pid}" in told


def test_an_orphaned_run_says_so(project: Project) -> None:
    waiting(project, arriving())
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        first.kill()
        first.communicate()
    reasons = project.report("why", "latest")["reasons"]
    assert [reason["subject"] for reason in reasons] == ["run 1", "a", "b"]
    assert "The process that drove it is gone" in reasons[0]["text"]
    assert "was cut off" in reasons[1]["text"]
    assert "Nobody drives it" in project.run("show", "latest").out


def test_the_attempts_of_a_dead_process_are_recorded_as_lost(project: Project) -> None:
    waiting(project, arriving("os.path.exists('second') or time.sleep(600)"))
    with gated(project) as gate:
        first = project.start("run", "p")
        gate.hear()
        first.kill()
        first.communicate()
        nobody_left(project)
        (project.root / "second").touch()
        assert project.report("retry", "latest")["state"] == "completed"
    attempts = [one for one in project.report("show", "latest")["attempts"] if one["block_run"] == "a"]
    assert [(one["attempt"], one["state"], one["outcome"]) for one in attempts] == [
        (1, "ended", "lost"),
        (2, "ended", "completed"),
    ]


@pytest.mark.postgres
@pytest.mark.slow
def test_two_data_folders_of_one_host_leave_each_other_their_runs(project: Project, postgres_url: str) -> None:
    """They have one database. The locks of the one are not in the other, which says nothing about their owners."""
    shared = {"BLOCKWRIGHT_DATABASE_URL": postgres_url, "BLOCKWRIGHT_SECRET_KEY": "a phrase for both of the folders"}
    with gated(project) as gate:
        go = project.root.parent / "go"
        code = arriving("while not os.path.exists(kwargs['go']): time.sleep(0.01)")
        variables = {"gate": str(gate.path), "go": str(go)}
        project.pipeline("p", {"kind": "loader", "id": "step", "code": code}, variables=variables)
        folders = [project.root.parent / name for name in ("one", "two")]
        first, second = (
            Project(project.root, {**project.environ, **shared, "BLOCKWRIGHT_DATA_DIR": str(folder)})
            for folder in folders
        )
        with engine(first) as at_work, installation(second) as (_, other):
            run = at_work.start("p")
            gate.hear()
            driving = at_work.workspace.owners.hold()
            beside = other.workspace("shop")
            assert runs.living_owner(beside, run) == driving
            idle = Dispatcher(beside, other.executor("shop"), other.bus, warm=False)
            idle.turn()  # it looks for what nobody drives
            assert idle.engine.active == {}
            go.write_text("")
            assert at_work.ended(run).state is RunState.COMPLETED
            (row,) = at_work.workspace.runs.block_runs(run)
            assert row.attempt == 1
