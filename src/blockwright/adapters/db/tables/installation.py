"""What the records say of the installation itself."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from blockwright.adapters.db.tables.base import metadata

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
