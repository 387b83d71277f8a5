"""Which tracked runs belong to which block runs. They outlive the runs, as what the tracking server keeps does."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata

_OPEN = text("ended IS NULL")

tracked_run = Table(
    "tracked_run",
    metadata,
    Column("project", Text, nullable=False),
    Column("tracked", Text, nullable=False),  # its id at the tracking server
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("run_id", RowId, nullable=False),
    Column("block_run", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("experiment", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting", Boolean, nullable=False),  # its records could not be sent yet
    Column("created", BigInteger, nullable=False),
    Column("ended", BigInteger),
    PrimaryKeyConstraint("project", "tracked"),
    Index("tracked_run_by_time", "project", "created", "tracked"),
    Index("tracked_run_by_experiment", "project", "experiment", "created", "tracked"),
    Index("tracked_run_by_run", "run_id"),
    Index("tracked_run_open", "project", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)
