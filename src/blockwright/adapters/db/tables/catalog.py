"""The catalogue: the versions of every output, their columns and names."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata

# One row for each result that a run made, not for those that were reused.
version = Table(
    "version",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("run_id", RowId, nullable=False),
    Column("block_run", Text, nullable=False),
    Column("output", Text, nullable=False),  # the whole record of the output
    Column("digest", Text, nullable=False),
    Column("schema", Text, nullable=False),  # digest of names and types of its columns
    Column("created", BigInteger, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Index("version_by_output", "project", "pipeline", "block", "name", "id"),
    Index("version_by_run", "run_id"),
    sqlite_autoincrement=True,
)

version_column = Table(
    "version_column",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("column_name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("first_version", RowId, nullable=False),
    Column("last_version", RowId, nullable=False),
    PrimaryKeyConstraint("project", "pipeline", "block", "name", "column_name", "type"),
    Index("version_column_by_name", "project", "column_name"),
    sqlite_with_rowid=False,
)

# A name that people give to a version, and may give to another one later.
alias = Table(
    "alias",
    metadata,
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version_id", RowId, ForeignKey("version.id", ondelete="CASCADE"), nullable=False),
    Column("updated", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "name"),
    Index("alias_by_version", "version_id"),
    sqlite_with_rowid=False,
)
