"""Runs with their leases, block runs, attempts, events and messages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from blockwright.adapters.db.tables.base import RowId, metadata, run_id

_TRIGGERED = text("trigger_id IS NOT NULL")
_SLICE = text("backfill_id IS NOT NULL")
_PRODUCT = text("product IS NOT NULL")
_WAITING = text("state = 'queued'")

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
    Column("queue", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("trigger_id", RowId),
    Column("due", BigInteger),
    Column("backfill_id", RowId),
    Column("slice", Integer),
    Column("product", Text),
    Column("requested_by", Text, nullable=False),
    # The kind stands behind the id so that lists of one kind are found in the index, without reading the runs.
    Index("run_by_project", "project", "id", "kind"),
    Index("run_by_pipeline", "project", "pipeline", "id", "kind"),
    Index("run_by_state", "project", "state", "id", "kind"),
    Index("run_by_pipeline_and_state", "project", "pipeline", "state", "id", "kind"),
    Index("run_by_person", "project", "requested_by", "id", "kind"),
    Index("run_by_time", "project", "created", "id"),
    Index("run_by_trigger", "trigger_id", "id", sqlite_where=_TRIGGERED, postgresql_where=_TRIGGERED),
    Index("run_by_backfill", "backfill_id", "slice", "id", sqlite_where=_SLICE, postgresql_where=_SLICE),
    Index("run_by_product", "project", "product", "id", sqlite_where=_PRODUCT, postgresql_where=_PRODUCT),
    Index("run_waiting", "project", "priority", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    sqlite_autoincrement=True,  # an id is never used again: folders and links of a deleted run may still exist
)

# A table of its own, since each save and each renewal writes this row, while `run` holds documents of any size.
run_lease = Table(
    "run_lease",
    metadata,
    run_id(),
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
_WITHOUT_RESULT = text("state IN ('failed', 'cancelled', 'skipped', 'upstream_failed') AND role <> 'child'")

block_run = Table(
    "block_run",
    metadata,
    run_id(),
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
    Index(
        "block_run_without_result",
        "project",
        "pipeline",
        "block",
        "run_id",
        sqlite_where=_WITHOUT_RESULT,
        postgresql_where=_WITHOUT_RESULT,
    ),
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    metadata,
    run_id(),
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
    run_id(),
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
    run_id(),
    Column("project", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("run_inbox_by_run", "run_id", "id"),
    Index("run_inbox_by_kind", "project", "kind", "id"),
    sqlite_autoincrement=True,  # a message that was dealt with is not mistaken for a later one
)
