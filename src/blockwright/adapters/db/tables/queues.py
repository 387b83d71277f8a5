"""What runs and blocks wait for: limits on runs, pools of slots; and creations that were asked for twice."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import metadata, run_id

# One row for each limit that a run was let through; it counts until the run has ended.
run_limit = Table(
    "run_limit",
    metadata,
    run_id(),
    Column("key", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("allowed", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "key"),
    Index("run_limit_by_key", "project", "key"),
    sqlite_with_rowid=False,
)

# One row for each pool that an attempt holds slots of; gone when the attempt ends.
slot = Table(
    "slot",
    metadata,
    run_id(),
    Column("block_run", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "block_run", "pool"),
    Index("slot_by_pool", "project", "pool"),
    sqlite_with_rowid=False,
)

# Whoever counts what a limit or pool allows writes its row first, so that two never count at the same time.
limit_turn = Table(
    "limit_turn",
    metadata,
    Column("project", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("turns", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "key"),
    sqlite_with_rowid=False,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("project", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request", Text, nullable=False),  # digest of what was asked for with this key
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),  # the process that is at it
    Column("run", BigInteger),  # what was made for it, before it is answered
    PrimaryKeyConstraint("project", "key"),
    Index("idempotency_by_age", "created"),
    sqlite_with_rowid=False,
)
