"""Another provider that says who somebody is (OpenID Connect)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from blockwright.core.access import Role


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says, checked: its signature, issuer, audience, time and nonce. ``subject`` names the person
    at that issuer for ever; an address may change hands."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """``link_by_email``: a verified address that a person here has signs in as that person. ``join``: whoever the
    provider knows becomes a person here. ``roles``: from the provider's groups to a role in the whole installation;
    where it is not empty, the groups decide that role at every sign-in. ``default``: the role of those whom no group
    gives one; None: they get none."""

    link_by_email: bool = False
    join: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)
    default: Role | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """The three secrets of one sign-in, bound to the browser that began it."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Raises Unavailable (code ``identity_provider``) when the provider does not answer or answers nonsense."""

    def begin(self, flow: Flow, redirect: str) -> str:
        """The address to send the browser to. ``redirect`` is where it comes back."""
        ...

    def finish(self, flow: Flow, redirect: str, code: str) -> Claims:
        """Exchange ``code``; raises Forbidden (code ``identity_refused``) when what comes back does not hold."""
        ...
