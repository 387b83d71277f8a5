"""People, sessions, tokens and the audit log as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from blockwright.core import access as core
from blockwright.core.access import Permission, Role
from blockwright.ports import access as ports

Address = Annotated[str, Field(min_length=3, max_length=254, description="An e-mail address.")]
Secret = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(max_length=200)]
Place = Annotated[str, Field(max_length=255)]


class SignIn(BaseModel):
    email: Annotated[str, Field(max_length=254)]
    password: Secret


class Ways(BaseModel):
    """``provider``: an identity provider is set up, and `/sign-in/oidc` goes there."""

    password: bool = True
    provider: bool


class LinkCode(BaseModel):
    code: Annotated[str, Field(max_length=200)]


class NewPassword(BaseModel):
    """``old`` is empty where there is none yet."""

    old: Secret = ""
    new: Secret


class Grant(BaseModel):
    """``role`` in ``project`` (empty: everywhere) and there in ``pipeline`` (empty: the whole project)."""

    role: Role
    project: Place = ""
    pipeline: Place = ""

    def as_core(self) -> core.Grant:
        return core.Grant(self.role, self.project, self.pipeline)


class ProjectGrant(BaseModel):
    """``role`` for the person with this address, in ``pipeline`` (empty: the whole project)."""

    email: Address
    role: Role
    pipeline: Place = ""


class Person(BaseModel):
    id: int
    email: str
    name: str
    active: bool
    has_password: bool
    created: datetime
    signed_in: datetime | None
    grants: list[Grant]


class Me(BaseModel):
    """Whoever asks. ``permissions`` hold in the whole installation; ``token``: by which one; ``projects``: those of
    which at least something may be seen; ``within``: what holds in each of them as a whole. ``place``: where the live
    events stand now: who loads a page and then follows them after this place misses nothing."""

    id: int
    email: str
    name: str
    grants: list[Grant]
    permissions: list[Permission]
    projects: list[str]
    within: dict[str, list[Permission]]
    token: int | None
    has_password: bool
    place: str


class NewPerson(BaseModel):
    email: Address
    name: Name = ""
    grants: Annotated[list[Grant], Field(max_length=100)] = []


class Invited(BaseModel):
    """``code`` belongs to a link that signs the person in once within a day; it is shown once."""

    person: Person
    code: str


class PersonChange(BaseModel):
    name: Name | None = None
    active: bool | None = None


class ResetPassword(BaseModel):
    """Null: no password at all; then a link or another provider signs in."""

    password: Secret | None


class Session(BaseModel):
    """``id`` is the beginning of its digest; ``current``: the one that asks."""

    id: str
    created: datetime
    seen: datetime
    expires: datetime
    address: str
    agent: str
    current: bool


class NewToken(BaseModel):
    """``scopes`` null: whatever you may do; ``project`` not empty: there only."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: list[Permission] | None = None
    project: Place = ""
    expires: datetime | None = None


class Token(BaseModel):
    id: int
    person: int
    name: str
    scopes: list[Permission] | None
    project: str
    created: datetime
    expires: datetime | None
    used: datetime | None
    revoked: datetime | None


class CreatedToken(BaseModel):
    """``secret`` is shown once."""

    token: Token
    secret: str


class AuditEntry(BaseModel):
    id: int
    time: datetime
    actor: str
    action: str
    project: str
    object: str
    outcome: str
    address: str
    data: dict[str, Any]


def grant(granted: core.Grant) -> Grant:
    return Grant(role=granted.role, project=granted.project, pipeline=granted.pipeline)


def person(found: ports.Person) -> Person:
    return Person(
        id=found.id,
        email=found.email,
        name=found.name,
        active=found.active,
        has_password=found.has_password,
        created=found.created,
        signed_in=found.signed_in,
        grants=[grant(granted) for granted in found.grants],
    )


def session(found: ports.Session, current: str) -> Session:
    return Session(
        id=found.digest[:16],
        created=found.created,
        seen=found.seen,
        expires=found.expires,
        address=found.address,
        agent=found.agent,
        current=found.digest == current,
    )


def token(found: ports.Token) -> Token:
    return Token(
        id=found.id,
        person=found.person,
        name=found.name,
        scopes=None if found.scopes is None else sorted(found.scopes),
        project=found.project,
        created=found.created,
        expires=found.expires,
        used=found.used,
        revoked=found.revoked,
    )


def audit_entry(found: ports.AuditEntry) -> AuditEntry:
    return AuditEntry(
        id=found.id,
        time=found.time,
        actor=found.actor,
        action=found.action,
        project=found.project,
        object=found.object,
        outcome=found.outcome,
        address=found.address,
        data=dict(found.data),
    )
