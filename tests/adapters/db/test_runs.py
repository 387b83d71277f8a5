from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.runs import RunStore
from tests.contracts.runs import RunStoreContract


class TestSqliteRuns(RunStoreContract):
    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresRuns(RunStoreContract):
    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)
