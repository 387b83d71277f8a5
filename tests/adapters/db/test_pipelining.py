from __future__ import annotations

import psycopg
import pytest

from blockwright.adapters.db import pipelining
from blockwright.adapters.db.databases import Database
from blockwright.core.errors import NotFound

pytestmark = pytest.mark.postgres

TABLE = "CREATE TABLE thing (number bigint PRIMARY KEY, text text, share double precision)"
PUT = "INSERT INTO thing (number, text, share) VALUES (?, ?, ?)"
COUNT = "SELECT count(*) FROM thing"


@pytest.fixture
def things(postgres: Database) -> Database:
    with postgres.write() as transaction:
        transaction.execute(TABLE)
    return postgres


def test_what_nobody_asked_the_answer_of_is_written_as_well(things: Database) -> None:
    with things.write() as transaction:
        transaction.execute(PUT, (1, "one", 0.5))
        transaction.executemany(PUT, [(2, None, None), (2**40, "", 1)])
    with things.read() as transaction:
        rows = transaction.execute("SELECT number, text, share FROM thing ORDER BY number")
        assert rows.fetchone() == (1, "one", 0.5)
        assert rows.fetchmany(1) == [(2, None, None)]
        assert rows.fetchall() == [(2**40, "", 1.0)]
        assert (rows.fetchone(), rows.fetchall(), rows.rowcount) == (None, [], 3)


def test_an_error_that_nobody_asked_for_ends_the_unit_and_leaves_nothing(things: Database) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), things.write() as transaction:
        transaction.executemany(PUT, [(1, "one", None), (1, "again", None), (2, "two", None)])
    for _ in range(5):  # on the same connection, which prepares its statements anew
        with things.write() as transaction:
            assert transaction.execute(COUNT).fetchone() == (0,)
            assert transaction.execute("UPDATE thing SET text = ?", ("none",)).rowcount == 0


def test_a_unit_that_is_left_by_an_error_of_ours_writes_nothing(things: Database) -> None:
    def fail() -> None:
        with things.write() as transaction:
            transaction.execute(PUT, (1, "one", None))
            raise NotFound("There is no such thing.")

    with pytest.raises(NotFound):
        fail()
    with things.read() as transaction:
        assert transaction.execute(COUNT).fetchone() == (0,)


def test_many_large_rows_do_not_fill_the_line_from_both_ends(things: Database) -> None:
    count = 4 * pipelining._TOGETHER
    with things.write() as transaction:
        transaction.executemany(PUT, ((number, "x" * 4_000, None) for number in range(count)))
        answers = [transaction.execute("SELECT text FROM thing WHERE number < ?", (100,)) for _ in range(40)]
        assert transaction.execute(COUNT).fetchone() == (count,)
        assert {len(answer.fetchall()) for answer in answers} == {100}


def test_a_connection_remembers_a_bounded_number_of_statements(things: Database) -> None:
    known = "SELECT count(*) FROM pg_prepared_statements"
    with things.write() as transaction:
        for number in range(2 * pipelining._PREPARED):
            for _ in range(pipelining._PREPARE_AT):
                assert transaction.execute(f"SELECT {number} + ?", (1,)).fetchone() == (number + 1,)
        (prepared,) = transaction.execute(known).fetchone()
    assert 0 < prepared <= pipelining._PREPARED


def test_one_text_takes_values_of_any_type_again_and_again(things: Database) -> None:
    with things.write() as transaction:
        for text in ("a", None, "b", None, "a", None, "b"):
            transaction.execute("DELETE FROM thing")
            transaction.execute(PUT, (1, text, None if text else 2.5))
            row = transaction.execute("SELECT text, share FROM thing").fetchone()
            assert row == (text, None if text else 2.5)


def test_what_need_not_be_on_the_disk_is_written_all_the_same(things: Database) -> None:
    with things.write_soon() as transaction:
        assert transaction.execute("SHOW synchronous_commit").fetchone() == ("off",)
        transaction.execute(PUT, (1, "one", None))
    with things.write() as transaction:
        assert transaction.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert transaction.execute(COUNT).fetchone() == (1,)
