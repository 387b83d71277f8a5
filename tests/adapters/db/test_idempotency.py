from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.idempotency import DatabaseIdempotency
from blockwright.ports.idempotency import Idempotency
from tests.contracts.idempotency import IdempotencyContract


class TestSqliteIdempotency(IdempotencyContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> Idempotency:
        return DatabaseIdempotency(sqlite)


@pytest.mark.postgres
class TestPostgresIdempotency(IdempotencyContract):
    @pytest.fixture
    def store(self, postgres: Database) -> Idempotency:
        return DatabaseIdempotency(postgres)
