"""The records of triggers in a database: ``ports.triggers.TriggerStore``."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db import fires
from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.feed_rows import INSERT_FEED
from blockwright.adapters.db.seals import Seals
from blockwright.adapters.db.statements import placeholders, upsert
from blockwright.adapters.db.trigger_rows import (
    INSERT,
    SELECT,
    SELECT_FIRED,
    SELECT_HISTORY,
    UPDATE,
    cells,
    read_fired,
    read_trigger,
)
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import RunId
from blockwright.core.triggers.entries import NEW, Entry, left, made, reconcile, switched, updated
from blockwright.core.triggers.model import Fired, Outcome, Pause, Place, Trigger, TriggerId, TriggerType
from blockwright.ports.runs import Fire, Settling
from blockwright.ports.triggers import Happened, SourceState, TriggerFilter

_BIGGEST = 2**63 - 1
_DUE = f"{SELECT} WHERE project = ? AND next_due <= ? AND {fires.NOT_PAUSED}"
_NEXT_DUE = f"SELECT MIN(next_due) FROM trigger WHERE project = ? AND next_due IS NOT NULL AND {fires.NOT_PAUSED}"
_PAUSE_COLUMNS = "reason, author, since, until"
_PAUSE = f"""
INSERT INTO trigger_pause (project, reason, author, since) VALUES (?, ?, ?, ?)
ON CONFLICT (project) DO UPDATE SET reason = excluded.reason, author = excluded.author, until = NULL,
  since = CASE WHEN trigger_pause.until IS NULL THEN trigger_pause.since ELSE excluded.since END
RETURNING {_PAUSE_COLUMNS}
"""
_RESUME = f"UPDATE trigger_pause SET until = ? WHERE project = ? AND until IS NULL RETURNING {_PAUSE_COLUMNS}"
_FILE = upsert("trigger_file", ("project", "pipeline", "signature", "problem"), key=("project", "pipeline"))
_UNPARK = """
UPDATE trigger SET next_due = settled
WHERE project = ? AND type = 'time' AND active = 1 AND gone IS NULL AND problem = '' AND next_due IS NULL
"""
_AHEAD = f"{SELECT} WHERE project = ? AND type = 'time' AND active = 1 AND gone IS NULL AND settled > ? ORDER BY id"
_LOOK_AT = """
UPDATE trigger SET next_due = ?
WHERE id = ? AND type = 'time' AND active = 1 AND gone IS NULL AND problem = '' AND (next_due IS NULL OR next_due > ?)
"""
_UNFINISHED = """
SELECT id FROM run WHERE trigger_id = ? AND state NOT IN ('completed', 'failed', 'cancelled') ORDER BY id DESC LIMIT 1
"""
_RUNTIMES = """
SELECT started, finished FROM run
WHERE trigger_id = ? AND state = 'completed' AND started IS NOT NULL AND finished IS NOT NULL ORDER BY id DESC LIMIT ?
"""
_WATCH = """
INSERT INTO trigger_source (project, source, state, owner, owned_until) VALUES (?, ?, '{}', ?, ?)
ON CONFLICT (project, source) DO UPDATE SET owner = excluded.owner, owned_until = excluded.owned_until
WHERE trigger_source.owner = excluded.owner OR trigger_source.owned_until <= ?
RETURNING state, owner
"""
_PAGE = 2_000


class DatabaseTriggers:
    """``TriggerStore`` on any ``Database``; ``seals`` encrypts the tokens."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    # Reading ----------------------------------------------------------------------------------------------------

    def get(self, trigger: TriggerId) -> Trigger:
        with self._database.read() as transaction:
            return _get(transaction, trigger)

    def find(self, project: str, pipeline: str, name: str) -> Trigger | None:
        with self._database.read() as transaction:
            return _find(transaction, project, pipeline, name)

    def list(self, which: TriggerFilter, *, limit: int) -> Sequence[Trigger]:
        conditions, parameters = ["project = ?", "id > ?"], [which.project, which.after]
        for condition, value in (
            ("pipeline = ?", which.pipeline),
            ("type = ?", which.type),
            ("active = ?", which.active),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(int(value) if isinstance(value, bool) else str(value))
        if not which.gone:
            conditions.append("gone IS NULL")
        statement = f"{SELECT} WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?"
        with self._database.read() as transaction:
            return [read_trigger(row) for row in transaction.execute(statement, (*parameters, limit)).fetchall()]

    def due(self, project: str, now: datetime, *, limit: int, without: Collection[str] = ()) -> Sequence[Trigger]:
        kept_out = f" AND pipeline NOT IN ({placeholders(len(without))})" if without else ""
        statement = f"{_DUE}{kept_out} ORDER BY next_due, id LIMIT ?"
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (project, time_cell(now), *without, limit)).fetchall()
        return [read_trigger(row) for row in rows]

    def next_due(self, project: str) -> datetime | None:
        earliest: int | None
        with self._database.read() as transaction:
            (earliest,) = transaction.execute(_NEXT_DUE, (project,)).fetchone()
        return moment(earliest)

    def files(self, project: str) -> Mapping[str, tuple[str, str]]:
        statement = "SELECT pipeline, signature, problem FROM trigger_file WHERE project = ?"
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (project,)).fetchall()
        return {pipeline: (signature, problem) for pipeline, signature, problem in rows}

    def token(self, trigger: TriggerId) -> str:
        with self._database.read() as transaction:
            row = None
            if trigger <= _BIGGEST:
                row = transaction.execute("SELECT project, token FROM trigger WHERE id = ?", (trigger,)).fetchone()
        if row is None:
            raise no_such_trigger(trigger)
        project, sealed = row
        return self._seals.open(sealed, "trigger", project, what=f"The token of trigger {trigger}") if sealed else ""

    def fires(
        self, trigger: TriggerId, *, limit: int, before: datetime | None = None, key: str | None = None
    ) -> Sequence[Fired]:
        conditions: list[str] = ["trigger_id = ?"]
        parameters: list[Any] = [trigger]
        for condition, value in (("fired < ?", time_cell(before)), ("key = ?", key)):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        statement = f"{SELECT_FIRED} WHERE {' AND '.join(conditions)} ORDER BY fired DESC, key DESC LIMIT ?"
        with self._database.read() as transaction:
            return [read_fired(row) for row in transaction.execute(statement, (*parameters, limit)).fetchall()]

    def history(self, project: str, start: datetime, end: datetime, *, limit: int) -> Sequence[Happened]:
        parameters = (project, time_cell(start), time_cell(end), limit)
        with self._database.read() as transaction:
            rows = transaction.execute(SELECT_HISTORY, parameters).fetchall()
        return [Happened(read_fired(fired), pipeline, name, state or "") for *fired, pipeline, name, state in rows]

    def fired_keys(self, trigger: TriggerId, keys: Collection[str]) -> Collection[str]:
        if not keys:
            return frozenset()
        statement = f"SELECT key FROM trigger_fire WHERE trigger_id = ? AND key IN ({placeholders(len(keys))})"
        with self._database.read() as transaction:
            return frozenset(key for (key,) in transaction.execute(statement, (trigger, *keys)).fetchall())

    def unfinished_run(self, trigger: TriggerId) -> RunId | None:
        with self._database.read() as transaction:
            row = transaction.execute(_UNFINISHED, (trigger,)).fetchone()
        return None if row is None else RunId(row[0])

    def runtimes(self, trigger: TriggerId, *, count: int) -> Sequence[float]:
        with self._database.read() as transaction:
            rows = transaction.execute(_RUNTIMES, (trigger, count)).fetchall()
        return [(finished - started) / 1e6 for started, finished in rows]

    # Writing ----------------------------------------------------------------------------------------------------

    def sync(
        self, project: str, pipeline: str, entries: Sequence[Entry], *, signature: str, now: datetime
    ) -> Sequence[Trigger]:
        with self._database.write() as transaction:
            transaction.execute(_FILE, (project, pipeline, signature, ""))
            rows = self._locked(transaction, "project = ? AND pipeline = ?", project, pipeline)
            changes = reconcile(entries, rows, project=project, pipeline=pipeline, now=now)
            return [self._write(transaction, change.trigger, change.token) for change in changes]

    def file_broken(self, project: str, pipeline: str, *, signature: str, problem: str) -> None:
        with self._database.write() as transaction:
            transaction.execute(_FILE, (project, pipeline, signature, text_cell(problem)))

    def make(self, project: str, pipeline: str, entry: Entry, *, place: Place, now: datetime) -> Trigger:
        with self._database.write() as transaction:
            rows = self._locked(
                transaction, "project = ? AND pipeline = ? AND name = ?", project, pipeline, entry.spec.name
            )
            if not rows:
                return self._write(transaction, made(entry, project, pipeline, place, now), entry.token)
            if rows[0].gone is None:
                raise _name_taken(rows[0])
            return self._write(transaction, updated(rows[0], entry, now, place=place), entry.token)

    def change(self, trigger: TriggerId, entry: Entry, *, place: Place, now: datetime) -> Trigger:
        with self._database.write() as transaction:
            row = self._one_locked(transaction, trigger)
            other = _find(transaction, row.project, row.pipeline, entry.spec.name)
            if other is not None and other.id != row.id:
                raise _name_taken(other)
            return self._write(transaction, updated(row, entry, now, place=place), entry.token)

    def switch(self, trigger: TriggerId, active: bool, *, now: datetime) -> Trigger:
        with self._database.write() as transaction:
            return self._write(transaction, switched(self._one_locked(transaction, trigger), active, now))

    def forget(self, trigger: TriggerId, *, now: datetime) -> None:
        with self._database.write() as transaction:
            self._write(transaction, left(self._one_locked(transaction, trigger), now))

    def rotate_token(self, trigger: TriggerId) -> str:
        token = secrets.token_hex(16)
        with self._database.write() as transaction:
            self._write(transaction, self._one_locked(transaction, trigger), token)
        return token

    def settle(
        self,
        trigger: TriggerId,
        settling: Settling,
        *,
        now: datetime,
        fire: Fire | None = None,
        outcome: Outcome = Outcome.MISSED,
    ) -> bool:
        with self._database.write() as transaction:
            if not fires.settle(transaction, trigger, settling):
                return False
            if fire is not None:
                project = transaction.execute("SELECT project FROM trigger WHERE id = ?", (trigger,)).fetchone()[0]
                fires.note(transaction, fire, project, now, outcome)
        return True

    def record(self, fire: Fire, outcome: Outcome, *, project: str, now: datetime) -> bool:
        with self._database.write() as transaction:
            return fires.note(transaction, fire, project, now, outcome)

    def prune(self, project: str, before: datetime) -> int:
        """Page by page, so that no other writer waits long."""
        forgotten = 0
        while True:
            with self._database.write() as transaction:
                page = fires.forget(transaction, project, before, limit=_PAGE)
            forgotten += page
            if page < _PAGE:
                return forgotten

    def pause(self, project: str, reason: str, *, by: str, now: datetime) -> Pause:
        with self._database.write() as transaction:
            row = transaction.execute(_PAUSE, (project, text_cell(reason), text_cell(by), time_cell(now))).fetchone()
            _tell_of_pause(transaction, project, now, paused=True)
        return _pause(row)

    def resume(self, project: str, *, now: datetime) -> Pause | None:
        with self._database.write() as transaction:
            row = transaction.execute(_RESUME, (time_cell(now), project)).fetchone()
            if row is None:
                return None
            _tell_of_pause(transaction, project, now, paused=False)
        return _pause(row)

    def last_pause(self, project: str) -> Pause | None:
        with self._database.read() as transaction:
            row = transaction.execute(
                f"SELECT {_PAUSE_COLUMNS} FROM trigger_pause WHERE project = ?", (project,)
            ).fetchone()
        return None if row is None else _pause(row)

    def unpark(self, project: str) -> None:
        with self._database.write() as transaction:
            transaction.execute(_UNPARK, (project,))

    def ahead(self, project: str, moment: datetime) -> Sequence[Trigger]:
        with self._database.read() as transaction:
            rows = transaction.execute(_AHEAD, (project, time_cell(moment))).fetchall()
        return [read_trigger(row) for row in rows]

    def look_at(self, trigger: TriggerId, when: datetime) -> None:
        with self._database.write() as transaction:
            transaction.execute(_LOOK_AT, (time_cell(when), trigger, time_cell(when)))

    def watch(self, project: str, source: str, owner: str, *, until: datetime, now: datetime) -> SourceState | None:
        row = (project, source, owner, time_cell(until), time_cell(now))
        with self._database.write() as transaction:
            found = transaction.execute(_WATCH, row).fetchone()
        return None if found is None else SourceState(document(found[0]), found[1])

    def seen(self, project: str, source: str, state: Mapping[str, Any]) -> None:
        with self._database.write() as transaction:
            transaction.execute(
                "UPDATE trigger_source SET state = ? WHERE project = ? AND source = ?",
                (document_cell(state), project, source),
            )

    def _one_locked(self, transaction: Transaction, trigger: TriggerId) -> Trigger:
        rows = self._locked(transaction, "id = ?", trigger) if 0 < trigger <= _BIGGEST else []
        if not rows:
            raise no_such_trigger(trigger)
        return rows[0]

    def _locked(self, transaction: Transaction, condition: str, *parameters: str | int) -> Sequence[Trigger]:
        """Rows that nobody else changes before the transaction ends: what they have settled must not be lost."""
        if not self._database.one_writer:
            transaction.execute(f"UPDATE trigger SET id = id WHERE {condition}", parameters)
        rows = transaction.execute(f"{SELECT} WHERE {condition} ORDER BY id", parameters).fetchall()
        return [read_trigger(row) for row in rows]

    def _write(self, transaction: Transaction, trigger: Trigger, token: str = "") -> Trigger:
        if trigger.id != NEW:
            transaction.execute(UPDATE, (*cells(trigger), trigger.id))
            _tell(transaction, trigger)
            if token:
                sealed = self._seals.seal(token, "trigger", trigger.project)
                transaction.execute("UPDATE trigger SET token = ? WHERE id = ?", (sealed, trigger.id))
            return trigger
        if not token and trigger.spec.type is TriggerType.API:
            token = secrets.token_hex(16)
        sealed = self._seals.seal(token, "trigger", trigger.project) if token else ""
        (number,) = transaction.execute(INSERT, (*cells(trigger), sealed)).fetchone()
        made = _get(transaction, TriggerId(number))
        _tell(transaction, made)
        return made


def _tell(transaction: Transaction, trigger: Trigger) -> None:
    """Have those who look at the project know that there is another trigger than before."""
    told = {"pipeline": trigger.pipeline, "name": trigger.spec.name, "trigger": trigger.id, "changed": True}
    transaction.execute(
        INSERT_FEED,
        (time_cell(trigger.updated or trigger.first_seen), trigger.project, "trigger", None, document_cell(told)),
    )


def _tell_of_pause(transaction: Transaction, project: str, now: datetime, *, paused: bool) -> None:
    data = document_cell({"all": True, "paused": paused})
    transaction.execute(INSERT_FEED, (time_cell(now), project, "trigger", None, data))


def _pause(row: Sequence[Any]) -> Pause:
    reason, author, since, until = row
    return Pause(reason, author, moment(since), moment(until))


def no_such_trigger(trigger: object) -> NotFound:
    return NotFound(
        f"There is no trigger {trigger}.", hint="`blockwright trigger list` lists them.", code="trigger_not_found"
    )


def _name_taken(other: Trigger) -> Conflict:
    return Conflict(
        f"Pipeline `{other.pipeline}` has a trigger `{other.spec.name}` already.",
        hint="Take another name, or change that one.",
        code="trigger_exists",
    )


def _get(transaction: Transaction, trigger: TriggerId) -> Trigger:
    row = None
    if 0 < trigger <= _BIGGEST:
        row = transaction.execute(f"{SELECT} WHERE id = ?", (trigger,)).fetchone()
    if row is None:
        raise no_such_trigger(trigger)
    return read_trigger(row)


def _find(transaction: Transaction, project: str, pipeline: str, name: str) -> Trigger | None:
    statement = f"{SELECT} WHERE project = ? AND pipeline = ? AND name = ?"
    row = transaction.execute(statement, (project, pipeline, name)).fetchone()
    return None if row is None else read_trigger(row)
