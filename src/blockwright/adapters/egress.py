"""Where requests of the server may go: not to this machine's own network, unless somebody says so.

Addresses of webhooks and alert channels are written by people who may edit a project, and the server stands where they
do not: beside databases, cloud metadata and other services that trust their network. So the resolved address counts,
not the name, and the connection goes to the very address that was judged: a name that resolves differently a moment
later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from blockwright.core.errors import Forbidden, Unavailable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_SCHEMES = frozenset({"http", "https"})
# Of those that carry an IPv4 address inside, what counts is that one: 6to4, NAT64 (RFC 6052), Teredo.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Beside what the standard library calls private: shared address space (RFC 6598), where clouds keep metadata too.
_SHARED = ipaddress.ip_network("100.64.0.0/10")


@dataclass(frozen=True, slots=True)
class Egress:
    """``allowed``: networks (`10.1.0.0/16`) and host names that may be reached although they are private. Metadata
    addresses (link-local) are never reached by a name; only a network here that holds them lets them through."""

    networks: tuple[IPNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, allowed: Collection[str]) -> Egress:
        """From the words of a setting; what is no network is the name of a host."""
        networks: list[IPNetwork] = []
        hosts: set[str] = set()
        for word in allowed:
            try:
                networks.append(ipaddress.ip_network(word.strip("[]"), strict=False))
            except ValueError:
                hosts.add(word.casefold().rstrip("."))
        return cls(tuple(networks), frozenset(hosts))

    def resolve(self, url: str) -> Sequence[str]:
        """The addresses to connect to for ``url``, each judged: use them and not the name, and judge every redirect
        anew. Raises Forbidden (code ``egress``), Unavailable when the name is not known."""
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if parts.scheme not in _SCHEMES or not host:
            raise Forbidden(
                f"`{_without_secrets(url)}` is no http or https address.", hint="Write a full address.", code="egress"
            )
        found = _resolved(host, port or (443 if parts.scheme == "https" else 80))
        for address in found:
            self._require(host, address)
        return [str(address) for address in found]

    def _require(self, host: str, address: IPAddress) -> None:
        plain = _inner(address)
        if any(plain in network for network in self.networks if network.version == plain.version):
            return
        if plain.is_global and not plain.is_multicast and plain not in _SHARED_OF[plain.version]:
            return
        if host.casefold().rstrip(".") in self.hosts and not plain.is_link_local:
            return
        raise Forbidden(
            f"`{host}` leads to {address}, which is not on the public internet.",
            hint="Whoever runs the server allows it in BLOCKWRIGHT_ALERT_HOSTS, by its name or network.",
            code="egress",
        )


_SHARED_OF: dict[int, IPNetwork] = {4: _SHARED, 6: ipaddress.ip_network("64:ff9b:1::/48")}


def _inner(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _resolved(host: str, port: int) -> Sequence[IPAddress]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"The host `{host}` is not known: {error}.", code="unknown_host") from error
    found = {str(answer[4][0]).partition("%")[0] for answer in answers}
    return [ipaddress.ip_address(text) for text in sorted(found)]


def _without_secrets(url: str) -> str:
    """The address without password and query, which may hold tokens."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
