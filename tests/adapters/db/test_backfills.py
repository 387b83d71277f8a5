from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from blockwright.adapters.db.backfills import DatabaseBackfills
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunKind, RunRequest, RunState
from blockwright.ports.backfills import BackfillStore
from blockwright.ports.runs import RunFilter, RunStore
from tests.contracts.backfills import NOW, WANTED, BackfillsContract, ended, made, started


class TestSqliteBackfills(BackfillsContract):
    @pytest.fixture
    def backfills(self, sqlite: Database) -> BackfillStore:
        return DatabaseBackfills(sqlite)

    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)

    def test_of_many_at_once_each_slice_goes_to_one(self, sqlite: Database) -> None:
        race(sqlite)

    def test_of_many_at_once_one_computes_a_product(self, sqlite: Database) -> None:
        race_for_product(sqlite)


@pytest.mark.postgres
class TestPostgresBackfills(BackfillsContract):
    @pytest.fixture
    def backfills(self, postgres: Database) -> BackfillStore:
        return DatabaseBackfills(postgres)

    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)

    def test_of_many_at_once_each_slice_goes_to_one(self, postgres: Database) -> None:
        race(postgres)

    def test_of_many_at_once_one_computes_a_product(self, postgres: Database) -> None:
        race_for_product(postgres)


def race(database: Database) -> None:
    """Eight engines start the same four slices of which three may run, and look at how they ended meanwhile."""
    backfills, runs = DatabaseBackfills(database), DatabaseRuns(database)
    backfill = made(backfills, replace(WANTED, parallel=3))
    start = Barrier(8)

    def attempt(_: int) -> int:
        start.wait(10)
        won = 0
        for position in range(4):
            backfills.settle(backfill.id, now=NOW)
            try:
                started(runs, backfill, position)
                won += 1
            except Conflict as error:
                if error.code != "slice_taken":
                    raise
        return won

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 3
    taken = Counter(run.slice for run in runs.list(RunFilter("shop", backfill=backfill.id), limit=99))
    assert sorted(taken.values()) == [1, 1, 1]


def race_for_product(database: Database) -> None:
    runs = DatabaseRuns(database)
    start = Barrier(8)

    def compute(_: int) -> bool:
        start.wait(10)
        request = RunRequest("shop", "p", RunKind.PIPELINE, product="training_set")
        try:
            runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=[], now=NOW)
        except Conflict as error:
            if error.code != "computing":
                raise
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(compute, range(8))).count(True) == 1
    (run,) = runs.list(RunFilter("shop", product="training_set"), limit=9)
    ended(runs, run, RunState.COMPLETED)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(compute, range(8))).count(True) == 1
