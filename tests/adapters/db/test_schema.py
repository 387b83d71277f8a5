"""Tables, migrations and ``schema.sql`` say the same, and an upgrade happens whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from blockwright.adapters.db import DatabaseRuns, open_database
from blockwright.adapters.db.opening import open_sqlite
from blockwright.adapters.db.schema import CURRENT, VERSION_TABLE, Schema
from blockwright.adapters.db.tables import metadata, schema_sql
from blockwright.adapters.db.upgrades import upgrade_sqlite
from blockwright.core.errors import Unavailable
from tests.contracts.samples import block_run, create

SECOND_MIGRATION = """
from alembic import op
from sqlalchemy import Column, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("run", recreate="always" if on_sqlite else "never") as batch:
        batch.add_column(Column("colour", Text))
    {then}
"""


def structure(path: Path) -> Mapping[str, Any]:
    """Everything that SQLite knows of each table, however the text that made it was laid out."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {
            name: (
                sorted(connection.execute(f"PRAGMA table_xinfo({name})").fetchall()),
                sorted(connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()),
                sorted(
                    (index, unique, partial, tuple(connection.execute(f"PRAGMA index_xinfo({index})").fetchall()))
                    for _, index, unique, _, partial in connection.execute(f"PRAGMA index_list({name})").fetchall()
                ),
                "AUTOINCREMENT" in sql,
                "WITHOUT ROWID" in sql,
            )
            for name, sql in rows
        }
    finally:
        connection.close()


def conditions(path: Path) -> Mapping[str, str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        return {name: sql.partition(" WHERE ")[2] for name, sql in rows.fetchall()}
    finally:
        connection.close()


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    path = tmp_path / "migrated.db"
    upgrade_sqlite(path, CURRENT.migrations)
    return path


@pytest.fixture
def next_release(tmp_path: Path) -> Callable[[str], Schema]:
    """Makes a release with one more migration, which replaces the table of runs and then does ``then``."""

    def make(then: str = "pass") -> Schema:
        migrations = tmp_path / "next"
        shutil.copytree(CURRENT.migrations, migrations, ignore=shutil.ignore_patterns("__pycache__"))
        (migrations / "versions" / "0002_colour.py").write_text(SECOND_MIGRATION.format(then=then))
        return Schema("0002", migrations)

    return make


def test_the_file_of_the_schema_is_the_tables_as_text() -> None:
    text = Path(CURRENT.migrations.parent, "schema.sql").read_text(encoding="utf-8")
    assert text == schema_sql(), "write schema.sql anew (see README.md)"


def test_migrations_lead_to_the_file_of_the_schema(migrated: Path, tmp_path: Path) -> None:
    open_sqlite(tmp_path / "created.db", durable=False).close()
    assert structure(migrated) == structure(tmp_path / "created.db")
    assert conditions(migrated) == conditions(tmp_path / "created.db")


def test_migrations_lead_to_the_tables(migrated: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.postgres
def test_migrations_lead_to_the_tables_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    open_database(postgres_url, folder=tmp_path, durable=False).close()
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_version_is_that_of_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(CURRENT.migrations))
    assert [CURRENT.version] == ScriptDirectory.from_config(config).get_heads()
    assert CURRENT.known()[-1] == CURRENT.version


def test_an_upgrade_keeps_every_row(tmp_path: Path, next_release: Callable[[str], Schema]) -> None:
    path = tmp_path / "blockwright.db"
    before = open_sqlite(path, durable=False)
    run = create(DatabaseRuns(before), [block_run("a"), block_run("b")])
    before.close()
    after = open_sqlite(path, durable=False, schema=next_release("pass"))
    runs = DatabaseRuns(after)
    assert (runs.get(run.id), len(runs.block_runs(run.id)), len(runs.events(run.id))) == (run, 2, 1)
    assert create(runs).id > run.id
    with after.read() as transaction:
        assert transaction.execute("SELECT colour FROM run").fetchone() == (None,)
    after.close()
    with pytest.raises(Unavailable, match="0002"):
        open_sqlite(path, durable=False)


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("raise RuntimeError('broken')", RuntimeError),
        ("op.execute('DELETE FROM run')", Unavailable),  # leaves block runs without their run
    ],
)
def test_a_failing_upgrade_leaves_the_old_database(
    then: str, error: type[Exception], tmp_path: Path, next_release: Callable[[str], Schema]
) -> None:
    path = tmp_path / "blockwright.db"
    before = open_sqlite(path, durable=False)
    run = create(DatabaseRuns(before), [block_run("a")])
    before.close()
    old = structure(path)
    with pytest.raises(error):
        open_sqlite(path, durable=False, schema=next_release(then))
    assert structure(path) == old
    again = open_sqlite(path, durable=False)
    assert DatabaseRuns(again).get(run.id) == run
    again.close()


KILLED = """
import sys
from pathlib import Path
from blockwright.adapters.db.opening import open_sqlite
from blockwright.adapters.db.schema import CURRENT, Schema
from blockwright.wire import kill_points
path, migrations, point = sys.argv[1:]
kill_points.arm(point)
open_sqlite(Path(path), durable=False, schema=Schema("0002", Path(migrations)) if migrations else CURRENT)
"""


def killed_at(point: str, path: Path, migrations: str = "") -> None:
    process = subprocess.run([sys.executable, "-c", KILLED, path, migrations, point], timeout=60)
    assert process.returncode == -9


@pytest.mark.fault
@pytest.mark.parametrize(("point", "version"), [("before", "0001"), ("after", "0002")])
def test_a_kill_during_an_upgrade_leaves_one_schema_or_the_other(
    point: str, version: str, tmp_path: Path, next_release: Callable[[str], Schema]
) -> None:
    path, release = tmp_path / "blockwright.db", next_release("pass")
    before = open_sqlite(path, durable=False)
    run = create(DatabaseRuns(before))
    before.close()
    killed_at(f"database.{point}_commit", path, str(release.migrations))
    connection = sqlite3.connect(path)
    assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == (version,)
    connection.close()
    after = open_sqlite(path, durable=False, schema=release)
    assert DatabaseRuns(after).get(run.id) == run
    after.close()


KILLED_ON_POSTGRES = """
import sys
from pathlib import Path
from blockwright.adapters.db.postgres import open_postgres
from blockwright.adapters.db.schema import Schema
from blockwright.wire import kill_points
url, migrations, point = sys.argv[1:]
database = open_postgres(url)
kill_points.arm(point)
database.bring_up_to_date(Schema("0002", Path(migrations)))
"""


@pytest.mark.fault
@pytest.mark.postgres
@pytest.mark.parametrize(("point", "version"), [("before", "0001"), ("after", "0002")])
def test_so_does_one_on_postgres(
    point: str, version: str, postgres_url: str, next_release: Callable[[str], Schema]
) -> None:
    from blockwright.adapters.db.postgres import open_postgres

    release = next_release("pass")
    before = open_postgres(postgres_url)
    run = create(DatabaseRuns(before))
    before.close()
    command = [sys.executable, "-c", KILLED_ON_POSTGRES, postgres_url, release.migrations, f"database.{point}_commit"]
    assert subprocess.run(command, timeout=100).returncode == -9
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == (version,)
        columns = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'colour'"
        found = connection.exec_driver_sql(f"{columns} AND table_schema = current_schema()").fetchone()
        assert found == (int(version == "0002"),)
    engine.dispose()
    if version == "0002":
        with pytest.raises(Unavailable, match="0002"):
            open_postgres(postgres_url)
        return
    after = open_postgres(postgres_url)
    after.bring_up_to_date(release)
    runs = DatabaseRuns(after)
    assert runs.get(run.id) == run
    assert create(runs).id > run.id
    after.close()


@pytest.mark.fault
@pytest.mark.parametrize("point", ["database.before_commit", "database.after_commit"])
def test_a_kill_while_the_database_is_made_leaves_none_or_a_whole_one(point: str, tmp_path: Path) -> None:
    killed_at(point, tmp_path / "blockwright.db")
    database = open_sqlite(tmp_path / "blockwright.db", durable=False)
    assert create(DatabaseRuns(database)).id == 1
    database.close()
