"""Alerts and their way to each channel."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata

alert = Table(
    "alert",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("key", Text, nullable=False),  # what it is about: raised once for each
    Column("kind", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("run_id", RowId),
    Column("trigger_id", RowId),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("alert_by_key", "project", "key", unique=True),
    Index("alert_by_project", "project", "id"),
    Index("alert_by_age", "created"),
    sqlite_autoincrement=True,
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    Column("alert_id", RowId, ForeignKey("alert.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, sent, failed
    Column("tries", Integer, nullable=False),
    Column("first_due", BigInteger, nullable=False),
    Column("due", BigInteger),  # of a waiting one; while a try is under way: when it counts as lost
    Column("problem", Text, nullable=False),
    PrimaryKeyConstraint("alert_id", "channel"),
    Index("alert_delivery_by_due", "project", "state", "due"),
    sqlite_with_rowid=False,
)

# What the rules remember: how far the feed was read, since when a pipeline is watched.
alert_memory = Table(
    "alert_memory",
    metadata,
    Column("project", Text, nullable=False),  # empty: of the whole installation
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("project", "name"),
    sqlite_with_rowid=False,
)

# What on the screen of a project somebody does not want to be told for a while.
mute = Table(
    "mute",
    metadata,
    Column("project", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person", Text, nullable=False),  # empty: everybody
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "subject", "person"),
    sqlite_with_rowid=False,
)
