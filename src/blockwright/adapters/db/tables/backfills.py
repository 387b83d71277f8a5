"""Backfills and their slices."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata

backfill = Table(
    "backfill",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued, running, paused, cancelling, completed, failed, cancelled
    Column("reason", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("parallel", Integer, nullable=False),
    Column("reuse", Boolean),
    Column("requested_by", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("finished", BigInteger),
    Index("backfill_by_state", "project", "state", "id"),
    Index("backfill_by_pipeline", "project", "pipeline", "id"),
    sqlite_autoincrement=True,
)

backfill_slice = Table(
    "backfill_slice",
    metadata,
    Column("backfill_id", RowId, ForeignKey("backfill.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("date", BigInteger),
    Column("variables", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_id", RowId),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("backfill_id", "position"),
    Index("backfill_slice_by_state", "backfill_id", "state", "position"),
    sqlite_with_rowid=False,
)
