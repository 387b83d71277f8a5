"""Models: their versions, what is served of each, and who wanted which version to follow which."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata

model = Table(
    "model",
    metadata,
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("newest", Integer, nullable=False),  # the highest number; no number is given twice
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "name"),
    sqlite_with_rowid=False,
)

# It outlives the run that made it, and keeps its bytes and the code of that run from being collected.
model_version = Table(
    "model_version",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("run_id", RowId),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("block_run", Text, nullable=False),
    Column("git_commit", Text),
    Column("snapshot", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),  # digest of what its data look like; empty: nobody said
    Index("model_version_by_number", "project", "model", "number", unique=True),
    Index("model_version_by_origin", "project", "model", "run_id", "block_run", "digest"),
    sqlite_autoincrement=True,
)

# What a model's name stands for now: who answers, who answered before, and what share a challenger gets.
endpoint = Table(
    "endpoint",
    metadata,
    Column("project", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("previous", Integer),
    Column("traffic", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    PrimaryKeyConstraint("project", "model"),
    sqlite_with_rowid=False,
)

# What another registry was told of an endpoint: a later change of ours and one of somebody else are known apart by it.
model_mirror = Table(
    "model_mirror",
    metadata,
    Column("project", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("tried", BigInteger),
    Column("sent", BigInteger),
    PrimaryKeyConstraint("project", "model"),
    sqlite_with_rowid=False,
)

promotion = Table(
    "promotion",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version_before", Integer),
    Column("version_after", Integer),
    Column("requested_by", Text, nullable=False),
    Column("requested", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided", BigInteger),
    Column("origin", Text, nullable=False),
    Index("promotion_by_model", "project", "model", "id"),
    sqlite_autoincrement=True,
)
