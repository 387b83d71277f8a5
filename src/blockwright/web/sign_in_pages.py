"""The page behind a one-time link. The link shows a button and the button signs in, so that a program which looks at
links beforehand (mail scanners, previews) does not use it up."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from blockwright.services.access import signing_in
from blockwright.web import problems
from blockwright.web.access import begin_session, origin_of
from blockwright.web.routing import Routes, declared_open
from blockwright.web.site import TheSite

routes = Routes(prefix="/sign-in", tags=["access"], responses=problems.responses(403, 422, 429, 503))

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# The form goes to its own address: the code is not repeated in the page.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Blockwright</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 20vh auto; padding: 0 1rem }
button { font: inherit; padding: .5rem 1.5rem }</style>
<h1>Blockwright</h1>
<p>This link signs you in once.</p>
<form method="post"><button autofocus>Sign in</button></form>
</html>
"""


@routes.get("/link/{code}", summary="The page of a one-time link", response_class=HTMLResponse)
@declared_open
def show_link(code: str) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY, "Referrer-Policy": "strict-origin"})


@routes.post("/link/{code}", summary="Sign in by a one-time link", response_class=RedirectResponse, status_code=303)
@declared_open
def use_link(site: TheSite, request: Request, code: str) -> RedirectResponse:
    address, agent = origin_of(request)
    signed = signing_in.sign_in_by_link(site.access, code, address=address, agent=agent)
    answer = RedirectResponse("/", status_code=303)
    begin_session(site, request, answer, signed)
    return answer
