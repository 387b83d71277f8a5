"""Changes of a run that do not wait for answers: what they take for granted holds, or nothing of them is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.pipelining import Pipeline
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import BlockRunName, BlockState, RunState
from blockwright.ports.runs import Changes, NewEvent
from tests.contracts.samples import NOON, attempt, block_run, claim, create, done, later


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


def test_an_owner_who_does_not_know_that_he_lost_the_run_writes_nothing(database: Database) -> None:
    ours, theirs = DatabaseRuns(database), DatabaseRuns(database)
    run = create(ours, [block_run("a")])
    lease = claim(ours, run)
    ours.save(lease, Changes(events=(NewEvent("ours"),)), now=NOON)
    taken = theirs.claim(run.id, "host:2:b", seconds=30, now=later(1), dead=[lease.owner])
    late = Changes(
        run=replace(run, state=RunState.RUNNING),
        block_runs=(block_run("a", state=BlockState.RUNNING), block_run("b")),
        attempts=(attempt(run.id, "a"),),
        events=(NewEvent("late"),),
    )
    for _ in range(2):
        with pytest.raises(Conflict) as fenced:
            ours.save(lease, late, now=later(2))
        assert fenced.value.code == "fenced"
    theirs.save(taken, Changes(block_runs=(block_run("c"),), events=(NewEvent("theirs"),)), now=later(3))
    assert (theirs.get(run.id), theirs.attempts(run.id)) == (run, [])
    assert theirs.block_runs(run.id) == [block_run("a"), block_run("c")]
    told = [(event.number, event.kind) for event in theirs.events(run.id, 1)]
    assert told == [(2, "ours"), (3, "theirs")]


def test_numbers_go_on_where_another_writer_with_the_same_lease_has_left_them(database: Database) -> None:
    ours, also_ours = DatabaseRuns(database), DatabaseRuns(database)
    run = create(ours)
    lease = claim(ours, run)
    for number in range(6):
        store = (ours, also_ours)[number % 3 == 1]
        changes = Changes(block_runs=(block_run(f"b{number}"),), events=(NewEvent(f"e{number}"),))
        store.save(lease, changes, now=NOON)
    assert [event.kind for event in ours.events(run.id, 1)] == [f"e{number}" for number in range(6)]
    assert [event.number for event in ours.events(run.id)] == list(range(1, 8))
    assert [row.name for row in ours.block_runs(run.id)] == [f"b{number}" for number in range(6)]


def test_a_run_that_was_deleted_meanwhile_is_missed(database: Database) -> None:
    ours, theirs = DatabaseRuns(database), DatabaseRuns(database)
    run = create(ours)
    lease = claim(ours, run)
    ours.save(lease, Changes(run=replace(run, state=RunState.COMPLETED, finished=NOON)), now=NOON)
    theirs.delete(run.id)
    for changes in (Changes(taken=(7,)), Changes(block_runs=(block_run("a"),), events=(NewEvent("late"),))):
        with pytest.raises(NotFound):
            ours.save(lease, changes, now=later(1))


@pytest.mark.postgres
def test_a_step_of_a_run_is_one_way_there_and_back(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = DatabaseRuns(postgres)
    run = create(runs, [block_run("a"), block_run("b")])
    lease = claim(runs, run)
    ways: list[int] = []
    fetch = Pipeline.fetch

    def counted(pipeline: Pipeline) -> None:
        ways.append(1)
        fetch(pipeline)

    monkeypatch.setattr(Pipeline, "fetch", counted)
    for number in (1, 2):
        step = Changes(
            block_runs=(done("a"), block_run("b", state=BlockState.RUNNING)),
            attempts=(attempt(run.id, "a", number, state="ended"), attempt(run.id, "b", number)),
            events=(NewEvent("block.completed", BlockRunName("a")), NewEvent("block.running", BlockRunName("b"))),
        )
        ways.clear()
        runs.save(lease, step, now=later(number))
        assert len(ways) == 1
    assert len(runs.events(run.id)) == 5
