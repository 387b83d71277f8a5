"""Triggers and every time that they fired."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata

_ARMED = text("next_due IS NOT NULL")

trigger = Table(
    "trigger",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),  # file, api
    Column("definition", Text, nullable=False),
    Column("active", BigInteger, nullable=False),
    Column("token", Text, nullable=False),  # encrypted
    Column("first_seen", BigInteger, nullable=False),
    Column("enabled", BigInteger),  # since when it is active
    Column("next_due", BigInteger),
    Column("last_due", BigInteger),
    Column("state", Text, nullable=False),  # what an event source has seen so far
    Column("problem", Text, nullable=False),  # why it cannot fire
    Column("updated", BigInteger, nullable=False),
    Column("gone", BigInteger),  # since when it is no longer there; its history stays
    Index("trigger_by_pipeline", "project", "pipeline", "name"),
    Index("trigger_by_due", "next_due", sqlite_where=_ARMED, postgresql_where=_ARMED),
    sqlite_autoincrement=True,
)

# The key is what it fired for: a due time, or the id of an event. It fires once for each.
trigger_fire = Table(
    "trigger_fire",
    metadata,
    Column("trigger_id", RowId, ForeignKey("trigger.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("due", BigInteger),
    Column("fired", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),  # run, skipped, missed
    Column("reason", Text, nullable=False),
    Column("run_id", RowId),
    PrimaryKeyConstraint("trigger_id", "key"),
    Index("trigger_fire_by_time", "trigger_id", "fired"),
    sqlite_with_rowid=False,
)

# What was read of a file of triggers, so that an unchanged one is not read again.
trigger_file = Table(
    "trigger_file",
    metadata,
    Column("project", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("project", "path"),
    sqlite_with_rowid=False,
)
