"""People as rows: how one is read with all grants, and that an owner always remains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import moment, text_cell, time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.adapters.db.statements import placeholders, upsert
from blockwright.core.access import Grant, Role
from blockwright.core.errors import Conflict, NotFound
from blockwright.ports.access import Person

PERSON = "person.id, email, person.name, active, person.created, signed_in, password IS NOT NULL"
WIDTH = 7

_SELECT = f"SELECT {PERSON} FROM person"
_GRANTS = "SELECT user_id, role, project, pipeline FROM role_grant WHERE user_id IN"
_OWNERS = "SELECT user_id FROM role_grant WHERE role = 'owner' AND project = '' AND pipeline = ''"
_SET_GRANT = upsert("role_grant", ("user_id", "project", "pipeline", "role"), key=("user_id", "project", "pipeline"))
_INSERT = """
INSERT INTO person (email, name, password, active, created) VALUES (?, ?, ?, TRUE, ?)
ON CONFLICT (email) DO NOTHING RETURNING id
"""


def insert_person(
    transaction: Transaction, email: str, name: str, password: str | None, now: datetime
) -> Person | None:
    """None when the address is taken."""
    name = text_cell(name)
    row = transaction.execute(_INSERT, (email, name, password, time_cell(now))).fetchone()
    return None if row is None else Person(row[0], email, name, True, now, None, password is not None)


def select_people(transaction: Transaction, condition: str, parameters: Sequence[Any]) -> list[Person]:
    rows = transaction.execute(f"{_SELECT} {condition}", parameters).fetchall()
    return with_grants(transaction, rows)


def select_person(transaction: Transaction, person: int) -> Person:
    found = select_people(transaction, "WHERE id = ?", (person,))
    if not found:
        raise no_such_person(person)
    return found[0]


def with_grants(transaction: Transaction, rows: Sequence[Any]) -> list[Person]:
    """The people of rows that hold ``PERSON``."""
    if not rows:
        return []
    ids = [row[0] for row in rows]
    grants: dict[int, list[Grant]] = {id: [] for id in ids}
    granted = transaction.execute(f"{_GRANTS} ({placeholders(len(ids))}) ORDER BY project, pipeline", ids)
    for id, role, project, pipeline in granted.fetchall():
        grants[id].append(Grant(Role(role), project, pipeline))
    return [
        Person(id, email, name, bool(active), moment(created), moment(signed_in), bool(has), tuple(grants[id]))
        for id, email, name, active, created, signed_in, has in rows
    ]


def set_grant(transaction: Transaction, person: int, grant: Grant) -> None:
    transaction.execute(_SET_GRANT, (person, grant.project, grant.pipeline, grant.role.value))


def lock_owners(transaction: Transaction) -> None:
    """Before a change that may take away an owner: two such changes at once would each see the other's owner remain."""
    transaction.execute(f"UPDATE person SET active = active WHERE id IN ({_OWNERS})")


def require_owner(transaction: Transaction) -> None:
    """After the change: raises Conflict, which takes it back."""
    if not has_owner(transaction):
        raise Conflict(
            "That would leave nobody who owns this installation.",
            hint="Make somebody else an owner first.",
            code="last_owner",
        )


def has_owner(transaction: Transaction) -> bool:
    return (
        transaction.execute(f"SELECT 1 FROM person WHERE active AND id IN ({_OWNERS}) LIMIT 1").fetchone() is not None
    )


def no_such_person(person: int) -> NotFound:
    return NotFound(
        f"There is no person {person}.",
        hint="`blockwright users list` lists those that there are.",
        code="person_not_found",
    )
