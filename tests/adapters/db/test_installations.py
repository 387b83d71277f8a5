"""The name of the records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.installations import installation
from blockwright.adapters.db.opening import open_database


def test_records_have_one_name_for_ever(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        database = open_database(None, folder=tmp_path / "one", durable=False)
        names.add(installation(database))
        database.close()
    other = open_database(None, folder=tmp_path / "two", durable=False)
    assert len(names) == 1
    assert installation(other) not in names
    other.close()


@pytest.mark.postgres
def test_many_that_ask_first_are_told_the_same(postgres: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: installation(postgres), range(16)))) == 1
