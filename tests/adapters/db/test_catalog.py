from __future__ import annotations

import pytest

from blockwright.adapters.db.catalog import DatabaseCatalog
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.catalog import CatalogStore
from blockwright.ports.runs import RunStore
from tests.contracts.catalog import CatalogContract


class TestSqliteCatalog(CatalogContract):
    @pytest.fixture
    def database(self, sqlite: Database) -> Database:
        return sqlite

    @pytest.fixture
    def catalog(self, database: Database) -> CatalogStore:
        return DatabaseCatalog(database)

    @pytest.fixture
    def runs(self, database: Database) -> RunStore:
        return DatabaseRuns(database)


@pytest.mark.postgres
class TestPostgresCatalog(TestSqliteCatalog):
    @pytest.fixture
    def database(self, postgres: Database) -> Database:
        return postgres
