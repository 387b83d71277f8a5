from __future__ import annotations

import pytest

from blockwright.adapters.db.alerts import DatabaseAlerts
from blockwright.adapters.db.databases import Database
from blockwright.ports.alerts import AlertStore
from tests.contracts.alerts import AlertStoreContract


class TestSqliteAlerts(AlertStoreContract):
    @pytest.fixture
    def alerts(self, sqlite: Database) -> AlertStore:
        return DatabaseAlerts(sqlite)


@pytest.mark.postgres
class TestPostgresAlerts(AlertStoreContract):
    @pytest.fixture
    def alerts(self, postgres: Database) -> AlertStore:
        return DatabaseAlerts(postgres)
