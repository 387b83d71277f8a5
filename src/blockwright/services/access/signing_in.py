"""Signing in and out: by password, by a one-time link, or as somebody that another provider vouches for.

Guessing is held back three ways: by address, by account from one address (waits that double), and by account from
everywhere (slow, but never shut: nobody can lock somebody else out for good). A wrong password and an unknown person
get the same words after the same work.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from blockwright.core.access import Actor, fold
from blockwright.core.errors import Forbidden, Unavailable
from blockwright.ports.access import Access, Person, Session
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.rates import BackOff, Rate
from blockwright.services.access.audit import By, record
from blockwright.services.access.authentication import LONGEST, Known, actor_of
from blockwright.services.access.credentials import digest, new_secret, require_strong

FROM_ADDRESS = Rate(burst=30, seconds=10)
FAILURES = BackOff(free=4, seconds=1, most=900)
FAILURES_FROM_ANYWHERE = BackOff(free=50, seconds=1, most=30)
LINK_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``secret`` goes into the browser's cookie and is kept nowhere."""

    secret: str
    person: Person


class RateLimited(Unavailable):
    """Asked too often; ``seconds`` says when to come back."""

    code = "rate_limited"

    def __init__(self, seconds: float) -> None:
        super().__init__("Too many tries.", hint=f"Try again in {ceil(seconds)} s.")
        self.seconds = seconds


def sign_in(access: Access, email: str, password: str, *, address: str = "", agent: str = "") -> SignedIn:
    """Raises Forbidden (code ``sign_in_failed``) with the same words whatever was wrong, RateLimited."""
    email = fold(email)[:254]
    guesses = _let_through(access, email, address)
    person = access.store.person_by_email(email)
    verdict = access.passwords.verify(password, access.store.password(person.id) if person else None)
    if person is None or not person.active or not verdict.right:
        by = By(Actor(0, email), address)
        record(access, by, "session.sign_in", object=email, outcome="refused")
        raise Forbidden(
            "The address or the password is not right.",
            hint="An administrator can reset it: `blockwright users password ADDRESS`.",
            code="sign_in_failed",
        )
    _succeeded(access, guesses)
    if verdict.better is not None:
        access.store.set_password(person.id, verdict.better)
    return open_session(access, person, "password", address=address, agent=agent)


def sign_in_by_link(access: Access, code: str, *, address: str = "", agent: str = "") -> SignedIn:
    """Raises Forbidden (code ``link_over``), RateLimited."""
    slow_down(access, address)
    found = access.store.take_link(digest(code), access.clock.now())
    person = None if found is None else access.store.person(found)
    if person is None or not person.active:
        raise Forbidden(
            "This link was used already or is too old.",
            hint="`blockwright users password ADDRESS --link` makes a new one.",
            code="link_over",
        )
    return open_session(access, person, "link", address=address, agent=agent)


def open_session(access: Access, person: Person, how: str, *, address: str, agent: str) -> SignedIn:
    """A session of its own for each sign-in: one that somebody else knows can never become somebody's."""
    secret, now = new_secret(), access.clock.now()
    access.store.add_session(Session(digest(secret), person.id, now, now, now + LONGEST, address, agent[:200]))
    record(access, By(actor_of(person), address), "session.sign_in", object=person.email, data={"by": how})
    return SignedIn(secret, person)


def sign_out(access: Access, by: By, session: str) -> None:
    """``session`` is its digest."""
    access.store.end_session(session)
    _tell(access, by.actor.id)
    record(access, by, "session.sign_out", object=by.actor.name)


def sign_out_everywhere(access: Access, by: By) -> int:
    """End every session of whoever asks; returns how many there were. Tokens stay."""
    ended = access.store.end_sessions(by.actor.id)
    _tell(access, by.actor.id)
    record(access, by, "session.sign_out_everywhere", object=by.actor.name, data={"sessions": ended})
    return ended


def change_password(access: Access, by: By, known: Known, old: str, new: str) -> None:
    """One's own; every other session ends. ``old`` may be empty where there was none yet. Raises Forbidden, Invalid."""
    person = access.store.person(by.actor.id)
    guesses = _let_through(access, person.email, by.address)
    kept = access.store.password(person.id)
    if kept is not None and not access.passwords.verify(old, kept).right:
        record(access, by, "person.change_password", object=person.email, outcome="refused")
        raise Forbidden("The old password is not right.", code="sign_in_failed")
    _succeeded(access, guesses)
    require_strong(new, person.email)
    access.store.set_password(person.id, access.passwords.hash(new))
    access.store.end_sessions(person.id, but=known.session)
    _tell(access, person.id)
    record(access, by, "person.change_password", object=person.email)


def make_link(access: Access, person: Person) -> str:
    """The code of a link that signs the person in once within a day."""
    code, now = new_secret(), access.clock.now()
    access.store.add_link(digest(code), person.id, now, now + LINK_LASTS)
    return code


def slow_down(access: Access, address: str) -> None:
    """Raises RateLimited when this address has tried too often."""
    wait = access.rates.take(f"address:{network(address)}", FROM_ADDRESS)
    if wait:
        raise RateLimited(wait)


def network(address: str) -> str:
    """What counts as one address: of IPv6 the /64 that a single customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _let_through(access: Access, email: str, address: str) -> tuple[str, str]:
    """The keys under which this try counts as failed until it has succeeded: told beforehand, so that many tries at
    once are not all let through by one look. Raises RateLimited while there were too many."""
    here, anywhere = f"sign-in:{email}:{network(address)}", f"sign-in:{email}"
    wait = max(access.rates.wait(here), access.rates.wait(anywhere))
    if wait:
        raise RateLimited(wait)
    slow_down(access, address)
    access.rates.fail(here, FAILURES)
    access.rates.fail(anywhere, FAILURES_FROM_ANYWHERE)
    return here, anywhere


def _succeeded(access: Access, guesses: tuple[str, str]) -> None:
    for guess in guesses:
        access.rates.forget(guess)


def _tell(access: Access, person: int) -> None:
    access.publish(Notice(Topic.ACCESS, data={"user": person}))
