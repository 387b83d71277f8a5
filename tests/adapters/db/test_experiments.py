from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.experiments import DatabaseExperiments
from blockwright.ports.tracking import ExperimentStore
from tests.contracts.experiments import ExperimentStoreContract


class TestSqliteExperiments(ExperimentStoreContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> ExperimentStore:
        return DatabaseExperiments(sqlite)


@pytest.mark.postgres
class TestPostgresExperiments(ExperimentStoreContract):
    @pytest.fixture
    def store(self, postgres: Database) -> ExperimentStore:
        return DatabaseExperiments(postgres)
