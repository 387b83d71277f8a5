"""People, sessions, tokens and the audit log in the database. Of sessions, tokens and links it holds only digests:
whoever reads it can sign in as nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from blockwright.adapters.db import person_rows
from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.person_rows import PERSON, WIDTH
from blockwright.adapters.db.statements import insert
from blockwright.core.access import Grant, Permission, Role
from blockwright.core.errors import Conflict
from blockwright.ports.access import AuditEntry, Person, Session, Token

_SESSION = "session.digest, session.user_id, session.created, seen, expires, address, agent"
_TOKEN = "token.id, token.user_id, token.name, token.created, token.scopes, token.project, expires, used, token.revoked"
_SESSION_OF = (
    f"SELECT {PERSON}, {_SESSION} FROM session JOIN person ON person.id = session.user_id WHERE session.digest = ?"
)
_TOKEN_OF = f"SELECT {PERSON}, {_TOKEN} FROM token JOIN person ON person.id = token.user_id WHERE token.digest = ?"
_INSERT_SESSION = insert("session", ("digest", "user_id", "created", "seen", "expires", "address", "agent"))
_INSERT_TOKEN = (
    insert("token", ("user_id", "name", "digest", "scopes", "project", "created", "expires")) + " RETURNING id"
)
_INSERT_AUDIT = insert("audit", ("time", "actor", "action", "project", "object", "outcome", "address", "data"))
_REVOKE_TOKEN = "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL"
_GRANTED_IN = "id IN (SELECT user_id FROM role_grant WHERE project = ?) AND "
_EVERYTHING = "*"


class DatabaseAccess:
    """``AccessStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def found(self, email: str, name: str, password: str | None, now: datetime) -> Person | None:
        with self._database.write() as transaction:
            if person_rows.has_owner(transaction):
                return None
            person = person_rows.insert_person(transaction, email, name, password, now)
            if person is None:  # another server was first
                return None
            owner = Grant(Role.OWNER)
            person_rows.set_grant(transaction, person.id, owner)
        return replace(person, grants=(owner,))

    def has_owner(self) -> bool:
        with self._database.read() as transaction:
            return person_rows.has_owner(transaction)

    def add_person(self, email: str, name: str, password: str | None, grants: Sequence[Grant], now: datetime) -> Person:
        with self._database.write() as transaction:
            person = person_rows.insert_person(transaction, email, name, password, now)
            if person is None:
                raise Conflict(
                    f"There is a person with the address {email} already.",
                    hint="Grant that person a role instead.",
                    code="person_exists",
                )
            for grant in grants:
                person_rows.set_grant(transaction, person.id, grant)
            return person_rows.select_person(transaction, person.id)

    def people(self, *, after: int = 0, limit: int = 500, project: str | None = None) -> Sequence[Person]:
        granted, values = ("", ()) if project is None else (_GRANTED_IN, (project,))
        condition = f"WHERE {granted}id > ? ORDER BY id LIMIT ?"
        with self._database.read() as transaction:
            return person_rows.select_people(transaction, condition, (*values, after, limit))

    def person(self, person: int) -> Person:
        with self._database.read() as transaction:
            return person_rows.select_person(transaction, person)

    def person_by_email(self, email: str) -> Person | None:
        with self._database.read() as transaction:
            found = person_rows.select_people(transaction, "WHERE email = ?", (email,))
        return found[0] if found else None

    def password(self, person: int) -> str | None:
        with self._database.read() as transaction:
            row = transaction.execute("SELECT password FROM person WHERE id = ?", (person,)).fetchone()
        return None if row is None else row[0]

    def set_password(self, person: int, password: str | None) -> None:
        self._update(person, "password = ?", password)

    def rename(self, person: int, name: str) -> None:
        self._update(person, "name = ?", text_cell(name))

    def set_active(self, person: int, active: bool, now: datetime) -> None:
        with self._database.write() as transaction:
            person_rows.lock_owners(transaction)
            changed = transaction.execute("UPDATE person SET active = ? WHERE id = ?", (active, person))
            if changed.rowcount == 0:
                raise person_rows.no_such_person(person)
            person_rows.require_owner(transaction)
            if not active:
                _end_everything(transaction, person, now)

    def delete_person(self, person: int) -> None:
        with self._database.write() as transaction:
            person_rows.lock_owners(transaction)
            if transaction.execute("DELETE FROM person WHERE id = ?", (person,)).rowcount == 0:
                raise person_rows.no_such_person(person)
            person_rows.require_owner(transaction)

    def grant(self, person: int, grant: Grant) -> None:
        with self._database.write() as transaction:
            person_rows.lock_owners(transaction)
            person_rows.select_person(transaction, person)
            person_rows.set_grant(transaction, person, grant)
            person_rows.require_owner(transaction)

    def revoke(self, person: int, project: str, pipeline: str) -> bool:
        with self._database.write() as transaction:
            person_rows.lock_owners(transaction)
            person_rows.select_person(transaction, person)
            gone = transaction.execute(
                "DELETE FROM role_grant WHERE user_id = ? AND project = ? AND pipeline = ?", (person, project, pipeline)
            )
            person_rows.require_owner(transaction)
        return gone.rowcount > 0

    def add_session(self, session: Session) -> None:
        created = time_cell(session.created)
        row = (
            *(session.digest, session.person, created, time_cell(session.seen), time_cell(session.expires)),
            *(text_cell(session.address), text_cell(session.agent)),
        )
        with self._database.write() as transaction:
            transaction.execute("DELETE FROM session WHERE expires <= ?", (created,))
            transaction.execute(_INSERT_SESSION, row)
            transaction.execute("UPDATE person SET signed_in = ? WHERE id = ?", (created, session.person))

    def session(self, digest: str) -> tuple[Session, Person] | None:
        with self._database.read() as transaction:
            row = transaction.execute(_SESSION_OF, (digest,)).fetchone()
            if row is None:
                return None
            [person] = person_rows.with_grants(transaction, [row[:WIDTH]])
        return _session(row[WIDTH:]), person

    def sessions(self, person: int) -> Sequence[Session]:
        with self._database.read() as transaction:
            rows = transaction.execute(
                f"SELECT {_SESSION} FROM session WHERE user_id = ? ORDER BY created DESC", (person,)
            ).fetchall()
        return [_session(row) for row in rows]

    def touch_session(self, digest: str, now: datetime) -> None:
        with self._database.write() as transaction:
            transaction.execute("UPDATE session SET seen = ? WHERE digest = ?", (time_cell(now), digest))

    def end_session(self, digest: str) -> bool:
        with self._database.write() as transaction:
            return transaction.execute("DELETE FROM session WHERE digest = ?", (digest,)).rowcount > 0

    def end_sessions(self, person: int, *, but: str = "") -> int:
        with self._database.write() as transaction:
            ended = transaction.execute("DELETE FROM session WHERE user_id = ? AND digest <> ?", (person, but))
            return ended.rowcount

    def add_token(self, token: Token, digest: str) -> Token:
        scopes = _EVERYTHING if token.scopes is None else " ".join(sorted(scope.value for scope in token.scopes))
        row = (
            *(token.person, text_cell(token.name), digest, scopes, token.project),
            *(time_cell(token.created), time_cell(token.expires)),
        )
        with self._database.write() as transaction:
            [id] = transaction.execute(_INSERT_TOKEN, row).fetchone()
        return replace(token, id=id)

    def token(self, digest: str) -> tuple[Token, Person] | None:
        with self._database.read() as transaction:
            row = transaction.execute(_TOKEN_OF, (digest,)).fetchone()
            if row is None:
                return None
            [person] = person_rows.with_grants(transaction, [row[:WIDTH]])
        return _token(row[WIDTH:]), person

    def tokens(self, person: int | None = None, *, after: int = 0, limit: int = 500) -> Sequence[Token]:
        whose, values = ("", ()) if person is None else ("user_id = ? AND ", (person,))
        with self._database.read() as transaction:
            rows = transaction.execute(
                f"SELECT {_TOKEN} FROM token WHERE {whose}id > ? ORDER BY id LIMIT ?", (*values, after, limit)
            ).fetchall()
        return [_token(row) for row in rows]

    def touch_token(self, token: int, now: datetime) -> None:
        with self._database.write() as transaction:
            transaction.execute("UPDATE token SET used = ? WHERE id = ?", (time_cell(now), token))

    def revoke_token(self, token: int, now: datetime, *, person: int | None = None) -> bool:
        whose, values = ("", ()) if person is None else (" AND user_id = ?", (person,))
        with self._database.write() as transaction:
            return transaction.execute(_REVOKE_TOKEN + whose, (time_cell(now), token, *values)).rowcount > 0

    def add_link(self, digest: str, person: int, now: datetime, expires: datetime) -> None:
        with self._database.write() as transaction:
            transaction.execute("DELETE FROM sign_in_link WHERE user_id = ? OR expires <= ?", (person, time_cell(now)))
            row = (digest, person, time_cell(expires))
            transaction.execute(insert("sign_in_link", ("digest", "user_id", "expires")), row)

    def take_link(self, digest: str, now: datetime) -> int | None:
        with self._database.write() as transaction:
            row = transaction.execute(
                "DELETE FROM sign_in_link WHERE digest = ? AND expires > ? RETURNING user_id", (digest, time_cell(now))
            ).fetchone()
        return None if row is None else int(row[0])

    def identity(self, issuer: str, subject: str) -> Person | None:
        named = "WHERE id = (SELECT user_id FROM identity WHERE issuer = ? AND subject = ?)"
        with self._database.read() as transaction:
            found = person_rows.select_people(transaction, named, (issuer, subject))
        return found[0] if found else None

    def add_identity(self, issuer: str, subject: str, person: int, now: datetime) -> None:
        row = (issuer, subject, person, time_cell(now))
        with self._database.write() as transaction:
            transaction.execute(insert("identity", ("issuer", "subject", "user_id", "created")), row)

    def record(self, entry: AuditEntry) -> None:
        row = (
            *(time_cell(entry.time), text_cell(entry.actor), entry.action, text_cell(entry.project)),
            *(text_cell(entry.object), entry.outcome, text_cell(entry.address), document_cell(entry.data)),
        )
        with self._database.write() as transaction:
            transaction.execute(_INSERT_AUDIT, row)

    def audit(
        self, *, project: str | None = None, actor: str | None = None, before: int | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        wanted = {"project = ?": project, "actor = ?": actor, "id < ?": before}
        used = {condition: value for condition, value in wanted.items() if value is not None}
        where = f"WHERE {' AND '.join(used)} " if used else ""
        names = "id, time, actor, action, project, object, outcome, address, data"
        with self._database.read() as transaction:
            rows = transaction.execute(
                f"SELECT {names} FROM audit {where}ORDER BY id DESC LIMIT ?", (*used.values(), limit)
            ).fetchall()
        return [_audit_entry(row) for row in rows]

    def _update(self, person: int, change: str, value: Any) -> None:
        with self._database.write() as transaction:
            if transaction.execute(f"UPDATE person SET {change} WHERE id = ?", (value, person)).rowcount == 0:
                raise person_rows.no_such_person(person)


def _end_everything(transaction: Transaction, person: int, now: datetime) -> None:
    transaction.execute("DELETE FROM session WHERE user_id = ?", (person,))
    transaction.execute("DELETE FROM sign_in_link WHERE user_id = ?", (person,))
    transaction.execute("UPDATE token SET revoked = ? WHERE user_id = ? AND revoked IS NULL", (time_cell(now), person))


def _session(row: Sequence[Any]) -> Session:
    digest, person, created, seen, expires, address, agent = row
    return Session(digest, person, moment(created), moment(seen), moment(expires), address, agent)


def _token(row: Sequence[Any]) -> Token:
    id, person, name, created, scopes, project, expires, used, revoked = row
    may = None if scopes == _EVERYTHING else frozenset(Permission(scope) for scope in scopes.split())
    return Token(
        *(id, person, name, moment(created), may, project),
        expires=moment(expires),
        used=moment(used),
        revoked=moment(revoked),
    )


def _audit_entry(row: Sequence[Any]) -> AuditEntry:
    id, time, actor, action, project, subject, outcome, address, data = row
    return AuditEntry(moment(time), actor, action, project, subject, outcome, address, document(data), id)
