"""Which schema a database has, told without Alembic: one row, compared with the newest version that we know."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blockwright.core.errors import Unavailable
from blockwright.wire import kill_points

VERSION_TABLE = "blockwright_version"
READ_VERSION = f"SELECT version_num FROM {VERSION_TABLE}"

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Schema:
    """``version`` is the one that the program reads and writes, the newest in the folder ``migrations``."""

    version: str
    migrations: Path

    def known(self) -> Sequence[str]:
        """Every version that a migration leads to, oldest first."""
        return sorted(file.name.partition("_")[0] for file in (self.migrations / "versions").glob("[0-9]*.py"))

    def require_known(self, version: str, database: str) -> None:
        """Refuse a database that a later release has migrated: what its rows mean we cannot know."""
        if version not in self.known():
            raise Unavailable(
                f"The database `{database}` was written by a newer Blockwright: it has schema {version}, "
                f"and this program knows {self.version}.",
                hint="Upgrade with `pip install --upgrade blockwright`, or set BLOCKWRIGHT_DATA_DIR to another folder.",
                code="database_newer",
            )


CURRENT = Schema("0001", _HERE / "migrations")


_CREATE_VERSION_TABLE = (  # as Alembic makes it
    f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
    f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
)


def sqlite_version(connection: sqlite3.Connection) -> str | None:
    """The schema's version, None where nothing of ours is."""
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if connection.execute(known, (VERSION_TABLE,)).fetchone() is None:
        return None
    row = connection.execute(READ_VERSION).fetchone()
    return None if row is None else str(row[0])


def create_sqlite(connection: sqlite3.Connection, database: str) -> None:
    """Make all tables of an empty database in one transaction; whoever comes second finds them made."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if sqlite_version(connection) is None:
            _refuse_foreign(connection, database)
            for statement in (_HERE / "schema.sql").read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement)
            connection.execute(_CREATE_VERSION_TABLE)
            connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES (?)", (CURRENT.version,))
        kill_points.here("database.before_commit")
        connection.execute("COMMIT")
        kill_points.here("database.after_commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _refuse_foreign(connection: sqlite3.Connection, database: str) -> None:
    row = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 1").fetchone()
    if row is not None:
        raise Unavailable(
            f"The database `{database}` holds tables of another program (`{row[0]}`).",
            hint="Move the file away, or set BLOCKWRIGHT_DATA_DIR to another folder.",
            code="database_foreign",
        )
