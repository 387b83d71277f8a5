"""Alerts in a database: ``ports.alerts.AlertStore``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.statements import columns, insert, placeholders, upsert
from blockwright.core.alerts.model import AlertKind
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.alerts import Alert, Delivery, DeliveryState, NewAlert

_ALERT = ("project", "key", "kind", "pipeline", "run_id", "trigger_id", "title", "body", "created")
_DELIVERY = ("alert_id", "channel", "state", "tries", "first_due", "due", "problem")
_ADD = f"{insert('alert', _ALERT)} ON CONFLICT (project, key) DO NOTHING RETURNING id"
_ADD_DELIVERY = insert("alert_delivery", (*_DELIVERY, "project"))
_SELECT = f"SELECT id, {columns(_ALERT)} FROM alert"
_SELECT_DELIVERY = f"SELECT {columns(_DELIVERY)} FROM alert_delivery"
_TAKE = """
UPDATE alert_delivery SET tries = tries + 1, due = ?
WHERE alert_id = ? AND channel = ? AND state = 'waiting' AND tries = ? AND due = ?
"""
_SETTLE = "UPDATE alert_delivery SET state = ?, due = ?, problem = ? WHERE alert_id = ? AND channel = ? AND tries = ?"
_REMEMBER = upsert("alert_memory", ("project", "name", "value"), key=("project", "name"))


class DatabaseAlerts:
    """``AlertStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, alert: NewAlert, channels: Sequence[str], *, now: datetime) -> int | None:
        row = (
            *(project, alert.key, alert.kind.value, alert.pipeline, alert.run, alert.trigger),
            *(text_cell(alert.title), text_cell(alert.body), time_cell(now)),
        )
        with self._database.write() as transaction:
            added = transaction.execute(_ADD, row).fetchone()
            if added is None:
                return None
            due = time_cell(now)
            waiting = DeliveryState.WAITING.value
            rows = [(added[0], channel, waiting, 0, due, due, "", project) for channel in dict.fromkeys(channels)]
            transaction.executemany(_ADD_DELIVERY, rows)
        return int(added[0])

    def list(
        self,
        project: str,
        *,
        pipeline: str | None = None,
        kind: AlertKind | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Alert]:
        asked = {
            "project = ?": project,
            "pipeline = ?": pipeline,
            "kind = ?": None if kind is None else kind.value,
            "id < ?": before,
        }
        used = {condition: value for condition, value in asked.items() if value is not None}
        statement = f"{_SELECT} WHERE {' AND '.join(used)} ORDER BY id DESC LIMIT ?"
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (*used.values(), limit)).fetchall()
            deliveries = _deliveries(transaction, [row[0] for row in rows])
        return [_alert(row, deliveries[row[0]]) for row in rows]

    def get(self, project: str, alert: int) -> Alert:
        with self._database.read() as transaction:
            row = transaction.execute(f"{_SELECT} WHERE id = ? AND project = ?", (alert, project)).fetchone()
            deliveries = _deliveries(transaction, [alert])
        if row is None:
            raise NotFound(
                f"There is no alert {alert} in project `{project}`.",
                hint="`blockwright alerts list` shows the latest.",
                code="alert_not_found",
            )
        return _alert(row, deliveries[alert])

    def due(self, project: str, *, now: datetime, limit: int = 100) -> Sequence[Delivery]:
        statement = f"{_SELECT_DELIVERY} WHERE project = ? AND state = 'waiting' AND due <= ? ORDER BY due LIMIT ?"
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (project, time_cell(now), limit)).fetchall()
        return [_delivery(row) for row in rows]

    def next_due(self, project: str) -> datetime | None:
        statement = "SELECT MIN(due) FROM alert_delivery WHERE project = ? AND state = 'waiting'"
        with self._database.read() as transaction:
            cell: int | None = transaction.execute(statement, (project,)).fetchone()[0]
        return moment(cell)

    def take(self, delivery: Delivery, *, until: datetime) -> Delivery | None:
        seen = (delivery.alert, delivery.channel, delivery.tries, time_cell(delivery.due))
        with self._database.write() as transaction:
            if transaction.execute(_TAKE, (time_cell(until), *seen)).rowcount == 0:
                return None
            key = (delivery.alert, delivery.channel)
            return _delivery(
                transaction.execute(f"{_SELECT_DELIVERY} WHERE alert_id = ? AND channel = ?", key).fetchone()
            )

    def settle(self, delivery: Delivery) -> None:
        ended = (delivery.state.value, time_cell(delivery.due), text_cell(delivery.problem))
        with self._database.write() as transaction:
            transaction.execute(_SETTLE, (*ended, delivery.alert, delivery.channel, delivery.tries))

    def prune(self, before: datetime) -> int:
        with self._database.write() as transaction:
            return transaction.execute("DELETE FROM alert WHERE created < ?", (time_cell(before),)).rowcount

    def recall(self, project: str, name: str) -> str | None:
        statement = "SELECT value FROM alert_memory WHERE project = ? AND name = ?"
        with self._database.read() as transaction:
            row = transaction.execute(statement, (project, name)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, project: str, name: str, value: str) -> None:
        with self._database.write() as transaction:
            transaction.execute(_REMEMBER, (project, name, value))


def _deliveries(transaction: Transaction, alerts: Sequence[int]) -> dict[int, tuple[Delivery, ...]]:
    found: dict[int, tuple[Delivery, ...]] = defaultdict(tuple)
    if alerts:
        statement = f"{_SELECT_DELIVERY} WHERE alert_id IN ({placeholders(len(alerts))}) ORDER BY alert_id, channel"
        for row in transaction.execute(statement, alerts).fetchall():
            found[row[0]] = (*found[row[0]], _delivery(row))
    return found


def _delivery(row: Any) -> Delivery:
    alert, channel, state, tries, first_due, due, problem = row
    return Delivery(alert, channel, DeliveryState(state), tries, moment(first_due), moment(due), problem)


def _alert(row: Any, deliveries: tuple[Delivery, ...]) -> Alert:
    number, project, key, kind, pipeline, run, trigger, title, body, created = row
    about = NewAlert(key, AlertKind(kind), title, body, pipeline, None if run is None else RunId(run), trigger)
    return Alert(number, project, moment(created), about, deliveries)
