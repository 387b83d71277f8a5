"""The people of an installation: who there is, and what they were granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blockwright.core.access import Grant, Permission, fold, may_grant, may_manage, place
from blockwright.core.errors import Forbidden, NotFound
from blockwright.ports.access import Access, Person
from blockwright.ports.bus import Notice, Topic
from blockwright.services.access.audit import By, record
from blockwright.services.access.credentials import address_of, new_secret, require_strong
from blockwright.services.access.signing_in import make_link


@dataclass(frozen=True, slots=True)
class Invited:
    """``code`` is that of a link that signs the person in once; it is shown once and kept nowhere."""

    person: Person
    code: str


def invite(access: Access, by: By, email: str, name: str = "", grants: Sequence[Grant] = ()) -> Invited:
    """Add a person, who signs in by a link first and chooses a password. Raises Conflict, Forbidden, Invalid."""
    person = add(access, by, email, name, None, grants)
    return Invited(person, make_link(access, person))


def add(access: Access, by: By, email: str, name: str, password: str | None, grants: Sequence[Grant] = ()) -> Person:
    """``password`` None: none yet. Raises Conflict (code ``person_exists``), Forbidden, Invalid."""
    _require(by.actor.may(Permission.ADMIN), "add people")
    for grant in grants:
        _require_grant(by, grant)
    email = address_of(email)
    if password is not None:
        require_strong(password, email)
    kept = None if password is None else access.passwords.hash(password)
    person = access.store.add_person(email, name or email.partition("@")[0], kept, grants, access.clock.now())
    record(access, by, "person.add", object=email, data={"grants": [grant_words(grant) for grant in grants]})
    return person


def named(access: Access, who: str) -> Person:
    """By e-mail address or number; raises NotFound."""
    person = access.store.person(int(who)) if who.isdecimal() else access.store.person_by_email(fold(who))
    if person is None:
        raise NotFound(
            f"There is no person {who}.",
            hint="`blockwright users list` lists those that there are.",
            code="person_not_found",
        )
    return person


def grant(access: Access, by: By, person: Person, grant: Grant) -> None:
    """Takes the place of what was granted in the same place. Raises Forbidden, Conflict (code ``last_owner``)."""
    _require_grant(by, grant)
    _require_grants_in_place(by, person, grant.project, grant.pipeline)
    access.store.grant(person.id, grant)
    _changed(access, by, person, "grant.set", grant.project, {"grant": grant_words(grant)})


def revoke(access: Access, by: By, person: Person, project: str, pipeline: str = "") -> None:
    """Take away what was granted in that place. Raises NotFound, Forbidden, Conflict (code ``last_owner``)."""
    _require(by.actor.may(Permission.ADMIN, project, pipeline), f"take away roles in {place(project, pipeline)}")
    _require_grants_in_place(by, person, project, pipeline)
    if not access.store.revoke(person.id, project, pipeline):
        raise NotFound(
            f"{person.email} has no role in {place(project, pipeline)}.",
            hint="Roles that reach further are taken away where they were given.",
            code="grant_not_found",
        )
    _changed(access, by, person, "grant.revoke", project, {"place": place(project, pipeline)})


def disable(access: Access, by: By, person: Person) -> None:
    """The person can do nothing any more: sessions end and tokens are revoked at once. Raises Forbidden, Conflict."""
    _require_manage(by, person)
    access.store.set_active(person.id, False, access.clock.now())
    _changed(access, by, person, "person.disable")


def enable(access: Access, by: By, person: Person) -> None:
    """The person may sign in again; tokens stay revoked. Raises Forbidden."""
    _require_manage(by, person)
    access.store.set_active(person.id, True, access.clock.now())
    _changed(access, by, person, "person.enable")


def delete(access: Access, by: By, person: Person) -> None:
    """Gone with sessions, tokens and grants; the audit log keeps the address. Raises Forbidden, Conflict."""
    _require_manage(by, person)
    access.store.delete_person(person.id)
    _changed(access, by, person, "person.delete")


def rename(access: Access, by: By, person: Person, name: str) -> None:
    """One's own name, or with the rights to manage the person anybody's. Raises Forbidden."""
    if by.actor.id != person.id:
        _require_manage(by, person)
    access.store.rename(person.id, name)
    record(access, by, "person.rename", object=person.email)


def reset_password(access: Access, by: By, person: Person, password: str | None) -> None:
    """Set a new one, or none (None): then only a link or another provider signs in. All sessions end. Raises
    Forbidden, Invalid (code ``weak_password``)."""
    _require_manage(by, person)
    if password is not None:
        require_strong(password, person.email)
    access.store.set_password(person.id, None if password is None else access.passwords.hash(password))
    access.store.end_sessions(person.id)
    _changed(access, by, person, "person.reset_password")


def link(access: Access, by: By, person: Person) -> str:
    """The code of a link that signs the person in once. Raises Forbidden."""
    _require_manage(by, person)
    code = make_link(access, person)
    record(access, by, "person.link", object=person.email)
    return code


def random_password() -> str:
    """One that nobody guesses."""
    return new_secret()[:24]


def grant_words(grant: Grant) -> str:
    return f"{grant.role} of {place(grant.project, grant.pipeline)}"


def _changed(
    access: Access, by: By, person: Person, action: str, project: str = "", data: dict[str, str] | None = None
) -> None:
    access.publish(Notice(Topic.ACCESS, data={"user": person.id}))
    record(access, by, action, project=project, object=person.email, data=data)


def _require_grant(by: By, grant: Grant) -> None:
    _require(may_grant(by.actor, grant), f"make somebody {grant_words(grant)}")


def _require_grants_in_place(by: By, person: Person, project: str, pipeline: str) -> None:
    """What stands there already must be ours to take away."""
    for earlier in person.grants:
        if (earlier.project, earlier.pipeline) == (project, pipeline):
            _require_grant(by, earlier)


def _require_manage(by: By, person: Person) -> None:
    _require(may_manage(by.actor, person.grants), f"change {person.email}")


def _require(allowed: bool, what: str) -> None:
    if not allowed:
        raise Forbidden(f"You may not {what}.", hint="Ask an administrator, or an owner.", code="not_allowed")
