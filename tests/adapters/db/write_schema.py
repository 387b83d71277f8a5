"""Writes ``schema.sql`` and the first migration anew from the tables: ``make schema``.

Until the first release there is one migration, made from the tables. Afterwards a change of the tables is a migration
of its own, written by hand, and this writes ``schema.sql`` only.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from blockwright import __version__
from blockwright.adapters.db import tables

FEED_WRITER = """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE feed ALTER COLUMN writer SET DEFAULT (pg_current_xact_id()::text::bigint)")
"""
FOLDER = Path(tables.__file__).parent.parent
FIRST = FOLDER / "migrations" / "versions" / "0001_first.py"
HEAD = '''"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
'''


def main() -> None:
    (FOLDER / "schema.sql").write_text(tables.schema_sql(), encoding="utf-8")
    if __version__.startswith("0.1."):
        FIRST.write_text(HEAD + first_migration() + FEED_WRITER, encoding="utf-8")
        subprocess.run([Path(sys.executable).with_name("ruff"), "format", "--quiet", FIRST], check=True)


def first_migration() -> str:
    """What makes every table, as Alembic writes it, for both databases: SQLite's own switches are added."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        operations = produce_migrations(context, tables.metadata)
    assert operations.upgrade_ops is not None
    lines = render_python_code(operations.upgrade_ops).splitlines()
    return "".join(f"{line}\n" for line in lines if "commands auto generated" not in line and line.strip())


if __name__ == "__main__":
    main()
