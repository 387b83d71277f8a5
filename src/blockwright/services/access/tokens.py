"""Tokens for programs: each belongs to a person and can do no more than that person may at the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blockwright.core.access import Permission
from blockwright.core.errors import Forbidden, Invalid, NotFound
from blockwright.ports.access import Access, Person, Token
from blockwright.ports.bus import Notice, Topic
from blockwright.services.access.audit import By, record
from blockwright.services.access.credentials import TOKEN_PREFIX, digest, new_secret


@dataclass(frozen=True, slots=True)
class NewToken:
    """``secret`` is shown once and kept nowhere."""

    token: Token
    secret: str


def new(
    access: Access,
    by: By,
    person: Person,
    name: str,
    *,
    scopes: frozenset[Permission] | None = None,
    project: str = "",
    expires: datetime | None = None,
) -> NewToken:
    """A token of ``person``. Raises Forbidden for a token that asks for another (a stolen one must not outlive its
    revocation) and for somebody else's; Invalid."""
    if by.actor.token is not None:
        raise Forbidden("A token cannot make tokens.", hint="Sign in as a person.", code="session_needed")
    if by.actor.id not in (0, person.id):
        raise Forbidden("A token is made by its owner.", hint="Let that person make it.", code="not_allowed")
    now = access.clock.now()
    if not name.strip() or len(name) > 200:
        raise Invalid("A token needs a name of at most 200 characters.", hint="Name what uses it.", code="token_name")
    if expires is not None and expires <= now:
        raise Invalid("The token would be over already.", hint="Choose a later day.", code="token_expiry")
    secret = new_secret(TOKEN_PREFIX)
    token = Token(0, person.id, name.strip(), now, scopes, project, expires)
    kept = access.store.add_token(token, digest(secret))
    told = sorted(scopes) if scopes is not None else "all"
    record(access, by, "token.new", project=project, object=f"{person.email} {name}", data={"scopes": told})
    return NewToken(kept, secret)


def revoke(access: Access, by: By, token: int) -> None:
    """One's own, or with the administration of the installation anybody's. Raises NotFound."""
    anybodys = by.actor.may(Permission.ADMIN)
    if not access.store.revoke_token(token, access.clock.now(), person=None if anybodys else by.actor.id):
        raise NotFound(
            f"There is no token {token} that can be revoked.",
            hint="`blockwright tokens list` lists them.",
            code="token_not_found",
        )
    access.publish(Notice(Topic.ACCESS, data={"token": token}))
    record(access, by, "token.revoke", object=str(token))


def listed(access: Access, person: int | None, *, after: int = 0, limit: int = 50) -> Sequence[Token]:
    """By id; None: of everybody. A token's digest is never part of it."""
    return access.store.tokens(person, after=after, limit=limit)
