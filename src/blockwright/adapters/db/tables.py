"""The schema: every table, once, for SQLite and PostgreSQL alike.

Migrations lead to exactly this, and ``schema.sql`` is this as text; tests hold all three together. Only migrations
and tests import this module: SQLAlchemy is too slow for every start (see ``databases``).

Every row carries its project. Times are microseconds since 1970 in UTC, documents are JSON text (see ``cells``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

# Constraints have names so that a later migration can speak of them.
metadata = MetaData(naming_convention={"pk": "%(table_name)s_pk", "fk": "%(table_name)s_%(column_0_name)s_fk"})

# SQLite counts rows by itself only in a column whose type is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


def _run_id() -> Column[int]:
    return Column("run_id", RowId, ForeignKey("run.id", ondelete="CASCADE"), nullable=False)


run = Table(
    "run",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("selection", Text, nullable=False),
    Column("variables", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("reuse", Boolean),
    Column("snapshot", Text, nullable=False),
    Column("git_commit", Text),
    Column("started", BigInteger),
    Column("finished", BigInteger),
    Column("round", Integer, nullable=False),
    Column("replay_of", RowId),
    Column("parent_run", RowId),
    Column("pinned", Boolean, nullable=False),
    Column("skip_sensors", Boolean, nullable=False),
    Index("run_by_project", "project", "id"),
    Index("run_by_pipeline", "project", "pipeline", "id"),
    Index("run_by_state", "project", "state", "id"),
    Index("run_by_pipeline_and_state", "project", "pipeline", "state", "id"),
    sqlite_autoincrement=True,  # an id is never used again: folders and links of a deleted run may still exist
)

# A table of its own, since each save and each renewal writes this row, while `run` holds documents of any size.
run_lease = Table(
    "run_lease",
    metadata,
    _run_id(),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("owner", Text),
    Column("fencing", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    Column("events", BigInteger, nullable=False),  # numbers given so far
    Column("positions", BigInteger, nullable=False),  # places given to block runs so far, with gaps
    PrimaryKeyConstraint("run_id"),
)

_COMPLETED = text("state = 'completed'")
_COMPLETED_WHOLE = text("state = 'completed' AND role <> 'child'")

block_run = Table(
    "block_run",
    metadata,
    _run_id(),
    Column("name", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("block", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("parent", Text),
    Column("dynamic_index", BigInteger),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("waited", Float, nullable=False),
    Column("due", BigInteger),
    Column("started", BigInteger),
    Column("finished", BigInteger),
    Column("seconds", Float),
    Column("cpu_seconds", Float),
    Column("rss_peak", BigInteger),
    Column("key", Text),
    Column("reused", Boolean, nullable=False),
    Column("source_run", RowId),
    Column("outputs", Text, nullable=False),
    Column("tests_passed", Integer, nullable=False),
    Column("tests_failed", Integer, nullable=False),
    Column("failure", Text),
    Column("items", Text),
    Column("manifest", Text),
    Column("settled", BigInteger),  # when it completed
    Column("produced", BigInteger),  # when its result was made: earlier than `settled` for a reused one
    PrimaryKeyConstraint("run_id", "name"),
    Index(
        "block_run_by_key",
        "project",
        "block",
        "key",
        "produced",
        sqlite_where=_COMPLETED,
        postgresql_where=_COMPLETED,
    ),
    Index(
        "block_run_by_block",
        "project",
        "pipeline",
        "block",
        "settled",
        sqlite_where=_COMPLETED_WHOLE,
        postgresql_where=_COMPLETED_WHOLE,
    ),
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    metadata,
    _run_id(),
    Column("block_run", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("project", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("fencing", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("host", Text),
    Column("pid", BigInteger),
    Column("pid_started", BigInteger),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    Column("manifest", Text),
    Column("snapshot", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "block_run", "number"),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    _run_id(),
    Column("number", BigInteger, nullable=False),
    Column("project", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("block_run", Text),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
    sqlite_with_rowid=False,
)

run_inbox = Table(
    "run_inbox",
    metadata,
    Column("id", RowId, primary_key=True),
    _run_id(),
    Column("project", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("run_inbox_by_run", "run_id", "id"),
    sqlite_autoincrement=True,  # a message that was dealt with is not mistaken for a later one
)

secret = Table(
    "secret",
    metadata,
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("token", Text, nullable=False),  # the encrypted value
    PrimaryKeyConstraint("project", "name"),
    sqlite_with_rowid=False,
)


def schema_sql() -> str:
    """The text of ``schema.sql``: what makes a new SQLite file without SQLAlchemy."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    dialect = sqlite.dialect()
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [str(CreateIndex(index).compile(dialect=dialect)) for index in sorted(table.indexes, key=str)]
    lines = (line.rstrip() for statement in statements for line in f"{statement.strip()};".splitlines())
    return "\n".join(line.replace("\t", "    ") for line in lines) + "\n"
