"""Signing in by another provider: there and back again in the same browser, or not at all.

The browser keeps one random secret in a cookie for the way; state, nonce and verifier are made from it. So what comes
back belongs to the browser that began, no server has to remember it, and any of several servers can finish it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import RedirectResponse

from blockwright.core.errors import BlockwrightError, Forbidden, NotFound
from blockwright.ports.identity import Flow, IdentityProvider
from blockwright.services.access.credentials import new_secret
from blockwright.services.access.identities import sign_in_as
from blockwright.services.access.signing_in import slow_down
from blockwright.web import problems
from blockwright.web.access import begin_session, is_https, origin_of
from blockwright.web.credentials import cookie_of
from blockwright.web.routing import Routes, declared_open
from blockwright.web.site import Site, TheSite

routes = Routes(prefix="/sign-in", tags=["access"], responses=problems.responses(403, 404, 422, 429, 503))

CALLBACK = "/sign-in/oidc/callback"
MINUTES = 10
# A path of ours: no scheme, no host (`//host`, `/\host`), nothing that a browser drops while it reads.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


@routes.get("/oidc", summary="Go to the identity provider", response_class=RedirectResponse, status_code=303)
@declared_open
def begin_oidc(site: TheSite, request: Request, after: str = Query("/", max_length=500)) -> RedirectResponse:
    slow_down(site.access, origin_of(request)[0])
    secret = new_secret()
    answer = RedirectResponse(_provider(site).begin(flow_of(secret), _callback(site, request)), status_code=303)
    https = is_https(site, request)
    value = f"{secret}.{base64.urlsafe_b64encode(own_path(after).encode()).decode().rstrip('=')}"
    answer.set_cookie(
        _cookie(request), value, max_age=MINUTES * 60, path="/", secure=https, httponly=True, samesite="lax"
    )
    return answer


@routes.get("/oidc/callback", summary="Come back from it", response_class=RedirectResponse, status_code=303)
@declared_open
def finish_oidc(
    site: TheSite,
    request: Request,
    state: str = Query("", max_length=500),
    code: str = Query("", max_length=4000),
    error: str = Query("", max_length=500),
) -> RedirectResponse:
    """A failure goes to the page of sign-in with its words, since a person is looking."""
    secret, _, after = cookie_of(request.headers, _cookie(request)).partition(".")
    try:
        answer = _finish(site, request, secret, state, code, error, after)
    except BlockwrightError as refused:
        answer = RedirectResponse(f"/login?{urlencode({'sign_in_error': refused.message})}", status_code=303)
    answer.delete_cookie(_cookie(request), path="/", secure=is_https(site, request), httponly=True, samesite="lax")
    return answer


def flow_of(secret: str) -> Flow:
    """What is made of the browser's secret: one part tells nothing of the others."""
    parts = [
        base64.urlsafe_b64encode(hmac.digest(secret.encode(), name, hashlib.sha256)).decode().rstrip("=")
        for name in (b"state", b"nonce", b"verifier")
    ]
    return Flow(*parts)


def own_path(after: str) -> str:
    """Where to go afterwards: a path of ours, whatever was asked for."""
    return after if _OWN_PATH.fullmatch(after) else "/"


def _finish(
    site: Site, request: Request, secret: str, state: str, code: str, error: str, after: str
) -> RedirectResponse:
    provider, flow = _provider(site), flow_of(secret)
    if not secret or not hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace")):
        raise Forbidden("This sign-in was not begun by this browser, or too long ago.", code="identity_refused")
    if error or not code:
        raise Forbidden(f"The identity provider refused: {error[:100] or 'no code'}.", code="identity_refused")
    slow_down(site.access, origin_of(request)[0])
    claims = provider.finish(flow, _callback(site, request), code)
    address, agent = origin_of(request)
    signed = sign_in_as(site.access, claims, address=address, agent=agent)
    path = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode("utf-8", "replace")
    answer = RedirectResponse(own_path(path), status_code=303)
    begin_session(site, request, answer, signed)
    return answer


def _provider(site: Site) -> IdentityProvider:
    if site.access.provider is None:
        raise NotFound("No identity provider is set up.", hint="Set BLOCKWRIGHT_OIDC_ISSUER.", code="no_provider")
    return site.access.provider


def _callback(site: Site, request: Request) -> str:
    base = site.public_url or f"{request.url.scheme}://{request.headers['host']}"
    return f"{base.rstrip('/')}{CALLBACK}"


def _cookie(request: Request) -> str:
    return f"{request.scope['state']['cookie']}_flow"
