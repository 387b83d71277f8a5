"""``IdentityProvider`` by OpenID Connect: authorization code flow with PKCE (RFC 7636, OpenID Connect Core 3.1)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from blockwright.core.errors import Forbidden, Invalid, Unavailable
from blockwright.ports.clock import Clock
from blockwright.ports.identity import Claims, Flow

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key pair alone: with a shared secret, or none, a token could be made by others than the provider."""

_SECONDS = 10.0
_LEEWAY = 60.0
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Endpoints:
    authorization: str
    token: str
    keys: str


class OidcProvider:
    """``issuer`` must be https, or on this machine. What it publishes is fetched when first needed and kept; its keys
    are fetched anew when a token names one that is not known."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, scopes: str, groups: str, clock: Clock
    ) -> None:
        _require_safe(issuer, "The issuer")
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._scopes = scopes
        self._groups = groups
        self._clock = clock
        self._lock = Lock()
        self._endpoints: _Endpoints | None = None
        self._keys: Any = None

    def begin(self, flow: Flow, redirect: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect,
            "scope": self._scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self._found().authorization
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def finish(self, flow: Flow, redirect: str, code: str) -> Claims:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self._client_id,
            "code_verifier": flow.verifier,
        }
        secret = self._client_secret
        answer = self._ask("POST", self._found().token, data=form, auth=(self._client_id, secret) if secret else None)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("it sent no identity")
        return self._claims(self._verified(token), flow.nonce)

    def _claims(self, claims: Mapping[str, Any], nonce: str) -> Claims:
        now = self._clock.now().timestamp()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        expires, begins = claims.get("exp"), claims.get("nbf", claims.get("iat", now))
        if claims.get("iss") not in (self._issuer, f"{self._issuer}/"):
            raise _refused("the identity is of another issuer")
        if self._client_id not in audiences or claims.get("azp", self._client_id) != self._client_id:
            raise _refused("the identity is for another application")
        if not isinstance(expires, int | float) or expires + _LEEWAY < now:
            raise _refused("the identity is too old")
        if not isinstance(begins, int | float) or begins - _LEEWAY > now:
            raise _refused("the identity is not valid yet")
        if claims.get("nonce") != nonce:
            raise _refused("the identity is of another sign-in")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise _refused("the identity names nobody")
        groups = claims.get(self._groups)
        return Claims(
            issuer=self._issuer,
            subject=subject,
            email=str(claims.get("email") or ""),
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name") or claims.get("preferred_username") or "")[:200],
            groups=tuple(str(group) for group in groups) if isinstance(groups, list) else (),
        )

    def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims, once the signature is right; with newer keys if that needs them."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        for fresh in (False, True):
            try:
                claims: Mapping[str, Any] = jwt.decode(token, self._key_set(fresh=fresh), algorithms=ALGORITHMS).claims
                return claims
            except (JoseError, ValueError):
                continue
        raise _refused("its signature is not right")

    def _key_set(self, *, fresh: bool) -> Any:
        from joserfc.jwk import KeySet

        with self._lock:
            keys = None if fresh else self._keys
        if keys is None:
            keys = KeySet.import_key_set(self._ask("GET", self._found().keys))  # type: ignore[arg-type]
            with self._lock:
                self._keys = keys
        return keys

    def _found(self) -> _Endpoints:
        with self._lock:
            if self._endpoints is not None:
                return self._endpoints
        document = self._ask("GET", f"{self._issuer}/.well-known/openid-configuration")
        if str(document.get("issuer", "")).rstrip("/") != self._issuer:
            raise _unavailable(f"it calls itself {document.get('issuer')!r}")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        addresses = [str(document.get(name, "")) for name in names]
        for name, address in zip(names, addresses, strict=True):
            _require_safe(address, f"Its `{name}`")
        endpoints = _Endpoints(*addresses)
        with self._lock:
            self._endpoints = endpoints
        return endpoints

    def _ask(self, method: str, address: str, **options: Any) -> Mapping[str, Any]:
        """The JSON object that it answers; redirects are not followed, since they could lead anywhere."""
        try:
            with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
                answer = client.request(method, address, headers={"Accept": "application/json"}, **options)
                document = json.loads(answer.content[:_LARGEST])
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise _unavailable(str(error) or type(error).__name__) from error
        if not isinstance(document, dict):
            raise _unavailable("it did not answer with an object")
        if answer.status_code in (400, 401, 403):
            raise _refused(str(document.get("error", answer.status_code))[:100])
        if answer.status_code != 200:
            raise _unavailable(f"it answered {answer.status_code}")
        return document


def _require_safe(address: str, what: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return
    raise Invalid(f"{what} is {address!r}; it must be an https address.", hint="See BLOCKWRIGHT_OIDC_ISSUER.")


def _refused(why: str) -> Forbidden:
    return Forbidden(
        f"The identity provider did not vouch for you: {why}.", hint="Sign in anew.", code="identity_refused"
    )


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        f"The identity provider cannot be used: {why}.",
        hint="Look at BLOCKWRIGHT_OIDC_ISSUER, and whether the server reaches it.",
        code="identity_provider",
    )
