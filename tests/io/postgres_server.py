"""The PostgreSQL server that tests may use, and a schema of one's own in it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from blockwright.io.errors import ConnectionFailed
from blockwright.io.postgres import Postgres

SETTINGS = {
    "dbname": os.environ.get("PGDATABASE", "test"),
    "host": os.environ.get("PGHOST", "127.0.0.1"),
    "user": os.environ.get("PGUSER", "root"),
    "password": os.environ.get("PGPASSWORD"),
    "port": os.environ.get("PGPORT", "5432"),
}


@contextmanager
def fresh_schema() -> Iterator[Postgres]:
    """A connector whose default schema is new and is dropped at the end.

    Skips the test when no server answers, or fails it with ``BLOCKWRIGHT_TEST_REQUIRE_SERVICES=1``.
    """
    schema = f"bw_io_{uuid.uuid4().hex[:12]}"
    keeper = Postgres(**SETTINGS, connect_timeout=3, verbose=False)
    try:
        keeper.open()
    except ConnectionFailed as error:
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no PostgreSQL: {error.message}")
    with keeper:
        keeper.execute(f'CREATE SCHEMA "{schema}"')
        keeper.commit()
        try:
            yield Postgres(**SETTINGS, schema=schema, verbose=False)
        finally:
            keeper.execute(f'DROP SCHEMA "{schema}" CASCADE')
            keeper.commit()
