"""Triggers, every time that they fired, and how far files and sources of events have been read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata

_ARMED = text("next_due IS NOT NULL")
_HERE = text("gone IS NULL AND active = 1")

trigger = Table(
    "trigger",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("place", Text, nullable=False),  # file, api
    Column("definition", Text, nullable=False),
    Column("active", BigInteger, nullable=False),
    Column("token", Text, nullable=False),  # encrypted
    Column("first_seen", BigInteger, nullable=False),
    Column("enabled", BigInteger),  # since when it is active
    Column("settled", BigInteger),  # every due time up to here has been decided
    Column("next_due", BigInteger),  # when to look at it next
    Column("problem", Text, nullable=False),  # why it cannot fire
    Column("updated", BigInteger),
    Column("gone", BigInteger),  # since when it is no longer there; its history stays
    Index("trigger_by_name", "project", "pipeline", "name", unique=True),
    Index("trigger_by_due", "project", "next_due", sqlite_where=_ARMED, postgresql_where=_ARMED),
    Index("trigger_by_type", "project", "type", "id", sqlite_where=_HERE, postgresql_where=_HERE),
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
    Column("outcome", Text, nullable=False),  # run, skipped, missed, failed
    Column("reason", Text, nullable=False),
    Column("run_id", RowId),
    PrimaryKeyConstraint("trigger_id", "key"),
    Index("trigger_fire_by_time", "trigger_id", "fired"),
    Index("trigger_fire_by_age", "project", "fired"),
    sqlite_with_rowid=False,
)

# How often a trigger had each outcome: the sum is asked for again and again, and the history is forgotten some day.
trigger_tally = Table(
    "trigger_tally",
    metadata,
    Column("trigger_id", RowId, ForeignKey("trigger.id", ondelete="CASCADE"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("fires", BigInteger, nullable=False),
    PrimaryKeyConstraint("trigger_id", "outcome"),
    Index("trigger_tally_by_project", "project"),
    sqlite_with_rowid=False,
)

# What was read of a file of triggers, so that an unchanged one is not read again.
trigger_file = Table(
    "trigger_file",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("signature", Text, nullable=False),  # inode, time and size
    Column("problem", Text, nullable=False),  # why nothing of it could be read
    PrimaryKeyConstraint("project", "pipeline"),
    sqlite_with_rowid=False,
)

# When all triggers of a project were paused last, and until when; without an end they are paused now.
trigger_pause = Table(
    "trigger_pause",
    metadata,
    Column("project", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    sqlite_with_rowid=False,
)

# A source of events that somebody has to watch: how far it has been read, and which engine watches it until when.
trigger_source = Table(
    "trigger_source",
    metadata,
    Column("project", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owned_until", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "source"),
    sqlite_with_rowid=False,
)
