from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.fernet import Fernet

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.adapters.db.seals import Seals
from blockwright.adapters.db.triggers import DatabaseTriggers
from blockwright.core.errors import Conflict, Unavailable
from blockwright.core.triggers.entries import Entry
from blockwright.core.triggers.model import TriggerSpec, TriggerType
from blockwright.ports.runs import Fire, RunStore, Settling
from blockwright.ports.triggers import TriggerStore
from tests.contracts.triggers import DAILY, NOW, TriggersContract, fired, made

KEY = Fernet.generate_key().decode()


def opened(database: Database, key: str = KEY) -> DatabaseTriggers:
    return DatabaseTriggers(database, Seals(Path("nowhere"), key))


class TestSqliteTriggers(TriggersContract):
    @pytest.fixture
    def triggers(self, sqlite: Database) -> TriggerStore:
        return opened(sqlite)

    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresTriggers(TriggersContract):
    @pytest.fixture
    def triggers(self, postgres: Database) -> TriggerStore:
        return opened(postgres)

    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)

    def test_of_many_at_once_one_fires(self, postgres: Database) -> None:
        race(postgres)


def test_of_many_at_once_one_fires(sqlite: Database) -> None:
    race(sqlite)


def race(database: Database) -> None:
    """Eight schedulers fire the same due time while somebody else reads the trigger's file anew."""
    triggers, runs = opened(database), DatabaseRuns(database)
    trigger = made(triggers)
    assert trigger.settled is not None
    fire = Fire(trigger.id, NOW.isoformat(), NOW, settling=Settling(trigger.settled, NOW, None))
    start = Barrier(9)

    def attempt(_: int) -> bool:
        start.wait(10)
        try:
            fired(runs, fire)
        except Conflict:
            return False
        return True

    def read_anew() -> None:
        start.wait(10)
        for number in range(20):
            entry = Entry(replace(DAILY, description=str(number)))
            triggers.sync("shop", "p", [entry], signature=str(number), now=NOW)

    with ThreadPoolExecutor(9) as pool:
        reading = pool.submit(read_anew)
        won = list(pool.map(attempt, range(8)))
        reading.result(30)
    assert won.count(True) == 1
    assert triggers.get(trigger.id).settled == NOW


def test_no_file_ever_holds_a_token_in_clear(sqlite: Database, tmp_path: Path) -> None:
    triggers = opened(sqlite)
    made(triggers, TriggerSpec("hook", TriggerType.API), token="correct horse battery staple")
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert b"hook" in written
    assert b"correct horse" not in written


def test_another_key_does_not_open_a_token_and_says_so(sqlite: Database) -> None:
    trigger = made(opened(sqlite), TriggerSpec("hook", TriggerType.API))
    with pytest.raises(Unavailable, match=f"token of trigger {trigger.id}") as caught:
        opened(sqlite, Fernet.generate_key().decode()).token(trigger.id)
    assert caught.value.code == "secret_key"
