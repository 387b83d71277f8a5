from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.models import DatabaseModels
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.core import endpoints
from blockwright.ports.models import ModelStore
from tests.contracts.models import NOON, ModelContract, entry, new


class TestSqliteModels(ModelContract):
    @pytest.fixture
    def database(self, sqlite: Database) -> Database:
        return sqlite

    @pytest.fixture
    def models(self, database: Database) -> ModelStore:
        return DatabaseModels(database)

    def test_whoever_serves_hears_of_a_change(self, database: Database) -> None:
        told: list[bool] = []
        models = DatabaseModels(database, lambda: told.append(True))
        models.register("shop", new())
        assert told == []
        first = endpoints.first("shop", "delay", 1, by="ada", now=NOON)
        models.change(first, entry(first))
        assert told == [True]

    def test_the_bytes_and_the_code_of_a_version_are_referred_to(self, database: Database, models: ModelStore) -> None:
        models.register("shop", new(digest="f" * 64))
        runs = DatabaseRuns(database)
        assert {"f" * 64, "snap"} <= runs.referenced_digests()
        assert "snap" in runs.snapshot_digests()


@pytest.mark.postgres
class TestPostgresModels(TestSqliteModels):
    @pytest.fixture
    def database(self, postgres: Database) -> Database:
        return postgres
