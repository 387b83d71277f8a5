"""A PostgreSQL database of one's own, made for a measurement and dropped after it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = "BLOCKWRIGHT_BENCH_POSTGRES"
_HERE = "postgresql://127.0.0.1:5432/postgres"
_SECONDS = 3


@contextmanager
def scratch_database() -> Iterator[str | None]:
    """The URL of an empty database; None when no server answers."""
    server = os.environ.get(SERVER, _HERE)
    name = f"blockwright_bench_{uuid.uuid4().hex[:8]}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=_SECONDS) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        yield None
        return
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
