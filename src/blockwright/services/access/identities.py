"""People whom another provider vouches for (OIDC): who they are here, and which role its groups give them."""

from __future__ import annotations

from blockwright.core.access import Actor, Grant, Role, fold
from blockwright.core.errors import Conflict, Forbidden
from blockwright.ports.access import Access, Person
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.identity import Claims, Policy
from blockwright.services.access.audit import By, record
from blockwright.services.access.credentials import address_of
from blockwright.services.access.signing_in import SignedIn, open_session


def sign_in_as(access: Access, claims: Claims, *, address: str = "", agent: str = "") -> SignedIn:
    """Raises Forbidden (codes ``not_invited``, ``sign_in_failed``)."""
    policy = access.policy
    person = access.store.identity(claims.issuer, claims.subject) or _admit(access, policy, claims, address)
    if not person.active:
        raise Forbidden("Your access was taken away.", hint="Ask an administrator.", code="sign_in_failed")
    if policy.roles:
        _follow_groups(access, policy, person, claims, address)
    return open_session(access, access.store.person(person.id), claims.issuer, address=address, agent=agent)


def _admit(access: Access, policy: Policy, claims: Claims, address: str) -> Person:
    """A known subject is a person already. An unknown one is a known person's only when the provider has verified the
    address and the policy trusts that: else whoever can name an address there would own the account here."""
    email = fold(claims.email)
    known = access.store.person_by_email(email) if email else None
    if known is not None:
        if not (policy.link_by_email and claims.email_verified):
            raise _not_invited("There is a person with your address, who does not sign in this way.")
        person = known
    elif policy.join and claims.email_verified:
        name = claims.name or email.partition("@")[0]
        grants = () if policy.default is None else (Grant(policy.default),)
        person = access.store.add_person(address_of(email), name, None, grants, access.clock.now())
    else:
        raise _not_invited("Nobody here has your address.")
    access.store.add_identity(claims.issuer, claims.subject, person.id, access.clock.now())
    record(access, By(Actor(person.id, person.email), address), "identity.add", object=claims.issuer)
    return person


def _follow_groups(access: Access, policy: Policy, person: Person, claims: Claims, address: str) -> None:
    """Give the highest role that a group maps to, or take the role away when none does any more."""
    given = {policy.roles[group] for group in claims.groups if group in policy.roles}
    role = next((role for role in Role if role in given), policy.default)
    now = next((grant.role for grant in person.grants if not grant.project), None)
    if role is now:
        return
    outcome = "done"
    try:
        if role is None:
            access.store.revoke(person.id, "", "")
        else:
            access.store.grant(person.id, Grant(role))
    except Conflict:  # the last owner stays one, whatever the provider says
        outcome = "refused"
    access.publish(Notice(Topic.ACCESS, data={"user": person.id}))
    by, data = By(Actor(person.id, person.email), address), {"role": role or "none", "by": "groups"}
    record(access, by, "grant.set", object=person.email, outcome=outcome, data=data)


def _not_invited(message: str) -> Forbidden:
    return Forbidden(message, hint="Ask an administrator to invite you.", code="not_invited")
