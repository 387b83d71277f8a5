"""What monitors measured, and what they found: kept over time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata

_HOLDS = text("closed IS NULL")

monitor_result = Table(
    "monitor_result",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("evaluated", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index("monitor_result_by_monitor", "project", "monitor", "id"),
    sqlite_autoincrement=True,
)

monitor_finding = Table(
    "monitor_finding",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("closed", BigInteger),
    Column("reason", Text, nullable=False),
    Index("monitor_finding_by_monitor", "project", "monitor", "id"),
    # At most one of a kind holds at a time, whoever evaluates.
    Index(
        "monitor_finding_holds",
        *("project", "monitor", "kind"),
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    ),
    sqlite_autoincrement=True,
)
