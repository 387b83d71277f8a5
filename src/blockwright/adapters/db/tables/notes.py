"""What people say about runs: tags to find them by, notes to remember why."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata, run_id

run_tag = Table(
    "run_tag",
    metadata,
    run_id(),
    Column("name", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("run_id", "name"),
    Index("run_tag_by_name", "project", "name", "value", "run_id"),
    sqlite_with_rowid=False,
)

run_note = Table(
    "run_note",
    metadata,
    Column("id", RowId, primary_key=True),
    run_id(),
    Column("project", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger),
    Index("run_note_by_run", "run_id", "id"),
    sqlite_autoincrement=True,
)
