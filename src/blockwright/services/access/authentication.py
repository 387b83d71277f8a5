"""Who is asking: a session or a token to an ``Actor``, judged anew at every call: what was taken away is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from blockwright.core.access import Actor, Permission
from blockwright.ports.access import Access, Person, Session
from blockwright.services.access.credentials import TOKEN_PREFIX, digest

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)
_NOTED_EVERY = timedelta(minutes=1)
"""That a session or token was used is written down this seldom: a page of twenty calls should not be twenty writes."""


@dataclass(frozen=True, slots=True)
class Known:
    """``session`` is the digest of the session; empty: by a token."""

    actor: Actor
    session: str = ""


def by_session(access: Access, secret: str) -> Known | None:
    """None: no such session, or it is over, or its person is not active."""
    found = access.store.session(digest(secret))
    if found is None:
        return None
    session, person = found
    now = access.clock.now()
    if not person.active:
        return None
    if is_over(session, now):
        access.store.end_session(session.digest)
        return None
    if now - session.seen >= _NOTED_EVERY:
        access.store.touch_session(session.digest, now)
    return Known(actor_of(person), session.digest)


def by_token(access: Access, secret: str) -> Known | None:
    """None: no such token, revoked, expired, or its person is not active. What it may do is what its person may do
    now, less what its scopes leave out."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    found = access.store.token(digest(secret))
    if found is None:
        return None
    token, person = found
    now = access.clock.now()
    if not person.active or token.revoked is not None or (token.expires is not None and token.expires <= now):
        return None
    if token.used is None or now - token.used >= _NOTED_EVERY:
        access.store.touch_token(token.id, now)
    return Known(actor_of(person, scopes=token.scopes, project=token.project, token=token.id))


def actor_of(
    person: Person, *, scopes: frozenset[Permission] | None = None, project: str = "", token: int | None = None
) -> Actor:
    return Actor(person.id, person.email, person.grants, scopes, project, token)


def is_over(session: Session, now: datetime) -> bool:
    return session.expires <= now or session.seen + IDLE <= now
