"""From where a browser may speak to us: under our own names, and from our own pages.

A page of another site can make a browser send requests here (CSRF), and a foreign name can be made to lead to
127.0.0.1 (DNS rebinding). Both show in headers that a page cannot forge: Host, Origin and Sec-Fetch-Site.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from blockwright.core.errors import Forbidden

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Names:
    """``hosts``: the names without port under which the server answers. ``public``: the origin (`https://host`) that
    browsers see where a proxy stands in front; empty: none does."""

    hosts: frozenset[str]
    public: str = ""

    @classmethod
    def of(cls, public_url: str, allowed_hosts: Collection[str]) -> Names:
        if public_url and "://" not in public_url:
            public_url = f"http://{public_url}"
        parts = urlsplit(public_url)
        named = {plain_name(host) for host in (*allowed_hosts, parts.netloc) if host}
        return cls(LOOPBACK | named, f"{parts.scheme}://{parts.netloc}".lower() if public_url else "")

    @property
    def https(self) -> bool:
        return self.public.startswith("https://")

    def require_host(self, headers: Headers) -> str:
        """The Host header, lower-case; raises Forbidden (code ``host``) when it is not one of ours."""
        given = headers.getlist("host")
        host = given[0].lower() if len(given) == 1 else ""
        if not host or plain_name(host) not in self.hosts:
            raise Forbidden(
                f"This server does not answer under the name {_shown(host)}.",
                hint="Add the name to BLOCKWRIGHT_ALLOWED_HOSTS, or set BLOCKWRIGHT_PUBLIC_URL.",
                code="host",
            )
        return host

    def require_origin(self, headers: Headers, *, host: str, scheme: str, changes: bool, cookie: bool) -> None:
        """Raises Forbidden (code ``origin``) for a request that a page of another site made.

        ``changes``: the method is not a safe one, or a socket is opened. ``cookie``: it comes with a session's cookie,
        which a browser adds by itself; then it must show where it comes from.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin.lower() not in (f"{scheme}://{host}", self.public):
            foreign = changes or cookie
        elif site is not None and site not in ("same-origin", "none"):
            foreign = changes or (cookie and headers.get("sec-fetch-mode") != "navigate")
        else:
            foreign = changes and cookie and origin is None and site is None
        if foreign:
            raise Forbidden(
                f"This request comes from a page of {_shown(origin or 'another site')}.",
                hint="Programs send a token (`Authorization: Bearer bw_…`) instead of a cookie.",
                code="origin",
            )


def plain_name(host: str) -> str:
    """Without the port; an IPv6 address keeps its brackets."""
    host = host.strip().lower()
    if host.count(":") > 1 and not host.startswith("["):
        return f"[{host}]"  # an IPv6 address as a setting has it
    if host.startswith("["):
        return host[: host.find("]") + 1]
    return host.partition(":")[0].rstrip(".")


def _shown(text: str) -> str:
    return repr(text[:100]) if text else "that it was called by"
