"""The first start: somebody must own the installation, and nobody else may be first."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from blockwright.core.errors import Invalid
from blockwright.ports.access import Access, Person
from blockwright.services.access.audit import By, command_line, record
from blockwright.services.access.credentials import address_of, require_strong
from blockwright.services.access.people import random_password
from blockwright.services.access.signing_in import make_link

ADDRESS = "owner@localhost"


@dataclass(frozen=True, slots=True)
class FirstOwner:
    """``password`` is None when it was given and so is known already; ``code`` is that of a link that signs in once.
    Both are printed once and kept nowhere."""

    person: Person
    password: str | None
    code: str


def first_owner(
    access: Access, *, email: str | None = None, name: str | None = None, password: str | None = None
) -> FirstOwner | None:
    """Make the owner when there is none yet; None when there is. Without ``password`` a random one is made: no two
    installations share one. Raises Invalid for one that is easy to guess, `admin` before all."""
    if access.store.has_owner():
        return None
    address = address_of(email or ADDRESS)
    if password is not None:
        require_strong(password, address)
    chosen = password or random_password()
    person = access.store.found(address, name or "Owner", access.passwords.hash(chosen), access.clock.now())
    if person is None:  # another server was first
        return None
    record(access, By(command_line("first start").actor, "local"), "person.first_owner", object=address)
    return FirstOwner(person, None if password else chosen, make_link(access, person))


def require_sign_in(sign_in: bool, *, host: str, public_url: str = "", others: Sequence[str] = ()) -> None:
    """Raises Invalid when sign-in is switched off where more than this machine could reach the server: at another
    address than loopback, or through a proxy, behind which every caller looks like this machine."""
    if sign_in:
        return
    names = {host or "0.0.0.0", *others, _host_of(public_url)} - {""}
    reachable = sorted(name for name in names if not _is_this_machine(name))
    if reachable:
        raise Invalid(
            f"Sign-in cannot be switched off for a server that answers at {', '.join(reachable)}.",
            hint="Unset REQUIRE_USER_AUTHENTICATION, or serve 127.0.0.1 alone.",
            code="sign_in_needed",
        )


def greeting(owner: FirstOwner, url: str) -> str:
    """What the terminal shows once, at the first start."""
    lines = ["First start. You own this installation:", f"  address   {owner.person.email}"]
    if owner.password is not None:
        lines.append(f"  password  {owner.password}")
    lines += [f"  or once   {url.rstrip('/')}/sign-in/link/{owner.code}", "This is shown once."]
    return "\n".join(lines)


OPEN_WARNING = (
    "WARNING: sign-in is switched off (REQUIRE_USER_AUTHENTICATION=0): every program and every person on this machine "
    "can do everything here."
)


def _host_of(url: str) -> str:
    return urlsplit(url if "://" in url else f"//{url}").hostname or ""


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
