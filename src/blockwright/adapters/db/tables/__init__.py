"""The schema: every table, once, for SQLite and PostgreSQL alike; a module for each column of the house.

Migrations lead to exactly this, and ``schema.sql`` is this as text; tests hold all three together, and ``make schema``
writes both anew. Only migrations and tests import this package: SQLAlchemy is too slow for every start (see
``databases``).

Every row carries its project. Times are microseconds since 1970 in UTC, documents are JSON text (see ``cells``).
"""

from __future__ import annotations

from blockwright.adapters.db.tables import (
    access,
    alerts,
    backfills,
    catalog,
    experiments,
    feed,
    installation,
    ledger,
    models,
    monitors,
    notes,
    queues,
    runs,
    secrets,
    triggers,
)
from blockwright.adapters.db.tables.base import metadata

__all__ = [
    "access",
    "alerts",
    "backfills",
    "catalog",
    "experiments",
    "feed",
    "installation",
    "ledger",
    "metadata",
    "models",
    "monitors",
    "notes",
    "queues",
    "runs",
    "schema_sql",
    "secrets",
    "triggers",
]


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
