"""Signing in and out, and what a person may do with what is theirs: name, password, sessions, tokens."""

from __future__ import annotations

from fastapi import Request, Response

from blockwright.core.access import Permission
from blockwright.core.errors import Forbidden, Invalid, NotFound
from blockwright.services.access import people, signing_in, tokens
from blockwright.services.access.audit import By
from blockwright.services.access.authentication import Known
from blockwright.services.access.signing_in import SignedIn
from blockwright.web import paging, problems
from blockwright.web import people_schemas as shapes
from blockwright.web.credentials import delete_cookie, set_cookie
from blockwright.web.routing import Routes, declared_open, signed_in
from blockwright.web.site import Site, TheCaller, TheSite

routes = Routes(prefix="/api/v1", tags=["access"], responses=problems.responses(401, 403, 422, 429, 503))


@routes.get("/sign-in", summary="By which ways people sign in here")
@declared_open
def show_ways(site: TheSite) -> shapes.Ways:
    return shapes.Ways(provider=site.access.provider is not None)


@routes.post("/session", summary="Sign in with address and password; answers with a cookie")
@declared_open
def sign_in(site: TheSite, request: Request, response: Response, body: shapes.SignIn) -> shapes.Person:
    address, agent = origin_of(request)
    signed = signing_in.sign_in(site.access, body.email, body.password, address=address, agent=agent)
    return begin_session(site, request, response, signed)


@routes.post("/session/link", summary="Sign in with the code of a one-time link")
@declared_open
def sign_in_by_link(site: TheSite, request: Request, response: Response, body: shapes.LinkCode) -> shapes.Person:
    address, agent = origin_of(request)
    signed = signing_in.sign_in_by_link(site.access, body.code, address=address, agent=agent)
    return begin_session(site, request, response, signed)


@routes.delete("/session", summary="Sign out", status_code=204)
@signed_in
def sign_out(caller: TheCaller, request: Request, response: Response) -> None:
    signing_in.sign_out(caller.site.access, by(caller, request), require_session(request))
    delete_cookie(response, request.scope["state"]["cookie"], https=is_https(caller.site, request))


@routes.get("/me", summary="Who you are, and what you may do")
@signed_in
def show_me(caller: TheCaller) -> shapes.Me:
    actor, site = caller.actor, caller.site
    person = site.access.store.person(actor.id) if actor.id else None
    projects = sorted(actor.visible(site.installation.projects()))
    return shapes.Me(
        id=actor.id,
        email=actor.name,
        name=person.name if person else actor.name,
        grants=[shapes.grant(granted) for granted in actor.grants],
        permissions=[permission for permission in Permission if actor.may(permission)],
        projects=projects,
        within={name: [each for each in Permission if actor.may(each, name)] for name in projects},
        token=actor.token,
        has_password=person is not None and person.has_password,
        place=site.installation.feed.newest(),
    )


@routes.patch("/me", summary="Change your name")
@signed_in
def rename_me(caller: TheCaller, request: Request, body: shapes.PersonChange) -> shapes.Person:
    access = caller.site.access
    if body.active is not None:
        raise Invalid("Nobody disables themselves.", hint="Ask an administrator.")
    require_session(request)
    if body.name is not None:
        people.rename(access, by(caller, request), access.store.person(caller.actor.id), body.name)
    return shapes.person(access.store.person(caller.actor.id))


@routes.put("/me/password", summary="Change your password; all your other sessions end", status_code=204)
@signed_in
def change_password(caller: TheCaller, request: Request, body: shapes.NewPassword) -> None:
    known = Known(caller.actor, require_session(request))
    signing_in.change_password(caller.site.access, by(caller, request), known, body.old, body.new)


@routes.get("/me/sessions", summary="List your sessions, newest first")
@signed_in
def list_sessions(caller: TheCaller, request: Request) -> list[shapes.Session]:
    current = request.scope["state"].get("session", "")
    return [shapes.session(found, current) for found in caller.site.access.store.sessions(caller.actor.id)]


@routes.delete("/me/sessions", summary="Sign out everywhere")
@signed_in
def sign_out_everywhere(caller: TheCaller, request: Request) -> dict[str, int]:
    require_session(request)
    return {"ended": signing_in.sign_out_everywhere(caller.site.access, by(caller, request))}


@routes.delete("/me/sessions/{session}", summary="End one of your sessions", status_code=204)
@signed_in
def end_session(caller: TheCaller, request: Request, session: str) -> None:
    require_session(request)
    mine = caller.site.access.store.sessions(caller.actor.id)
    found = next((each for each in mine if each.digest[:16] == session), None)
    if found is None:
        raise NotFound("You have no such session.", hint="`GET /api/v1/me/sessions` lists them.")
    signing_in.sign_out(caller.site.access, by(caller, request), found.digest)


@routes.get("/me/tokens", summary="List your tokens")
@signed_in
def list_my_tokens(
    caller: TheCaller, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[shapes.Token]:
    after = paging.number(cursor) or 0
    found = tokens.listed(caller.site.access, caller.actor.id, after=after, limit=limit + 1)
    return paging.page(found, limit, lambda token: token.id, shapes.token)


@routes.post("/me/tokens", summary="Make a token for a program; it can do no more than you may", status_code=201)
@signed_in
def make_token(caller: TheCaller, request: Request, body: shapes.NewToken) -> shapes.CreatedToken:
    access = caller.site.access
    require_session(request)
    if body.expires is not None and body.expires.tzinfo is None:
        raise Invalid("`expires` has no time zone.", hint="Write it as 2027-01-31T00:00:00Z.", code="token_expiry")
    made = tokens.new(
        access,
        by(caller, request),
        access.store.person(caller.actor.id),
        body.name,
        scopes=None if body.scopes is None else frozenset(body.scopes),
        project=body.project,
        expires=body.expires,
    )
    return shapes.CreatedToken(token=shapes.token(made.token), secret=made.secret)


@routes.delete("/tokens/{token}", summary="Revoke a token: yours, or as an administrator anybody's", status_code=204)
@signed_in
def revoke_token(caller: TheCaller, request: Request, token: int) -> None:
    tokens.revoke(caller.site.access, by(caller, request), token)


def by(caller: TheCaller, request: Request) -> By:
    """Whoever asks. The verb that is given this writes the audit log, so the gate need not."""
    request.scope["state"]["audited"] = True
    return By(caller.actor, caller.address)


def require_session(request: Request) -> str:
    """The digest of the session that asks; raises Forbidden for a token, which must not outgrow its revocation."""
    session = str(request.scope["state"].get("session", ""))
    if not session:
        raise Forbidden("This takes a person, not a token.", hint="Sign in with a browser.", code="session_needed")
    return session


def begin_session(site: Site, request: Request, response: Response, signed: SignedIn) -> shapes.Person:
    """Give the browser its new session; the one that it had ends."""
    state = request.scope["state"]
    if state.get("session"):
        site.access.store.end_session(state["session"])
    set_cookie(response, state["cookie"], signed.secret, https=is_https(site, request))
    return shapes.person(signed.person)


def origin_of(request: Request) -> tuple[str, str]:
    """The caller's address and program."""
    return request.client.host if request.client else "", request.headers.get("user-agent", "")


def is_https(site: Site, request: Request) -> bool:
    """Whether browsers reach us by https, themselves or through a proxy."""
    return site.public_url.startswith("https://") or request.url.scheme == "https"
