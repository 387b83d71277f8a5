from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from blockwright.adapters.db import sqlite as sqlite_module
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.sqlite import SqliteDatabase, connect
from blockwright.core.errors import Unavailable

INSERT = "INSERT INTO secret VALUES ('shop', ?, 'x')"
COUNT = "SELECT count(*) FROM secret"


def count(database: Database) -> int:
    with database.read() as transaction:
        return int(transaction.execute(COUNT).fetchone()[0])


def test_a_unit_that_raises_leaves_nothing(sqlite: Database) -> None:
    def interrupted(error: type[BaseException]) -> None:
        with sqlite.write() as transaction:
            transaction.execute(INSERT, ("a",))
            raise error

    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error):
            interrupted(error)
    assert count(sqlite) == 0
    with sqlite.write() as transaction:
        transaction.execute(INSERT, ("a",))
    assert count(sqlite) == 1


def test_a_mistake_of_ours_keeps_its_own_error(sqlite: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError), sqlite.write() as transaction:
        transaction.executemany(INSERT, [("a",), ("a",)])
    with pytest.raises(sqlite3.OperationalError, match="nowhere"), sqlite.read() as transaction:
        transaction.execute("SELECT * FROM nowhere")


def test_a_reader_sees_one_moment_while_others_write(sqlite: Database) -> None:
    with sqlite.read() as reader:
        assert reader.execute(COUNT).fetchone() == (0,)
        with sqlite.write() as writer:
            writer.execute(INSERT, ("a",))
        assert reader.execute(COUNT).fetchone() == (0,)
    assert count(sqlite) == 1


def test_connections_that_were_needed_at_one_moment_do_not_stay(sqlite: Database, tmp_path: Path) -> None:
    def handles() -> int:
        found = []
        for handle in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # what the listing itself had open
                found.append(handle.readlink())
        return sum(path.is_relative_to(tmp_path) and path.name.endswith("-wal") for path in found)

    at_once = threading.Barrier(12)

    def look(_: int) -> int:
        with sqlite.read() as transaction:
            transaction.execute(COUNT).fetchone()
            at_once.wait(30)
            return int(transaction.execute(COUNT).fetchone()[0])

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(look, range(12))) == [0] * 12
    assert 0 < handles() <= sqlite_module._IDLE_KEPT  # SQLite itself keeps the others' file open, and uses that again
    assert count(sqlite) == 0


def test_units_of_many_threads_take_turns(sqlite: Database) -> None:
    def add(number: int) -> None:
        with sqlite.write() as transaction:
            (before,) = transaction.execute(COUNT).fetchone()
            transaction.execute(INSERT, (f"{before}",))  # the same name twice, if two had read the same

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(200)))
    assert count(sqlite) == 200


def test_units_do_not_nest(sqlite: Database) -> None:
    with sqlite.write() as transaction:
        transaction.execute(INSERT, ("a",))
        with pytest.raises(RuntimeError, match="inside another"), sqlite.write():
            pass
    assert count(sqlite) == 1


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite: Database) -> Iterator[Database]:
    monkeypatch.setattr(sqlite_module, "BUSY_SECONDS", 0.05)
    database = SqliteDatabase(tmp_path / "blockwright.db", durable=False)
    yield database
    database.close()


def test_a_lock_that_is_not_given_back_is_named(impatient: Database, tmp_path: Path) -> None:
    holder = connect(tmp_path / "blockwright.db")
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"blockwright\.db") as caught, impatient.write():
        pytest.fail("got the lock")
    assert caught.value.code == "database_locked"
    assert count(impatient) == 0  # readers do not wait for writers
    holder.execute("ROLLBACK")
    holder.close()
    with impatient.write() as transaction:
        transaction.execute(INSERT, ("a",))


def test_a_thread_that_does_not_give_its_turn_back_is_named(impatient: Database) -> None:
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with impatient.write():
            inside.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert inside.wait(60)
        with pytest.raises(Unavailable) as caught, impatient.write():
            pytest.fail("got the turn")
        assert caught.value.code == "database_locked"
    finally:
        done.set()
        thread.join()


def test_a_full_disk_is_named_and_nothing_is_half_written(sqlite: Database) -> None:
    with sqlite.write() as transaction:
        (pages,) = transaction.execute("PRAGMA page_count").fetchone()
        transaction.execute(f"PRAGMA max_page_count = {pages + 1}")  # of this connection, the only one
    rows = [(f"{number}", "x" * 5000) for number in range(100)]
    with pytest.raises(Unavailable, match="disk is full") as caught, sqlite.write() as transaction:
        transaction.executemany("INSERT INTO secret VALUES ('shop', ?, ?)", rows)
    assert caught.value.code == "database_full"
    assert count(sqlite) == 0


def test_after_closing_there_is_no_way_in(sqlite: Database) -> None:
    inside = sqlite.read()
    inside.__enter__()
    sqlite.close()
    inside.__exit__(None, None, None)
    with pytest.raises(Unavailable, match="was closed"), sqlite.read():
        pytest.fail("opened")
