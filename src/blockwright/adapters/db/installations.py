"""The name of these records, by which what lies elsewhere is told from that of other installations."""

from __future__ import annotations

import os

from blockwright.adapters.db.databases import Database

_SELECT = "SELECT value FROM installation WHERE name = 'id'"
_INSERT = "INSERT INTO installation (name, value) VALUES ('id', ?) ON CONFLICT DO NOTHING"


def installation(database: Database) -> str:
    """A random name, made by whoever asks first; the same for all hosts on this database."""
    with database.read() as transaction:
        row = transaction.execute(_SELECT).fetchone()
    if row is None:
        with database.write() as transaction:
            transaction.execute(_INSERT, (os.urandom(16).hex(),))
            row = transaction.execute(_SELECT).fetchone()
    assert row is not None
    return str(row[0])
