"""People and their rights put together, and the provider that may vouch for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from blockwright.adapters.db.databases import Database
    from blockwright.ports.access import Access
    from blockwright.ports.bus import EventBus
    from blockwright.ports.clock import Clock
    from blockwright.ports.identity import IdentityProvider, Policy
    from blockwright.ports.rates import RateLimits
    from blockwright.services.access.first_owner import FirstOwner
    from blockwright.settings import OidcSettings, Settings


def open_access(settings: Settings, database: Database, bus: EventBus, data: Path) -> Access:
    from blockwright.adapters.db.access import DatabaseAccess
    from blockwright.adapters.host.clock import SystemClock
    from blockwright.adapters.passwords.argon2 import Argon2Passwords
    from blockwright.compose.addresses import public_address
    from blockwright.ports.access import Access
    from blockwright.ports.identity import Policy

    clock = SystemClock()
    oidc = settings.oidc
    return Access(
        DatabaseAccess(database),
        Argon2Passwords(),
        _open_rates(settings.redis_url, clock),
        clock,
        bus.publish,
        address=lambda: public_address(settings, data),
        provider=None if oidc is None else _open_provider(oidc, clock),
        policy=Policy() if oidc is None else _policy(oidc),
    )


def first_start(settings: Settings, access: Access, host: str) -> FirstOwner | None:
    """What must be before the server listens at ``host``: an owner, a key for secrets that nobody guesses, and
    sign-in unless only this machine can reach it. Returns the owner when it was made now. Raises Invalid."""
    from blockwright.adapters.db.secret_keys import require_strong
    from blockwright.services.access.first_owner import first_owner, require_sign_in

    if settings.secret_key is not None:
        require_strong(settings.secret_key)
    require_sign_in(settings.sign_in, host=host, public_url=settings.public_url, others=settings.allowed_hosts)
    return first_owner(access, email=settings.owner_email, name=settings.owner_name, password=settings.owner_password)


def _open_rates(url: str | None, clock: Clock) -> RateLimits:
    from blockwright.adapters.rates.local import LocalRates

    alone = LocalRates(clock.monotonic)
    if url is None:
        return alone
    from blockwright.adapters.rates.redis import RedisRates

    return RedisRates(url, alone)


def _open_provider(oidc: OidcSettings, clock: Clock) -> IdentityProvider:
    from blockwright.adapters.oidc.provider import OidcProvider

    return OidcProvider(
        oidc.issuer, oidc.client_id, oidc.client_secret, scopes=oidc.scopes, groups=oidc.groups_claim, clock=clock
    )


def _policy(oidc: OidcSettings) -> Policy:
    from blockwright.core.access import Role
    from blockwright.ports.identity import Policy

    return Policy(
        link_by_email=oidc.link_by_email,
        join=oidc.join,
        roles={group: Role(role) for group, role in oidc.roles},
        default=Role(oidc.default_role) if oidc.default_role else None,
    )
