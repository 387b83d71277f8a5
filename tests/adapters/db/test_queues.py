from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.queues import DatabaseQueues
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.queues import Queues
from blockwright.ports.runs import RunStore
from tests.contracts.queues import QueuesContract


class TestSqliteQueues(QueuesContract):
    @pytest.fixture
    def queues(self, sqlite: Database) -> Queues:
        return DatabaseQueues(sqlite)

    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresQueues(QueuesContract):
    @pytest.fixture
    def queues(self, postgres: Database) -> Queues:
        return DatabaseQueues(postgres)

    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)
