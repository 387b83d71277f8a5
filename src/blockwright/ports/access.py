"""People and how they are known: grants, sessions, tokens, one-time links, what they did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from blockwright.core.access import Grant, Permission
from blockwright.ports.bus import Notice
from blockwright.ports.clock import Clock
from blockwright.ports.identity import IdentityProvider, Policy
from blockwright.ports.passwords import Passwords
from blockwright.ports.rates import RateLimits


@dataclass(frozen=True, slots=True)
class Person:
    """``email`` is folded (``core.access.fold``). ``has_password`` False: signs in elsewhere, or by a link first."""

    id: int
    email: str
    name: str
    active: bool
    created: datetime
    signed_in: datetime | None = None
    has_password: bool = False
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """``digest`` is the SHA-256 of the session's secret; its first characters name it to people."""

    digest: str
    person: int
    created: datetime
    seen: datetime
    expires: datetime
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """``scopes`` None: whatever its owner may do; ``project`` not empty: there only."""

    id: int
    person: int
    name: str
    created: datetime
    scopes: frozenset[Permission] | None = None
    project: str = ""
    expires: datetime | None = None
    used: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, from where, and how it ended. ``data`` never holds a secret."""

    time: datetime
    actor: str
    action: str
    project: str = ""
    object: str = ""
    outcome: str = "done"
    address: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


class AccessStore(Protocol):
    """Raises Conflict (code ``last_owner``) when a change would leave no active person who owns the installation;
    NotFound (code ``person_not_found``) for a person who is not there."""

    def found(self, email: str, name: str, password: str | None, now: datetime) -> Person | None:
        """Make the first person who owns everything; None when there is one already."""
        ...

    def has_owner(self) -> bool: ...

    def add_person(self, email: str, name: str, password: str | None, grants: Sequence[Grant], now: datetime) -> Person:
        """``password`` is its hash. Raises Conflict (code ``person_exists``) when the address is taken."""
        ...

    def people(self, *, after: int = 0, limit: int = 500, project: str | None = None) -> Sequence[Person]:
        """By id; ``project``: only those who were granted something in it."""
        ...

    def person(self, person: int) -> Person: ...

    def person_by_email(self, email: str) -> Person | None: ...

    def password(self, person: int) -> str | None:
        """The hash."""
        ...

    def set_password(self, person: int, password: str | None) -> None: ...

    def rename(self, person: int, name: str) -> None: ...

    def set_active(self, person: int, active: bool, now: datetime) -> None:
        """Not active: the person's sessions and links are gone with it, and the tokens revoked."""
        ...

    def delete_person(self, person: int) -> None: ...

    def grant(self, person: int, grant: Grant) -> None:
        """Takes the place of what was granted in the same place."""
        ...

    def revoke(self, person: int, project: str, pipeline: str) -> bool:
        """False: there was no such grant."""
        ...

    def add_session(self, session: Session) -> None:
        """Also notes that the person signed in, and forgets sessions that are over."""
        ...

    def session(self, digest: str) -> tuple[Session, Person] | None: ...

    def sessions(self, person: int) -> Sequence[Session]:
        """Newest first."""
        ...

    def touch_session(self, digest: str, now: datetime) -> None: ...

    def end_session(self, digest: str) -> bool: ...

    def end_sessions(self, person: int, *, but: str = "") -> int:
        """How many ended; ``but`` is the digest of one that stays."""
        ...

    def add_token(self, token: Token, digest: str) -> Token:
        """With its id."""
        ...

    def token(self, digest: str) -> tuple[Token, Person] | None: ...

    def tokens(self, person: int | None = None, *, after: int = 0, limit: int = 500) -> Sequence[Token]:
        """By id; None: of everybody. Revoked ones too."""
        ...

    def touch_token(self, token: int, now: datetime) -> None: ...

    def revoke_token(self, token: int, now: datetime, *, person: int | None = None) -> bool:
        """False: there is no such token (of that person) that is not revoked."""
        ...

    def add_link(self, digest: str, person: int, now: datetime, expires: datetime) -> None:
        """A one-time link takes the place of earlier ones of that person."""
        ...

    def take_link(self, digest: str, now: datetime) -> int | None:
        """The person, once; None: used, expired or never made."""
        ...

    def identity(self, issuer: str, subject: str) -> Person | None: ...

    def add_identity(self, issuer: str, subject: str, person: int, now: datetime) -> None: ...

    def record(self, entry: AuditEntry) -> None: ...

    def audit(
        self, *, project: str | None = None, actor: str | None = None, before: int | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """Newest first; ``before`` is the id before which the page begins."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that the verbs of access need. ``publish`` tells other processes whose rights changed.
    ``address`` says how browsers reach the server, for links.
    ``provider`` None: people sign in here only."""

    store: AccessStore
    passwords: Passwords
    rates: RateLimits
    clock: Clock
    publish: Callable[[Notice], None]
    address: Callable[[], str] = lambda: "http://localhost:6789"
    provider: IdentityProvider | None = None
    policy: Policy = field(default_factory=Policy)

    def link(self, code: str) -> str:
        """The address that signs in once."""
        return f"{self.address().rstrip('/')}/sign-in/link/{code}"
