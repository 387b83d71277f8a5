from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.idempotency import DatabaseIdempotency
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.idempotency import Idempotency
from blockwright.ports.runs import RunStore
from tests.contracts.idempotency import IdempotencyContract


class TestSqliteIdempotency(IdempotencyContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> Idempotency:
        return DatabaseIdempotency(sqlite)

    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresIdempotency(IdempotencyContract):
    @pytest.fixture
    def store(self, postgres: Database) -> Idempotency:
        return DatabaseIdempotency(postgres)

    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)
