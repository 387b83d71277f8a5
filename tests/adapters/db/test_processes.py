"""Several processes at one database: nobody's work is lost, nobody does another's, and a kill leaves whole steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from blockwright.adapters.db import DatabaseRuns
from blockwright.adapters.db.databases import Database
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import Changes, NewEvent
from tests.adapters.db.workers import grab, save_for_ever, start, take_over
from tests.contracts.samples import NOON, create


class Processes:
    @pytest.fixture
    def place(self) -> tuple[str | None, str]:
        """The URL and folder for ``open_database``."""
        raise NotImplementedError

    @pytest.fixture
    def runs(self) -> DatabaseRuns:
        raise NotImplementedError

    def together(self, target: Any, *arguments: tuple[Any, ...]) -> list[Any]:
        """Let one process for each of ``arguments`` begin at the same moment; returns what they sent."""
        workers = [start(target, *each) for each in arguments]
        for _, pipe in workers:
            assert pipe.recv() == "ready"
        for _, pipe in workers:
            pipe.send("go")
        answers = [pipe.recv() for _, pipe in workers]
        for process, pipe in workers:
            process.join(60)
            pipe.close()
            assert process.exitcode == 0
        return answers

    def test_each_run_is_claimed_by_exactly_one(self, place: tuple[str | None, str], runs: DatabaseRuns) -> None:
        ids = [create(runs).id for _ in range(40)]
        orders = (ids, ids[::-1], ids[20:] + ids[:20])
        answers = self.together(grab, *((*place, order, f"host:{i}:t") for i, order in enumerate(orders)))
        claimed = [claim for answer in answers for claim in answer]
        assert sorted(claimed) == [(run, 1) for run in ids]

    def test_no_save_is_lost_and_none_is_made_with_an_old_lease(
        self, place: tuple[str | None, str], runs: DatabaseRuns
    ) -> None:
        run, times = create(runs).id, 50
        saved = self.together(take_over, *((*place, run, f"host:{i}:t", times) for i in range(3)))
        _, *events = runs.events(run)
        assert len(events) == sum(saved) > 0
        assert [event.number for event in events] == list(range(2, len(events) + 2))
        fencings = [event.data["fencing"] for event in events]
        assert fencings == sorted(set(fencings))
        assert runs.claim(run, "host:9:t", seconds=30, now=NOON).fencing == 3 * times + 1

    @pytest.mark.fault
    @pytest.mark.parametrize("kill_at", ["", "database.before_commit:20", "database.after_commit:20"])
    def test_a_killed_process_leaves_whole_steps_and_all_that_were_saved(
        self, kill_at: str, place: tuple[str | None, str], runs: DatabaseRuns
    ) -> None:
        run = create(runs).id
        process, pipe = start(save_for_ever, *place, run, kill_at)
        said = 0
        try:
            while said < 30:
                said = pipe.recv()
            process.kill()
            while True:
                said = pipe.recv()
        except EOFError:
            process.join(60)
        assert process.exitcode == -9
        kept = self.steps(runs, run)
        expected = {"": {said, said + 1}, "database.before_commit:20": {19}, "database.after_commit:20": {20}}
        assert kept in expected[kill_at]
        assert kept >= said
        self.can_be_taken_over(runs, run, kept)

    def steps(self, runs: DatabaseRuns, run: RunId) -> int:
        """How many steps the database holds; each must be there with all its parts."""
        names = [f"block {number}" for number in range(1, len(runs.block_runs(run)) + 1)]
        assert [row.name for row in runs.block_runs(run)] == names
        assert [row.block_run for row in runs.whole(run).living] == names
        assert [event.block_run for event in runs.events(run, after=1)] == names
        return len(names)

    def can_be_taken_over(self, runs: DatabaseRuns, run: RunId, kept: int) -> None:
        with pytest.raises(Conflict, match="victim"):
            runs.claim(run, "host:2:heir", seconds=30, now=NOON)
        lease = runs.claim(run, "host:2:heir", seconds=30, now=NOON, dead=["host:1:victim"])
        runs.save(lease, Changes(events=(NewEvent("taken"),)), now=NOON)
        assert runs.events(run)[-1].number == kept + 2


class TestSqliteProcesses(Processes):
    @pytest.fixture
    def place(self, tmp_path: Path) -> tuple[str | None, str]:
        return None, str(tmp_path)

    @pytest.fixture
    def runs(self, sqlite: Database) -> DatabaseRuns:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresProcesses(Processes):
    @pytest.fixture
    def place(self, postgres_url: str, tmp_path: Path) -> tuple[str | None, str]:
        return postgres_url, str(tmp_path)

    @pytest.fixture
    def runs(self, postgres: Database) -> DatabaseRuns:
        return DatabaseRuns(postgres)
