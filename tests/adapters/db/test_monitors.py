from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.monitors import DatabaseMonitors
from blockwright.ports.monitors import MonitorStore
from tests.contracts.monitors import MonitorStoreContract


class TestSqliteMonitors(MonitorStoreContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> MonitorStore:
        return DatabaseMonitors(sqlite)


@pytest.mark.postgres
class TestPostgresMonitors(MonitorStoreContract):
    @pytest.fixture
    def store(self, postgres: Database) -> MonitorStore:
        return DatabaseMonitors(postgres)
