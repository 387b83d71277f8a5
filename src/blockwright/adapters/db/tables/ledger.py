"""What runs cost: each ended run once, and their sums by pipeline and day, which outlive the runs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import metadata, run_id

run_cost = Table(
    "run_cost",
    metadata,
    run_id(),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("round", Integer, nullable=False),  # of the run, when this was written: a retry adds to it
    Column("day", Text, nullable=False),  # YYYY-MM-DD in UTC, of the run's end
    Column("state", Text, nullable=False),
    Column("block_runs", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
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

cost_day = Table(
    "cost_day",
    metadata,
    Column("project", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("runs", BigInteger, nullable=False),
    Column("block_runs", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("block_seconds", Float, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("rss_peak", BigInteger, nullable=False),
    Column("bytes_in", BigInteger, nullable=False),
    Column("bytes_out", BigInteger, nullable=False),
    # Runs that took at most so many seconds, for the histogram of the metrics.
    Column("within_1", BigInteger, nullable=False),
    Column("within_10", BigInteger, nullable=False),
    Column("within_60", BigInteger, nullable=False),
    Column("within_600", BigInteger, nullable=False),
    Column("within_3600", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "day", "pipeline", "state"),
    sqlite_with_rowid=False,
)

# What a living process says about itself, for those who measure from another one.
process_figure = Table(
    "process_figure",
    metadata,
    Column("process", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("updated", BigInteger, nullable=False),
    PrimaryKeyConstraint("process", "name"),
    sqlite_with_rowid=False,
)
