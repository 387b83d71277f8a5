from __future__ import annotations

import pytest

from blockwright.adapters.db.access import DatabaseAccess
from blockwright.adapters.db.databases import Database
from blockwright.ports.access import AccessStore
from tests.contracts.access import AccessContract


class TestSqliteAccess(AccessContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> AccessStore:
        return DatabaseAccess(sqlite)


@pytest.mark.postgres
class TestPostgresAccess(AccessContract):
    @pytest.fixture
    def store(self, postgres: Database) -> AccessStore:
        return DatabaseAccess(postgres)
