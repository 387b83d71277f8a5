"""How a request says who makes it: a token in a header, or a session's cookie."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

from blockwright.services.access.authentication import LONGEST

OLD_HEADER = "oauth-token"
OLD_COOKIE = "oauth_token"
"""The names that Mage's callers send; they carry a session or token of ours."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """``cookie``: a browser may have added it without its user's knowing."""

    secret: str
    cookie: bool


def cookie_name(host: str, *, https: bool) -> str:
    """``__Host-``: the browser keeps it for this host alone and sends it over https only. Without https the port is
    part of the name, since browsers share cookies between the ports of a host."""
    return "__Host-blockwright" if https else f"blockwright_{host.rpartition(':')[2] if ':' in host[-6:] else 80}"


def credentials_of(headers: Headers, name: str) -> Credentials | None:
    """A header wins over a cookie."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return Credentials(secret.strip(), cookie=False)
    old = headers.get(OLD_HEADER, "").strip()
    if old:
        return Credentials(old, cookie=False)
    secret = cookie_of(headers, name) or cookie_of(headers, OLD_COOKIE)
    return Credentials(secret, cookie=True) if secret else None


def set_cookie(response: Response, name: str, secret: str, *, https: bool) -> None:
    response.set_cookie(
        name, secret, max_age=int(LONGEST.total_seconds()), path="/", secure=https, httponly=True, samesite="lax"
    )


def delete_cookie(response: Response, name: str, *, https: bool) -> None:
    response.delete_cookie(name, path="/", secure=https, httponly=True, samesite="lax")


def cookie_of(headers: Headers, name: str) -> str:
    """The first of that name; empty: there is none."""
    for part in "; ".join(headers.getlist("cookie")).split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return ""
