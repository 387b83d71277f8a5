"""What people do not want to be told for a while, in a database: ``ports.alerts.Mutes``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blockwright.adapters.db.cells import moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.statements import upsert
from blockwright.ports.alerts import Mute

_KEY = ("project", "subject", "person")
_SET = upsert("mute", (*_KEY, "reason", "author", "created", "until"), key=_KEY)
_LIST = """
SELECT subject, person, reason, author, created, until FROM mute
WHERE project = ? AND person IN ('', ?) AND until > ? ORDER BY subject, person
"""
_ENDED = "DELETE FROM mute WHERE project = ? AND until <= ?"


class DatabaseMutes:
    """``Mutes`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, mute: Mute) -> None:
        now, until = time_cell(mute.created), time_cell(mute.until)
        said = (text_cell(mute.reason), text_cell(mute.author))
        with self._database.write() as transaction:
            transaction.execute(_ENDED, (project, now))
            transaction.execute(_SET, (project, text_cell(mute.subject), text_cell(mute.person), *said, now, until))

    def list(self, project: str, person: str, *, now: datetime) -> Sequence[Mute]:
        with self._database.read() as transaction:
            rows = transaction.execute(_LIST, (project, text_cell(person), time_cell(now))).fetchall()
        return [
            Mute(subject, whose, reason, author, moment(created), moment(until))
            for subject, whose, reason, author, created, until in rows
        ]

    def remove(self, project: str, subject: str, person: str) -> bool:
        statement = "DELETE FROM mute WHERE project = ? AND subject = ? AND person = ?"
        with self._database.write() as transaction:
            return transaction.execute(statement, (project, text_cell(subject), text_cell(person))).rowcount > 0
