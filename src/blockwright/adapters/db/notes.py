"""Tags and notes of runs in a database: ``ports.notes.Annotations``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.statements import columns, insert, placeholders, upsert
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.notes import Note, Tag
from blockwright.core.runs.model import RunId

_TAG = ("run_id", "name", "value", "author", "created", "project")
_SET_TAG = upsert("run_tag", _TAG, key=("run_id", "name"), fixed=("project",))
_NOTE = ("id", "run_id", "author", "text", "created", "changed")
_SELECT_NOTE = f"SELECT {columns(_NOTE)} FROM run_note"
_ADD_NOTE = f"{insert('run_note', ('run_id', 'author', 'text', 'created', 'project'))} RETURNING {columns(_NOTE)}"
_CHANGE_NOTE = f"""
UPDATE run_note SET text = ?, changed = ? WHERE project = ? AND run_id = ? AND id = ? AND author = ?
RETURNING {columns(_NOTE)}
"""


class DatabaseAnnotations:
    """``Annotations`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tags(self, project: str, runs: Sequence[RunId]) -> Mapping[RunId, Sequence[Tag]]:
        found: dict[RunId, list[Tag]] = defaultdict(list)
        if runs:
            asked = f"run_id IN ({placeholders(len(runs))}) AND project = ?"
            statement = f"SELECT run_id, name, value, author, created FROM run_tag WHERE {asked} ORDER BY run_id, name"
            with self._database.read() as transaction:
                for run, name, value, author, created in transaction.execute(statement, (*runs, project)).fetchall():
                    found[RunId(run)].append(Tag(name, value, author, moment(created)))
        return found

    def tag(self, project: str, run: RunId, name: str, value: str, *, author: str, now: datetime, most: int) -> None:
        row = (run, name, text_cell(value), text_cell(author), time_cell(now), project)
        counting = "SELECT COUNT(*) FROM run_tag WHERE run_id = ? AND name <> ?"
        with self._database.write() as transaction:
            if transaction.execute(counting, (run, name)).fetchone()[0] >= most:
                raise Invalid(f"Run {run} has {most} tags already.", hint="Take one away first.", code="tag")
            transaction.execute(_SET_TAG, row)

    def untag(self, project: str, run: RunId, name: str) -> None:
        statement = "DELETE FROM run_tag WHERE run_id = ? AND name = ? AND project = ?"
        with self._database.write() as transaction:
            if transaction.execute(statement, (run, name, project)).rowcount == 0:
                raise NotFound(f"Run {run} has no tag `{name}`.", code="tag_not_found")

    def tagged(
        self, project: str, name: str, value: str | None = None, *, before: RunId | None = None, limit: int = 50
    ) -> Sequence[RunId]:
        asked: dict[str, Any] = {"project = ?": project, "name = ?": name, "value = ?": value, "run_id < ?": before}
        used = {condition: given for condition, given in asked.items() if given is not None}
        statement = f"SELECT run_id FROM run_tag WHERE {' AND '.join(used)} ORDER BY run_id DESC LIMIT ?"
        with self._database.read() as transaction:
            return [RunId(row[0]) for row in transaction.execute(statement, (*used.values(), limit)).fetchall()]

    def names(self, project: str, *, limit: int = 200) -> Sequence[tuple[str, int]]:
        statement = "SELECT name, COUNT(*) FROM run_tag WHERE project = ? GROUP BY name ORDER BY 2 DESC, 1 LIMIT ?"
        with self._database.read() as transaction:
            return [(name, int(count)) for name, count in transaction.execute(statement, (project, limit)).fetchall()]

    def notes(self, project: str, run: RunId) -> Sequence[Note]:
        with self._database.read() as transaction:
            rows = transaction.execute(
                f"{_SELECT_NOTE} WHERE run_id = ? AND project = ? ORDER BY id", (run, project)
            ).fetchall()
        return [_note(row) for row in rows]

    def note(self, project: str, run: RunId, text: str, *, author: str, now: datetime) -> Note:
        row = (run, text_cell(author), text_cell(text), time_cell(now), project)
        with self._database.write() as transaction:
            return _note(transaction.execute(_ADD_NOTE, row).fetchone())

    def change_note(self, project: str, run: RunId, note: int, text: str, *, author: str, now: datetime) -> Note:
        values = (text_cell(text), time_cell(now), project, run, note, text_cell(author))
        with self._database.write() as transaction:
            row = transaction.execute(_CHANGE_NOTE, values).fetchone()
        if row is None:
            raise _no_such_note(run, note)
        return _note(row)

    def delete_note(self, project: str, run: RunId, note: int, *, author: str | None) -> None:
        statement, values = "DELETE FROM run_note WHERE project = ? AND run_id = ? AND id = ?", (project, run, note)
        whose = (" AND author = ?", (text_cell(author),)) if author is not None else ("", ())
        with self._database.write() as transaction:
            if transaction.execute(statement + whose[0], (*values, *whose[1])).rowcount == 0:
                raise _no_such_note(run, note)


def _no_such_note(run: RunId, note: int) -> NotFound:
    return NotFound(
        f"Run {run} has no note {note} of yours.",
        hint="Only whoever wrote a note may change it.",
        code="note_not_found",
    )


def _note(row: Sequence[Any]) -> Note:
    id, run, author, text, created, changed = row
    return Note(id, RunId(run), author, text, moment(created), moment(changed))
