"""Alembic's entry: runs the migrations on the connection it is handed, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

from blockwright.adapters.db.schema import VERSION_TABLE
from blockwright.adapters.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    # Both databases roll back DDL; Alembic believes it of PostgreSQL only.
    transactional_ddl=True,
)
context.run_migrations()
