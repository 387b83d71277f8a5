"""The feed: what changed, in the order in which it was committed, for everyone who follows along."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata

# On SQLite there is one writer at a time, so `id` grows in the order of commits. On PostgreSQL it does not: a reader
# follows (`writer`, `id`) and stops before the oldest transaction that is still open.
feed = Table(
    "feed",
    metadata,
    Column("id", RowId, primary_key=True),
    # PostgreSQL's number of the writing transaction (a migration sets that default there); 0 on SQLite.
    Column("writer", BigInteger, nullable=False, server_default=text("0")),
    Column("time", BigInteger, nullable=False),
    Column("project", Text, nullable=False),  # empty: of the whole installation
    Column("topic", Text, nullable=False),
    Column("run_id", RowId),
    Column("data", Text, nullable=False),
    Index("feed_by_writer", "writer", "id"),
    sqlite_autoincrement=True,
)

# How far the feed has been forgotten: one row, once anything was.
feed_end = Table(
    "feed_end",
    metadata,
    Column("id", Integer, nullable=False, autoincrement=False),
    Column("writer", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)
