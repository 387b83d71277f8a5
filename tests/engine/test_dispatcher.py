"""What an engine does with runs that wait: as whoever asked for them sees it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from blockwright.core.runs.model import RunId, RunSettings, RunState
from blockwright.services import runs, why
from tests.engines import engine, installation
from tests.faults.gates import Gate, arriving, gated
from tests.project import Project

ONE = "@custom\ndef one(*args, **kwargs):\n    return 1\n"


def waiting_for_gate(project: Project, gate: Gate, block: Mapping[str, Any] | None = None, **settings: Any) -> None:
    """A pipeline ``p`` whose block tells the gate its process and goes on when the file ``go`` is there."""
    code = arriving("while not os.path.exists(kwargs['go']): time.sleep(0.01)", decorator="custom")
    variables = {"gate": str(gate.path), "go": str(project.root.parent / "go")}
    project.pipeline(
        "p", {"kind": "custom", "id": "wait", "code": code, **(block or {})}, variables=variables, **settings
    )


def let_go(project: Project) -> None:
    (project.root.parent / "go").write_text("")


def test_runs_that_were_asked_for_are_driven_side_by_side(project: Project) -> None:
    project.pipeline(
        "p", {"kind": "custom", "id": "one", "code": ONE}, {"kind": "custom", "id": "two", "after": ["one"]}
    )
    project.write("custom/two.py", "@custom\ndef two(value, *args, **kwargs):\n    return value + 1\n")
    with engine(project) as at_work:
        asked = [at_work.start("p") for _ in range(4)]
        assert {at_work.ended(run).state for run in asked} == {RunState.COMPLETED}
        assert at_work.states(asked[0]) == {"one": "completed", "two": "completed"}


def test_a_run_asked_for_before_the_engine_came_is_driven_and_a_cancelled_one_is_not(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": ONE})
    detached = project.report("run", "p", "--detach")
    with installation(project) as (_, opened):
        unwanted = RunId(project.report("run", "p", "--detach")["run"])
        runs.ask_cancel(opened.workspace("shop"), unwanted, "no longer wanted")
    with engine(project) as at_work:
        assert at_work.ended(RunId(detached["run"])).state is RunState.COMPLETED
        run = at_work.ended(unwanted)
        assert (run.state, run.reason) == (RunState.CANCELLED, "no longer wanted")


@pytest.mark.parametrize("on_limit", ["wait", "skip"])
def test_a_pipelines_limit_makes_runs_wait_or_skips_them(project: Project, on_limit: str) -> None:
    limit = {"pipeline_run_limit_all_triggers": 1, "on_pipeline_run_limit_reached": on_limit}
    with gated(project) as gate:
        waiting_for_gate(project, gate, concurrency_config=limit)
        with engine(project) as at_work:
            first = at_work.start("p")
            gate.hear()
            second = at_work.start("p")
            if on_limit == "skip":
                run = at_work.ended(second)
                assert run.state is RunState.CANCELLED
                assert f"the limit on runs of pipeline `p`: 1 of 1 taken by run {first}" in run.reason
            else:
                at_work.until(lambda: "limit on runs" in at_work.workspace.runs.get(second).reason)
                (reason, *_) = why.why(at_work.workspace, at_work.workspace.runs.get(second))
                assert f"taken by run {first}" in reason.text
            let_go(project)
            assert at_work.ended(first).state is RunState.COMPLETED
            at_work.ended(second)


def test_runs_with_the_same_key_go_one_after_another_and_others_do_not_wait(project: Project) -> None:
    keys = {"keys": [{"key": "{{ variables.customer }}", "limit": 1}]}
    with gated(project) as gate:
        waiting_for_gate(project, gate, concurrency_config=keys)
        with engine(project) as at_work:
            one = at_work.start("p", variables={"customer": "acme"})
            gate.hear()
            same = at_work.start("p", variables={"customer": "acme"})
            other = at_work.start("p", variables={"customer": "globex"})
            gate.hear()
            assert at_work.workspace.runs.get(same).state is RunState.QUEUED
            let_go(project)
            assert {at_work.ended(run).state for run in (one, same, other)} == {RunState.COMPLETED}


def test_a_block_waits_for_its_pool_without_holding_a_slot(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate, block={"pools": {"db": 2}})
        project.pipeline(
            "q",
            {"kind": "custom", "id": "also", "code": ONE, "pool": "db", "priority": 9},
            {"kind": "custom", "id": "free", "code": ONE},
        )
        project.write("metadata.yaml", "project_type: standalone\npools: {db: 2}\n")
        with engine(project) as at_work:
            first = at_work.start("p")
            gate.hear()
            second = at_work.start("q")
            at_work.until(lambda: at_work.states(second)["free"] == "completed")
            at_work.until(
                lambda: any("pool `db`: 2 of 2" in row.reason for row in at_work.workspace.runs.block_runs(second))
            )
            texts = [reason.text for reason in why.why(at_work.workspace, at_work.workspace.runs.get(second))]
            assert any(f"It waits for pool `db`: 2 of 2 taken by run {first}." in text for text in texts), texts
            let_go(project)
            assert at_work.ended(second).state is RunState.COMPLETED


def test_a_run_that_cannot_be_driven_fails_with_the_reason_and_the_others_go_on(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": ONE})
    broken = RunId(project.report("run", "p", "--detach")["run"])
    with installation(project) as (_, opened):
        workspace = opened.workspace("shop")
        workspace.artifacts.path(workspace.runs.get(broken).snapshot).unlink()
    project.write("custom/one.py", ONE + "# another version\n")
    with engine(project) as at_work:
        assert at_work.ended(at_work.start("p")).state is RunState.COMPLETED
        run = at_work.ended(broken)
        assert run.state is RunState.FAILED
        assert run.reason.startswith("cannot be driven: ")
        assert at_work.states(broken) == {"one": "cancelled"}


def test_a_run_whose_command_was_killed_is_taken_over(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate)
        command = project.start("run", "p", "--json")
        gate.hear()
        command.kill()
        command.communicate()
        with engine(project) as at_work:
            gate.hear()  # the attempt was lost and runs again
            let_go(project)
            run = at_work.ended(RunId(1))
            assert run.state is RunState.COMPLETED
            assert at_work.workspace.runs.block_runs(RunId(1))[0].attempt == 2


def test_an_engine_that_stops_gives_its_runs_back_for_the_next_one(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate)
        with engine(project, grace=0.1) as at_work:
            run = at_work.start("p")
            pid = int(gate.hear())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        with engine(project) as at_work:
            assert at_work.workspace.runs.get(run).state is RunState.RUNNING
            gate.hear()
            let_go(project)
            assert at_work.ended(run).state is RunState.COMPLETED
            (first, second) = at_work.workspace.runs.attempts(run)
            assert (first.outcome, second.outcome) == ("lost", "completed")


def test_an_engine_that_stops_lets_what_runs_end_and_starts_nothing_more(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate)
        project.pipeline("q", {"kind": "custom", "id": "wait"}, {"kind": "custom", "id": "then", "after": ["wait"]})
        project.write("custom/then.py", ONE)
        with engine(project, grace=30) as at_work:
            run = at_work.start("q", variables={"gate": str(gate.path), "go": str(project.root.parent / "go")})
            gate.hear()
            at_work.host.stop()
            let_go(project)
        with installation(project) as (_, opened):
            store = opened.workspace("shop").runs
            assert store.get(run).state is RunState.RUNNING
            assert {row.name: row.state.value for row in store.block_runs(run)} == {
                "wait": "completed",
                "then": "queued",
            }
            assert store.owner(run) is None


def test_a_running_run_is_cancelled_at_once_and_an_ended_one_runs_again_when_asked(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate)
        with engine(project) as at_work:
            run = at_work.start("p")
            gate.hear()
            runs.ask_cancel(at_work.workspace, run, "by hand")
            at_work.host.look()
            assert at_work.ended(run).state is RunState.CANCELLED
            let_go(project)
            runs.ask_retry(at_work.workspace, run)
            at_work.host.look()
            at_work.until(lambda: at_work.workspace.runs.get(run).state is RunState.COMPLETED)
            assert at_work.workspace.runs.get(run).round == 1


@pytest.mark.slow
def test_a_run_that_takes_too_long_fails_and_its_block_is_gone(project: Project) -> None:
    with gated(project) as gate:
        waiting_for_gate(project, gate)
        with engine(project) as at_work:
            run = at_work.start("p", settings=RunSettings(timeout=8))
            pid = int(gate.hear())
            ended = at_work.ended(run)
            assert (ended.state, at_work.states(run)) == (RunState.FAILED, {"wait": "cancelled"})
            assert "8 s" in ended.reason
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_runs_are_told_of_on_the_feed_in_order(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "one", "code": ONE})
    with engine(project) as at_work:
        begin = at_work.installation.feed.newest()
        run = at_work.start("p")
        at_work.ended(run)
        entries = [entry for entry in at_work.installation.feed.after(begin) if entry.run == run]
        numbers = [event["number"] for entry in entries for event in entry.data["events"]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert entries[-1].data["events"][-1]["kind"] == "run.completed"
