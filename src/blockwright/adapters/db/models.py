"""The records of models in a database: ``ports.models.ModelStore``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.model_rows import (
    ENDPOINT_COLUMNS,
    MIRROR_COLUMNS,
    PROMOTION_COLUMNS,
    VERSION_COLUMNS,
    endpoint_row,
    facts_cell,
    mirror_row,
    promotion_row,
    read_endpoint,
    read_mirror,
    read_promotion,
    read_version,
    version_row,
)
from blockwright.adapters.db.statements import columns, insert, upsert
from blockwright.core.endpoints import Endpoint
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.models.mirroring import Mirror
from blockwright.core.models.promotion import Promotion, State
from blockwright.core.models.versions import Facts, ModelVersion, NewModelVersion
from blockwright.ports.models import ModelSummary

_LARGEST = 2**31 - 1

_NEXT_NUMBER = """
INSERT INTO model (project, name, newest, created) VALUES (?, ?, 1, ?)
ON CONFLICT (project, name) DO UPDATE SET newest = model.newest + 1 RETURNING newest
"""
_SELECT = f"SELECT {columns(VERSION_COLUMNS)} FROM model_version"
_SAME = f"""
{_SELECT} WHERE project = ? AND model = ? AND run_id = ? AND block_run = ? AND digest = ? ORDER BY number LIMIT 1
"""
# Every model has exactly one newest version, so that this reads one row of the index for each.
_MODELS = f"""
SELECT m.newest, {", ".join(f"v.{name}" for name in VERSION_COLUMNS)}
FROM model m JOIN model_version v ON v.project = m.project AND v.model = m.name AND v.number = m.newest
WHERE m.project = ? AND m.name > ? ORDER BY m.name LIMIT ?
"""
_ENDPOINTS = f"SELECT {columns(ENDPOINT_COLUMNS)} FROM endpoint WHERE project = ?"
_NEW_ENDPOINT = f"{insert('endpoint', ENDPOINT_COLUMNS)} ON CONFLICT (project, model) DO NOTHING"
_CHANGE = f"""
UPDATE endpoint SET {", ".join(f"{name} = ?" for name in ENDPOINT_COLUMNS)}
WHERE project = ? AND model = ? AND revision = ?
"""
_MIRRORS = f"SELECT {columns(MIRROR_COLUMNS)} FROM model_mirror WHERE project = ?"
_KEEP_MIRROR = upsert("model_mirror", MIRROR_COLUMNS, key=("project", "model"))
_NOTE = f"{insert('promotion', PROMOTION_COLUMNS)} RETURNING id"
_PROMOTIONS = f"SELECT id, {columns(PROMOTION_COLUMNS)} FROM promotion"
_DECIDE = """
UPDATE promotion SET state = ?, decided_by = ?, decided = ?, reason = ?
WHERE project = ? AND id = ? AND state = 'waiting'
"""


class DatabaseModels:
    """``ModelStore`` on any ``Database``. ``changed`` is called after what is served has changed."""

    def __init__(self, database: Database, changed: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._changed = changed

    def register(self, project: str, new: NewModelVersion) -> ModelVersion:
        with self._database.write() as transaction:
            # First of all, so that two who hand in the same thing come one after the other.
            number = transaction.execute(_NEXT_NUMBER, (project, new.model, time_cell(new.created))).fetchone()[0]
            before = _same(transaction, project, new)
            if before is not None:
                statement = "UPDATE model SET newest = newest - 1 WHERE project = ? AND name = ?"
                transaction.execute(statement, (project, new.model))
                return before
            row = version_row(project, number, new)
            transaction.execute(insert("model_version", VERSION_COLUMNS), row)
        return read_version(row)

    def models(self, project: str, *, after: str = "", limit: int) -> Sequence[ModelSummary]:
        with self._database.read() as transaction:
            rows = transaction.execute(_MODELS, (project, after, limit)).fetchall()
            served = {one.model: one for one in map(read_endpoint, _rows(transaction, _ENDPOINTS, project))}
        return [
            ModelSummary(version.model, count, version, served.get(version.model))
            for count, version in ((row[0], read_version(row[1:])) for row in rows)
        ]

    def newest(self, project: str, model: str) -> ModelVersion:
        found = self.versions(project, model, limit=1)
        return found[0]

    def version(self, project: str, model: str, number: int) -> ModelVersion:
        with self._database.read() as transaction:
            return _version(transaction, project, model, number)

    def versions(self, project: str, model: str, *, before: int | None = None, limit: int) -> Sequence[ModelVersion]:
        statement = f"{_SELECT} WHERE project = ? AND model = ? AND number < ? ORDER BY number DESC LIMIT ?"
        bound = _LARGEST if before is None else min(before, _LARGEST)
        with self._database.read() as transaction:
            rows = _rows(transaction, statement, project, model, bound, limit)
            if not rows:
                _require_model(transaction, project, model)
        return [read_version(row) for row in rows]

    def describe(self, project: str, model: str, number: int, facts: Facts) -> ModelVersion:
        statement = "UPDATE model_version SET facts = ? WHERE project = ? AND model = ? AND number = ?"
        with self._database.write() as transaction:
            found = _version(transaction, project, model, number)
            transaction.execute(statement, (facts_cell(facts), project, model, number))
        return replace(found, facts=facts)

    def endpoint(self, project: str, model: str) -> Endpoint | None:
        with self._database.read() as transaction:
            rows = _rows(transaction, f"{_ENDPOINTS} AND model = ?", project, model)
        return read_endpoint(rows[0]) if rows else None

    def endpoints(self, project: str) -> Sequence[Endpoint]:
        with self._database.read() as transaction:
            return [read_endpoint(row) for row in _rows(transaction, f"{_ENDPOINTS} ORDER BY model", project)]

    def change(self, endpoint: Endpoint, entry: Promotion) -> tuple[Endpoint, Promotion]:
        written = replace(endpoint, revision=endpoint.revision + 1)
        row, place = endpoint_row(written), (endpoint.project, endpoint.model)
        with self._database.write() as transaction:
            if endpoint.revision == 0:
                done = transaction.execute(_NEW_ENDPOINT, row).rowcount
            else:
                done = transaction.execute(_CHANGE, (*row, *place, endpoint.revision)).rowcount
            if done != 1:
                raise Conflict(
                    f"What is served as `{endpoint.model}` was changed meanwhile.",
                    hint="Look at it again (`blockwright models show`), then decide.",
                    code="endpoint_changed",
                )
            noted = _noted(transaction, entry)
        self._changed()
        return written, noted

    def note(self, entry: Promotion) -> Promotion:
        with self._database.write() as transaction:
            return _noted(transaction, entry)

    def promotion(self, project: str, number: int) -> Promotion:
        with self._database.read() as transaction:
            return _promotion(transaction, project, number)

    def promotions(
        self, project: str, model: str = "", *, state: State | None = None, before: int | None = None, limit: int
    ) -> Sequence[Promotion]:
        conditions, parameters = ["project = ?"], list[Any]([project])
        for condition, value in (
            ("model = ?", model or None),
            ("state = ?", None if state is None else state.value),
            ("id < ?", before),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        statement = f"{_PROMOTIONS} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
        with self._database.read() as transaction:
            return [read_promotion(row) for row in _rows(transaction, statement, *parameters, limit)]

    def decide(self, entry: Promotion, state: State, *, by: str, now: datetime, reason: str) -> Promotion:
        change = (state.value, text_cell(by), time_cell(now), text_cell(reason), entry.project, entry.id)
        with self._database.write() as transaction:
            if transaction.execute(_DECIDE, change).rowcount != 1:
                found = _promotion(transaction, entry.project, entry.id)
                raise Conflict(
                    f"Promotion {found.id} is {found.state.value} already.",
                    hint="`blockwright models requests` lists those that wait.",
                    code="decided",
                )
            return _promotion(transaction, entry.project, entry.id)

    def mirror(self, project: str, model: str) -> Mirror | None:
        with self._database.read() as transaction:
            rows = _rows(transaction, f"{_MIRRORS} AND model = ?", project, model)
        return read_mirror(rows[0]) if rows else None

    def mirrors(self, project: str) -> Sequence[Mirror]:
        with self._database.read() as transaction:
            return [read_mirror(row) for row in _rows(transaction, f"{_MIRRORS} ORDER BY model", project)]

    def keep_mirror(self, mirror: Mirror) -> None:
        with self._database.write() as transaction:
            transaction.execute(_KEEP_MIRROR, mirror_row(mirror))


def _rows(transaction: Transaction, statement: str, *parameters: Any) -> list[Any]:
    return transaction.execute(statement, parameters).fetchall()


def _same(transaction: Transaction, project: str, new: NewModelVersion) -> ModelVersion | None:
    origin = new.origin
    if origin.run is None:
        return None
    rows = _rows(transaction, _SAME, project, new.model, origin.run, origin.block_run, new.file.digest)
    return read_version(rows[0]) if rows else None


def _version(transaction: Transaction, project: str, model: str, number: int) -> ModelVersion:
    found = None
    if 0 < number <= _LARGEST:
        statement = f"{_SELECT} WHERE project = ? AND model = ? AND number = ?"
        found = transaction.execute(statement, (project, model, number)).fetchone()
    if found is None:
        _require_model(transaction, project, model)
        raise NotFound(
            f"Model `{model}` has no version {number}.",
            hint=f"`blockwright models show {model}` lists its versions.",
            code="model_version_not_found",
        )
    return read_version(found)


def _require_model(transaction: Transaction, project: str, model: str) -> None:
    statement = "SELECT 1 FROM model WHERE project = ? AND name = ?"
    if transaction.execute(statement, (project, model)).fetchone() is None:
        raise NotFound(
            f"There is no model `{model[:100]}`.", hint="`blockwright models` lists them.", code="model_not_found"
        )


def _noted(transaction: Transaction, entry: Promotion) -> Promotion:
    return replace(entry, id=transaction.execute(_NOTE, promotion_row(entry)).fetchone()[0])


def _promotion(transaction: Transaction, project: str, number: int) -> Promotion:
    rows = _rows(transaction, f"{_PROMOTIONS} WHERE project = ? AND id = ?", project, number)
    if not rows:
        raise NotFound(
            f"There is no promotion {number}.",
            hint="`blockwright models requests` lists them.",
            code="promotion_not_found",
        )
    return read_promotion(rows[0])
