from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.ledger import DatabaseFigures, DatabaseLedger
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.ledger import Figures, Ledger
from blockwright.ports.runs import RunStore
from tests.contracts.ledger import FiguresContract, LedgerContract


class TestSqliteLedger(LedgerContract, FiguresContract):
    @pytest.fixture
    def database(self, sqlite: Database) -> Database:
        return sqlite

    @pytest.fixture
    def ledger(self, database: Database) -> Ledger:
        return DatabaseLedger(database)

    @pytest.fixture
    def figures(self, database: Database) -> Figures:
        return DatabaseFigures(database)

    @pytest.fixture
    def runs(self, database: Database) -> RunStore:
        return DatabaseRuns(database)


@pytest.mark.postgres
class TestPostgresLedger(TestSqliteLedger):
    @pytest.fixture
    def database(self, postgres: Database) -> Database:
        return postgres
