from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from blockwright.adapters.db import DatabaseRuns, open_database
from blockwright.adapters.db import postgres as postgres_module
from blockwright.adapters.db.databases import Database
from blockwright.core.errors import Invalid, Unavailable
from tests.contracts.samples import create

pytestmark = pytest.mark.postgres


def test_after_the_server_cut_a_connection_the_next_unit_works(postgres: Database) -> None:
    runs = DatabaseRuns(postgres)
    run = create(runs)

    def cut_off() -> None:
        with postgres.write() as transaction:
            transaction.execute("DELETE FROM run")
            transaction.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable) as caught:
        cut_off()
    assert caught.value.code == "database_unavailable"
    assert runs.get(run.id) == run


def test_after_the_server_restarted_one_unit_fails_and_not_each_that_was_idle(postgres: Database) -> None:
    with postgres.read() as first, postgres.read() as second, postgres.read() as third:
        backends = [each.execute("SELECT pg_backend_pid()").fetchone()[0] for each in (first, second, third)]
    with postgres.write() as transaction:
        end = "SELECT pg_terminate_backend(pid) FROM unnest(?::int[]) AS pid WHERE pid <> pg_backend_pid()"
        transaction.execute(end, (backends,))
    with suppress(Unavailable), postgres.write() as one, postgres.write() as two:
        answers = [each.execute("SELECT 1").fetchone() for each in (one, two)]
        pytest.fail(f"both connections live on: {answers}")
    with postgres.write() as one, postgres.write() as two, postgres.write() as three:
        assert [each.execute("SELECT 1").fetchone() for each in (one, two, three)] == [(1,)] * 3


def test_a_row_that_somebody_keeps_locked_is_no_endless_wait(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create(DatabaseRuns(postgres))
    monkeypatch.setattr(postgres_module, "BUSY_SECONDS", 0.05)
    change = "UPDATE run SET reason = 'x' WHERE id = ?"
    with postgres.write() as holder:
        assert holder.execute(change, (run.id,)).rowcount == 1  # the answer: now the row is locked
        with pytest.raises(Unavailable) as caught, postgres.write() as transaction:
            transaction.execute(change, (run.id,))
        assert caught.value.code == "database_locked"


def test_a_reader_sees_one_moment_while_others_write(postgres: Database) -> None:
    runs = DatabaseRuns(postgres)
    with postgres.read() as reader:
        assert reader.execute("SELECT count(*) FROM run").fetchone() == (0,)
        create(runs)
        assert reader.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_a_database_of_another_encoding_is_refused(postgres: Database, postgres_url: str, tmp_path: Path) -> None:
    other = make_url(postgres_url).set(database=f"ascii_{uuid4().hex}")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {other.database} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        try:
            with pytest.raises(Invalid, match="SQL_ASCII; Blockwright needs UTF8"):
                open_database(other.render_as_string(hide_password=False), folder=tmp_path, durable=False)
        finally:
            connection.execute(f"DROP DATABASE {other.database} WITH (FORCE)")


def test_many_may_be_the_first_to_open(postgres_url: str, tmp_path: Path) -> None:
    def first(_: int) -> None:
        open_database(postgres_url, folder=tmp_path, durable=False).close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(first, range(4))) == [None] * 4
