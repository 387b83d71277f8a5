"""Bringing an older schema up to date. The only module that imports Alembic; loaded only when there is work.

An upgrade is one transaction, whatever number of migrations it runs: a process killed in the middle leaves the old
schema. There is no way back; a release that must be left again is left by its backup.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from blockwright.adapters.db.sqlite import connect
from blockwright.core.errors import Unavailable
from blockwright.wire import kill_points

_UPGRADE_LOCK = 0x626C6F636B  # any number, the same in every process


def upgrade_sqlite(path: Path, migrations: Path) -> None:
    """Run the missing migrations on a SQLite file."""
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        # To change a table is to replace it on SQLite, and dropping the old one would delete what refers to it.
        # The switch has no effect inside a transaction, hence on the driver's own connection, before it begins.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            _migrate(connection, migrations)
            _require_whole(connection, path)
            kill_points.here("database.before_commit")
        kill_points.here("database.after_commit")


def upgrade_postgres(engine: Engine, migrations: Path) -> None:
    """Make the tables, or run the missing migrations; of several processes one does it and the others wait."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        _migrate(connection, migrations)
        kill_points.here("database.before_commit")
    kill_points.here("database.after_commit")


def _migrate(connection: Connection, migrations: Path) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    command.upgrade(config, "head")


def _require_whole(connection: Connection, path: Path) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise Unavailable(
            f"The database `{path}` cannot be upgraded: a row of `{broken[0]}` refers to a row that is gone.",
            hint="Put a backup in its place, or move the file away to begin anew.",
            code="database_corrupt",
        )
