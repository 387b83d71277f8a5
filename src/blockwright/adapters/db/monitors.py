"""The records of monitors in a database: ``ports.monitors.MonitorStore``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.statements import columns, insert
from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.monitors.findings import Finding, NewResult, Result, ResultState, turn

_RESULT_COLUMNS = (
    *("project", "monitor", "model", "version", "state", "evaluated", "since", "until", "row_count", "text"),
    *("requested_by", "document"),
)
_FINDING_COLUMNS = (*("project", "monitor", "kind", "model", "version", "opened", "seen", "closed", "reason"),)
_SELECT = f"SELECT id, {columns(_RESULT_COLUMNS)} FROM monitor_result"
_LATEST = f"{_SELECT} WHERE id IN (SELECT max(id) FROM monitor_result WHERE project = ? GROUP BY monitor)"
_FINDINGS = f"SELECT id, {columns(_FINDING_COLUMNS)} FROM monitor_finding"
# Whoever evaluates at the same moment has found the same.
_OPEN = f"{insert('monitor_finding', _FINDING_COLUMNS)} ON CONFLICT DO NOTHING"
_HOLDING = f"{_FINDINGS} WHERE project = ? AND monitor = ? AND closed IS NULL ORDER BY id"
_FORGET = """
DELETE FROM monitor_result WHERE project = ? AND evaluated < ?
AND id NOT IN (SELECT max(id) FROM monitor_result WHERE project = ? GROUP BY monitor)
"""


class DatabaseMonitors:
    """``MonitorStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, project: str, result: NewResult) -> tuple[Result, Sequence[Finding]]:
        row = (
            *(project, result.monitor, result.model, result.version, result.state.value, time_cell(result.evaluated)),
            *(time_cell(result.since), time_cell(result.until), result.rows, text_cell(result.text)),
            *(text_cell(result.by), document_cell(dict(result.document))),
        )
        statement = f"{insert('monitor_result', _RESULT_COLUMNS)} RETURNING id"
        with self._database.write() as transaction:
            number = transaction.execute(statement, row).fetchone()[0]
            self._settle(transaction, project, result)
            holding = _holding(transaction, project, result.monitor)
        return _read_result((number, *row)), holding

    def latest(self, project: str) -> Mapping[str, Result]:
        with self._database.read() as transaction:
            rows = transaction.execute(_LATEST, (project,)).fetchall()
        return {one.monitor: one for one in map(_read_result, rows)}

    def results(self, project: str, monitor: str, *, before: int | None = None, limit: int) -> Sequence[Result]:
        conditions, parameters = "project = ? AND monitor = ?", list[Any]([project, monitor])
        if before is not None:
            conditions += " AND id < ?"
            parameters.append(before)
        with self._database.read() as transaction:
            statement = f"{_SELECT} WHERE {conditions} ORDER BY id DESC LIMIT ?"
            return [_read_result(row) for row in transaction.execute(statement, (*parameters, limit)).fetchall()]

    def findings(
        self,
        project: str,
        monitor: str = "",
        *,
        kind: FindingKind | None = None,
        open_only: bool = False,
        before: int | None = None,
        limit: int,
    ) -> Sequence[Finding]:
        conditions, parameters = ["project = ?"], list[Any]([project])
        for condition, value in (
            ("monitor = ?", monitor or None),
            ("kind = ?", None if kind is None else kind.value),
            ("id < ?", before),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        if open_only:
            conditions.append("closed IS NULL")
        statement = f"{_FINDINGS} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
        with self._database.read() as transaction:
            return [_read_finding(row) for row in transaction.execute(statement, (*parameters, limit)).fetchall()]

    def prune(self, project: str, before: datetime) -> int:
        with self._database.write() as transaction:
            cell = time_cell(before)
            gone = transaction.execute(_FORGET, (project, cell, project)).rowcount
            transaction.execute("DELETE FROM monitor_finding WHERE project = ? AND closed < ?", (project, cell))
        return gone

    def _settle(self, transaction: Transaction, project: str, result: NewResult) -> None:
        change = turn(_holding(transaction, project, result.monitor), result)
        at = time_cell(result.evaluated)
        for finding in change.closed:
            transaction.execute("UPDATE monitor_finding SET closed = ? WHERE id = ?", (at, finding.id))
        for finding, reason in change.seen:
            statement = "UPDATE monitor_finding SET seen = ?, reason = ? WHERE id = ?"
            transaction.execute(statement, (at, text_cell(reason), finding.id))
        for found in change.opened:
            row = (project, result.monitor, found.kind.value, result.model, result.version, at, at, None)
            transaction.execute(_OPEN, (*row, text_cell(found.reason)))


def _holding(transaction: Transaction, project: str, monitor: str) -> list[Finding]:
    return [_read_finding(row) for row in transaction.execute(_HOLDING, (project, monitor)).fetchall()]


def _read_result(cells: Sequence[Any]) -> Result:
    number, project, monitor, model, version, state, evaluated, since, until, rows, text, by, said = cells
    times = moment(evaluated), moment(since), moment(until)
    return Result(number, project, monitor, model, version, ResultState(state), *times, rows, text, by, document(said))


def _read_finding(cells: Sequence[Any]) -> Finding:
    number, project, monitor, kind, model, version, opened, seen, closed, reason = cells
    times = moment(opened), moment(seen), moment(closed)
    return Finding(number, project, monitor, FindingKind(kind), model, version, *times, reason)
