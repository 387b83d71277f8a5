"""What each run cost, written once when it ends."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import metadata, run_id

run_cost = Table(
    "run_cost",
    metadata,
    run_id(),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("day", Text, nullable=False),  # YYYY-MM-DD in UTC, of the run's end
    Column("state", Text, nullable=False),
    Column("block_runs", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("block_seconds", Float, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("rss_peak", BigInteger, nullable=False),
    Column("bytes_in", BigInteger, nullable=False),
    Column("bytes_out", BigInteger, nullable=False),
    PrimaryKeyConstraint("run_id"),
    Index("run_cost_by_day", "project", "day", "pipeline"),
    sqlite_with_rowid=False,
)
