"""Opening the database: every check that can be made at the start is made here, each with its way out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.probes import require_locks, require_wal
from blockwright.adapters.db.schema import CURRENT, Schema, create_sqlite, sqlite_version
from blockwright.adapters.db.sqlite import SqliteDatabase, connect
from blockwright.adapters.db.sqlite_errors import explain
from blockwright.core.errors import Invalid

FILE_NAME = "blockwright.db"


def open_database(url: str | None, *, folder: Path, durable: bool) -> Database:
    """The database at ``url``, or the SQLite file of the data folder; its schema is made or brought up to date.

    ``durable`` syncs every commit to the disk. Raises Unavailable when the database cannot be used as it is,
    Invalid for a URL of another kind.
    """
    if url is None:
        return open_sqlite(folder / FILE_NAME, durable=durable)
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return open_sqlite(_sqlite_path(rest), durable=durable)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        from blockwright.adapters.db.postgres import open_postgres

        return open_postgres(f"postgresql+psycopg://{rest}")
    raise Invalid(
        f"BLOCKWRIGHT_DATABASE_URL has the scheme `{scheme}`, which is not a database that Blockwright can use.",
        hint="Use `postgresql://user:password@host/database`, or unset it for the SQLite file in the data folder.",
    )


def open_sqlite(path: Path, *, durable: bool, schema: Schema = CURRENT) -> SqliteDatabase:
    require_locks(path.parent / "locks")
    try:
        _bring_up_to_date(path, schema)
    except sqlite3.Error as error:
        explained = explain(error, path)
        if explained is error:
            raise
        raise explained from error
    return SqliteDatabase(path, durable=durable)


def _bring_up_to_date(path: Path, schema: Schema) -> None:
    connection = connect(path)
    try:
        require_wal(connection, path)
        version = sqlite_version(connection)
        if version is None:
            create_sqlite(connection, str(path))
            version = CURRENT.version
    finally:
        connection.close()
    if version != schema.version:
        schema.require_known(version, str(path))
        from blockwright.adapters.db.upgrades import upgrade_sqlite

        upgrade_sqlite(path, schema.migrations)


def _sqlite_path(rest: str) -> Path:
    """The path in ``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    path = rest.removeprefix("/")
    if not rest.startswith("/") or not path or path.startswith(":memory:") or "?" in path:
        raise Invalid(
            f"BLOCKWRIGHT_DATABASE_URL names no SQLite file: `sqlite://{rest}`.",
            hint="Write `sqlite:////absolute/path/blockwright.db`, without options.",
        )
    return Path(path)
