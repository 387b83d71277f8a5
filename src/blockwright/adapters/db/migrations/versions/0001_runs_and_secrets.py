"""The first tables: runs with their leases, block runs, attempts, events and messages; secrets."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)

revision = "0001"
down_revision = None

RowId = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    completed = text("state = 'completed'")
    completed_whole = text("state = 'completed' AND role <> 'child'")
    op.create_table(
        "run",
        Column("id", RowId, nullable=False),
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
        PrimaryKeyConstraint("id", name="run_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("run_by_project", "run", ["project", "id"])
    op.create_index("run_by_pipeline", "run", ["project", "pipeline", "id"])
    op.create_index("run_by_state", "run", ["project", "state", "id"])
    op.create_index("run_by_pipeline_and_state", "run", ["project", "pipeline", "state", "id"])
    op.create_table(
        "run_lease",
        Column("run_id", RowId, nullable=False),
        Column("project", Text, nullable=False),
        Column("pipeline", Text, nullable=False),
        Column("owner", Text),
        Column("fencing", BigInteger, nullable=False),
        Column("lease_until", BigInteger),
        Column("events", BigInteger, nullable=False),
        Column("positions", BigInteger, nullable=False),
        ForeignKeyConstraint(["run_id"], ["run.id"], name="run_lease_run_id_fk", ondelete="CASCADE"),
        PrimaryKeyConstraint("run_id", name="run_lease_pk"),
    )
    op.create_table(
        "block_run",
        Column("run_id", RowId, nullable=False),
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
        Column("settled", BigInteger),
        Column("produced", BigInteger),
        ForeignKeyConstraint(["run_id"], ["run.id"], name="block_run_run_id_fk", ondelete="CASCADE"),
        PrimaryKeyConstraint("run_id", "name", name="block_run_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "block_run_by_key",
        "block_run",
        ["project", "block", "key", "produced"],
        sqlite_where=completed,
        postgresql_where=completed,
    )
    op.create_index(
        "block_run_by_block",
        "block_run",
        ["project", "pipeline", "block", "settled"],
        sqlite_where=completed_whole,
        postgresql_where=completed_whole,
    )
    op.create_table(
        "attempt",
        Column("run_id", RowId, nullable=False),
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
        ForeignKeyConstraint(["run_id"], ["run.id"], name="attempt_run_id_fk", ondelete="CASCADE"),
        PrimaryKeyConstraint("run_id", "block_run", "number", name="attempt_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        Column("run_id", RowId, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("project", Text, nullable=False),
        Column("time", BigInteger, nullable=False),
        Column("kind", Text, nullable=False),
        Column("block_run", Text),
        Column("data", Text, nullable=False),
        ForeignKeyConstraint(["run_id"], ["run.id"], name="event_run_id_fk", ondelete="CASCADE"),
        PrimaryKeyConstraint("run_id", "number", name="event_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_inbox",
        Column("id", RowId, nullable=False),
        Column("run_id", RowId, nullable=False),
        Column("project", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("data", Text, nullable=False),
        ForeignKeyConstraint(["run_id"], ["run.id"], name="run_inbox_run_id_fk", ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name="run_inbox_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("run_inbox_by_run", "run_inbox", ["run_id", "id"])
    op.create_table(
        "secret",
        Column("project", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("token", Text, nullable=False),
        PrimaryKeyConstraint("project", "name", name="secret_pk"),
        sqlite_with_rowid=False,
    )
