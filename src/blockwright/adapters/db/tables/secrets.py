"""Secrets, encrypted."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import metadata

secret = Table(
    "secret",
    metadata,
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("token", Text, nullable=False),  # the encrypted value
    PrimaryKeyConstraint("project", "name"),
    sqlite_with_rowid=False,
)
