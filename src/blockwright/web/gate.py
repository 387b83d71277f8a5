"""The gate: stands before every route and lets a request through only when whoever makes it may do what the route
needs, before a byte of the body is read.

In this order: our own name (Host), our own page (Origin), who asks (session or token), and whether that person may, in
the place that the path names. What the app has no route for is answered here, so nothing that was not judged reaches
it: 401 to strangers, who learn nothing; 404 and 405 to others. A project that one may not see at all is not there.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blockwright.core.access import Actor, Grant, Role
from blockwright.core.errors import BlockwrightError, Forbidden, NotFound
from blockwright.ports.rates import BackOff, Rate
from blockwright.services.access.audit import By, record
from blockwright.services.access.authentication import Known, by_session, by_token
from blockwright.services.access.credentials import TOKEN_PREFIX
from blockwright.services.access.signing_in import RateLimited, network
from blockwright.web import problems
from blockwright.web.credentials import Credentials, cookie_name, credentials_of
from blockwright.web.hosts import LOOPBACK, SAFE, Names, plain_name
from blockwright.web.route_table import Matched, RouteTable
from blockwright.web.site import Site

OPEN_CALLS = Rate(burst=1_000, seconds=0.005)
OPEN_FAILURES = BackOff(free=20, seconds=1, most=300)
"""Of the routes that anybody may call, from one address: how often, and how long somebody waits who guesses tokens."""

PASSED_ON = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})
REFUSED = frozenset({401, 403, 404})
NOBODY_ELSE = Actor(0, "local", (Grant(Role.OWNER),))
"""Whoever sits at this machine, where sign-in is switched off."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the gate found out before it asked any store. ``here``: the request comes from this machine, and no proxy
    passed it on."""

    address: str
    here: bool
    changes: bool
    credentials: Credentials | None
    matched: Matched | None


class Gate:
    """An ASGI middleware; a ``blockwright.web.app.Gate`` by its constructor. Leaves ``actor``, ``session`` (its
    digest), ``cookie`` (the name of the session's) and ``template`` (the path of the route) in ``scope["state"]``. A
    route that writes the audit log itself sets ``audited`` there."""

    def __init__(self, app: ASGIApp, judged: FastAPI) -> None:
        self._app = app
        self._judged = judged
        self._table: RouteTable | None = None
        self._names: Names | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        for name in ("actor", "session", "audited"):
            state.pop(name, None)
        try:
            door = self._look(scope)
            known = await run_sync(self._judge, scope, door)
        except BlockwrightError as error:
            await _refuse(error, scope, receive, send)
            return
        if known is not None:
            state["actor"], state["session"] = known.actor, known.session
        await self._pass(scope, receive, send, door, known)

    def _look(self, scope: Scope) -> Door:
        """Host, Origin, route and credentials. Raises Forbidden."""
        headers, names = Headers(scope=scope), self._own_names()
        host = names.require_host(headers)
        scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
        cookie = cookie_name(host, https=names.https or scheme == "https")
        scope["state"]["cookie"] = cookie
        credentials = credentials_of(headers, cookie)
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        with_cookie = credentials is not None and credentials.cookie
        names.require_origin(headers, host=host, scheme=scheme, changes=changes, cookie=with_cookie)
        if self._table is None:
            self._table = RouteTable(self._judged)
        address = scope["client"][0] if scope.get("client") else ""
        here = _is_loopback(address) and plain_name(host) in LOOPBACK and not PASSED_ON & set(headers.keys())
        matched = self._table.match(scope)
        scope["state"]["template"] = "" if matched is None else matched.template
        return Door(address, here, changes, credentials, matched)

    def _judge(self, scope: Scope, door: Door) -> Known | None:
        """Who asks; None for a stranger at an open route. Raises Forbidden (401 by its code), NotFound."""
        known, matched = self._known(door), door.matched
        if matched is not None and matched.need.open:
            self._hold_back(door, matched)
        elif known is None:
            raise Forbidden(
                "Sign in first." if door.credentials is None else "This session or token is not valid, or over.",
                hint="Send a token as `Authorization: Bearer bw_…`, or sign in with a browser.",
                code="signed_out",
            )
        if matched is None:
            raise NotFound("There is nothing at this address.", code="no_route")
        if matched.allowed:
            raise _NoMethod(scope["method"], matched.allowed)
        if known is not None and not matched.need.open:
            self._require(known.actor, matched)
        return known

    def _known(self, door: Door) -> Known | None:
        access, credentials = self._site.access, door.credentials
        if credentials is not None:
            if credentials.secret.startswith(TOKEN_PREFIX):
                return None if credentials.cookie else by_token(access, credentials.secret)
            return by_session(access, credentials.secret)
        if not self._site.sign_in and door.here:
            return Known(NOBODY_ELSE)
        return None

    def _require(self, actor: Actor, matched: Matched) -> None:
        """Raises NotFound for a project that is not there or may not be seen, Forbidden for the rest."""
        project, pipeline = (str(matched.parameters.get(name, "")) for name in ("project", "pipeline"))
        if project and not (project in self._site.installation.projects() and actor.visible([project])):
            raise NotFound(f"There is no project `{project}`.", hint="`GET /api/v1/projects` lists them.")
        need = matched.need
        if need.permission is None or actor.may(need.permission, project, pipeline):
            return
        if need.within and not pipeline and actor.may_within(need.permission, project):
            return
        raise Forbidden(
            f"You may not do this: it needs the permission `{need.permission}`.",
            hint="Ask an administrator for a role that gives it." if actor.token is None else "Use another token.",
            code="not_allowed",
        )

    def _hold_back(self, door: Door, matched: Matched) -> None:
        """Raises RateLimited."""
        if door.changes:
            rates = self._site.access.rates
            wait = rates.wait(_guesses(door, matched)) or rates.take(f"open:{network(door.address)}", OPEN_CALLS)
            if wait:
                raise RateLimited(wait)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, door: Door, known: Known | None) -> None:
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            matched = door.matched
            if matched is not None and door.changes and scope["type"] == "http":
                if matched.need.open and status in REFUSED:
                    await run_sync(self._guessed, door, matched)
                elif known is not None and not scope["state"].get("audited"):
                    await run_sync(self._write_down, scope["method"], door, matched, known.actor, status)

    def _guessed(self, door: Door, matched: Matched) -> None:
        self._site.access.rates.fail(_guesses(door, matched), OPEN_FAILURES)

    def _write_down(self, method: str, door: Door, matched: Matched, actor: Actor, status: int) -> None:
        parameters = {name: str(value) for name, value in matched.parameters.items()}
        project = parameters.pop("project", "")
        outcome = "done" if status < 400 else "refused" if status in REFUSED else "failed"
        record(
            self._site.access,
            By(actor, door.address),
            f"{method} {matched.template}",
            project=project,
            object=" ".join(parameters.values())[:500],
            outcome=outcome,
            data={"status": status},
        )

    @property
    def _site(self) -> Site:
        site = self._judged.state.site
        assert isinstance(site, Site)
        return site

    def _own_names(self) -> Names:
        if self._names is None:
            self._names = Names.of(self._site.public_url, self._site.allowed_hosts)
        return self._names


class _NoMethod(BlockwrightError):
    """Answered as 405; ``allowed`` are the methods that the address takes."""

    code = "no_method"

    def __init__(self, method: str, allowed: frozenset[str]) -> None:
        super().__init__(f"This address does not take {method}.", hint=f"It takes {', '.join(sorted(allowed))}.")
        self.allowed = allowed


async def _refuse(error: BlockwrightError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    document = problems.document_of(error, scope["state"].get("request_id", ""))
    if isinstance(error, _NoMethod):
        title = "Method Not Allowed"
        document = document.model_copy(update={"status": 405, "title": title})
    await problems.answer(document, _headers(error))(scope, receive, send)


def _headers(error: BlockwrightError) -> dict[str, str]:
    match error:
        case _NoMethod():
            return {"Allow": ", ".join(sorted(error.allowed))}
        case RateLimited():
            return {"Retry-After": str(int(error.seconds) + 1)}
        case Forbidden(code="signed_out"):
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}


def _guesses(door: Door, matched: Matched) -> str:
    return f"open:{matched.template}:{network(door.address)}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
