from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.opening import open_database

SERVER = "postgresql://postgres@127.0.0.1:5432/test"


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(None, folder=tmp_path, durable=False)
    yield database
    database.close()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The server with a schema of this test's own."""
    psycopg = pytest.importorskip("psycopg")
    try:
        connection = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no PostgreSQL at {SERVER}: {error}")
    schema = f"test_{uuid4().hex}"
    connection.execute(f"CREATE SCHEMA {schema}")
    try:
        yield f"{SERVER}?options=-csearch_path%3D{schema}"
    finally:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.close()


@pytest.fixture
def postgres(postgres_url: str, tmp_path: Path) -> Iterator[Database]:
    database = open_database(postgres_url, folder=tmp_path, durable=False)
    yield database
    database.close()
