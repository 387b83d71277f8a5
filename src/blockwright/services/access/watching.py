"""Whether somebody who was let in may still be there: asked by what stays open for long."""

from __future__ import annotations

from blockwright.core.access import Actor
from blockwright.core.errors import NotFound
from blockwright.ports.access import Access, Person
from blockwright.services.access.authentication import actor_of, is_over


def still(access: Access, actor: Actor, session: str = "") -> Actor | None:
    """The actor with the rights of now; None when the person is gone or not active, or the session (its digest) or
    token that let them in is over. Does not count as use of either."""
    if actor.id == 0:
        return actor  # nobody had to sign in
    try:
        person = access.store.person(actor.id)
    except NotFound:
        return None
    if not person.active or not _holds(access, actor, person, session):
        return None
    return actor_of(person, scopes=actor.scopes, project=actor.project, token=actor.token)


def _holds(access: Access, actor: Actor, person: Person, session: str) -> bool:
    now = access.clock.now()
    if actor.token is not None:
        mine = access.store.tokens(person.id, after=actor.token - 1, limit=1)
        return any(
            token.id == actor.token and token.revoked is None and (token.expires is None or token.expires > now)
            for token in mine
        )
    found = access.store.session(session)
    return found is not None and found[1].id == person.id and not is_over(found[0], now)
