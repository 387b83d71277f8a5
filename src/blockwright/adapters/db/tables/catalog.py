"""The catalogue: the versions of every output, their columns and names, and what block code read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata, run_id

_PINNED = text("pinned")

# One row for each result that a run made, not for those that were reused. It outlives its run while others reuse it.
version = Table(
    "version",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("run_id", RowId, nullable=False),
    Column("block_run", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("output", Text, nullable=False),  # the whole record of the output
    Column("parts", Integer),  # of a dynamic block: how many children it is made of
    Column("digest", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("schema", Text, nullable=False),  # digest of names and types of its columns
    Column("key", Text),
    Column("manifest", Text),
    Column("made", BigInteger, nullable=False),  # `produced` of its block run, and of those that reuse it
    Column("pinned", Boolean, nullable=False),
    # A block run that is run again by a retry has a version for each round.
    Index("version_by_block_run", "run_id", "block_run", "name", "round", unique=True),
    Index("version_by_output", "project", "pipeline", "block", "name", "made", "id"),
    Index("version_pinned", "project", sqlite_where=_PINNED, postgresql_where=_PINNED),
    sqlite_autoincrement=True,
)

# Every output there is, with its newest version: what the catalogue lists.
asset = Table(
    "asset",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("newest", RowId, nullable=False),
    Column("made", BigInteger, nullable=False),  # when the newest one was
    PrimaryKeyConstraint("project", "pipeline", "block", "name"),
    sqlite_with_rowid=False,
)

# The columns of each schema once, however many versions have it.
schema_column = Table(
    "schema_column",
    metadata,
    Column("project", Text, nullable=False),
    Column("schema", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("column_name", Text, nullable=False),
    Column("type", Text, nullable=False),
    PrimaryKeyConstraint("project", "schema", "place"),
    sqlite_with_rowid=False,
)

# A name that people give to a version of an output, and may give to another one later.
alias = Table(
    "alias",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("output", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version_id", RowId, ForeignKey("version.id", ondelete="CASCADE"), nullable=False),
    Column("updated", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "pipeline", "block", "output", "name"),
    Index("alias_by_version", "version_id"),
    sqlite_with_rowid=False,
)

# The result that readers of a block's latest one get instead, with the block run where it lies.
restored = Table(
    "restored",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("version_id", RowId, ForeignKey("version.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", RowId, nullable=False),
    Column("block_run", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("updated", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "pipeline", "block"),
    Index("restored_by_run", "run_id"),
    Index("restored_by_version", "version_id"),
    sqlite_with_rowid=False,
)

# The ended runs whose results are all in the catalogue, as of a round.
catalogued = Table(
    "catalogued",
    metadata,
    run_id(),
    Column("round", Integer, nullable=False),
    PrimaryKeyConstraint("run_id"),
    sqlite_with_rowid=False,
)

# What the code of a block asked for, and in which run last. `kind` is the source's: block, product or pipeline.
reading = Table(
    "reading",
    metadata,
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source_pipeline", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("run_id", RowId, nullable=False),
    Column("seen", BigInteger, nullable=False),
    PrimaryKeyConstraint("project", "pipeline", "block", "kind", "source_pipeline", "source"),
    sqlite_with_rowid=False,
)
