"""The page at `/`: what runs and what comes next, drawn on the server and without a script. Whoever is not signed in
gets a form instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import BlockwrightError
from blockwright.core.runs.model import Run
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import reports
from blockwright.services.access import signing_in
from blockwright.services.access.audit import By
from blockwright.web import problems
from blockwright.web.access import begin_session, is_https, origin_of
from blockwright.web.credentials import delete_cookie
from blockwright.web.files import RawBody
from blockwright.web.routing import Routes, declared_open, signed_in
from blockwright.web.runs import visible_pipelines
from blockwright.web.site import Site, TheCaller, TheSite

routes = Routes(tags=["pages"], responses=problems.responses(403, 422, 429, 503))

RUNS_SHOWN, FIRES_SHOWN = 10, 5
LOOK_AHEAD = timedelta(days=31)
SECONDS_BETWEEN_LOOKS = 10
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
header { display: flex; justify-content: space-between; align-items: baseline }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #dde3ea; vertical-align: top }
th { font-weight: 600; color: #5b6776 }
.failed { color: #b3261e } .completed { color: #1a7f37 } .running { color: #0a58ca }
form.in { max-width: 20rem; margin: 15vh auto } label { display: block; margin: .75rem 0 } .muted { color: #5b6776 }
input { font: inherit; width: 100%; padding: .4rem; box-sizing: border-box }
button { font: inherit; padding: .35rem 1.2rem }
@media (prefers-color-scheme: dark) { body { background: #14181e; color: #d8dee6 }
th, .muted { color: #93a0b0 } th, td { border-color: #2c343e }
.failed { color: #ff8a80 } .completed { color: #6fcf85 } }
"""


@routes.get("/", summary="The status page", response_class=HTMLResponse)
@declared_open
def show_home(site: TheSite, request: Request) -> HTMLResponse:
    actor = request.scope["state"].get("actor")
    if not isinstance(actor, Actor):
        return _page("Sign in", _sign_in_form())
    names = sorted(actor.visible(site.installation.projects()))
    body = [_header(actor), *(_project(site, actor, name) for name in names)]
    if not names:
        body.append('<p class="muted">There is no project that you may see.</p>')
    return _page("Blockwright", "".join(body), again=SECONDS_BETWEEN_LOOKS)


@routes.post("/sign-in", summary="Sign in by the form", response_class=RedirectResponse, status_code=303)
@declared_open
def sign_in_by_form(site: TheSite, request: Request, body: RawBody) -> Response:
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=5, keep_blank_values=True)
    email, password = (fields.get(name, [""])[0] for name in ("email", "password"))
    address, agent = origin_of(request)
    try:
        signed = signing_in.sign_in(site.access, email, password, address=address, agent=agent)
    except BlockwrightError as error:
        return _page("Sign in", _sign_in_form(error), problems.status_of(error))
    answer = RedirectResponse("/", status_code=303)
    begin_session(site, request, answer, signed)
    return answer


@routes.post("/sign-out", summary="Sign out by the form", response_class=RedirectResponse, status_code=303)
@signed_in
def sign_out_by_form(caller: TheCaller, request: Request) -> RedirectResponse:
    answer = RedirectResponse("/", status_code=303)
    state = request.scope["state"]
    if state.get("session"):
        signing_in.sign_out(caller.site.access, By(caller.actor, caller.address), state["session"])
        delete_cookie(answer, state["cookie"], https=is_https(caller.site, request))
    return answer


def _page(title: str, body: str, status: int = 200, *, again: int | None = None) -> HTMLResponse:
    """``again``: the browser asks anew after so many seconds."""
    refresh = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
    return HTMLResponse(text.encode("utf-8", "replace"), status, {"Content-Security-Policy": POLICY})


def _sign_in_form(error: BlockwrightError | None = None) -> str:
    told = f'<p class="failed" role="alert">{escape(str(error))}</p>' if error is not None else ""
    return (
        f'<form class="in" method="post" action="/sign-in"><h1>Blockwright</h1>{told}'
        '<label>Address <input name="email" type="email" autocomplete="username" required autofocus></label>'
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>'
        "<button>Sign in</button></form>"
    )


def _header(actor: Actor) -> str:
    return (
        f'<header><h1>Blockwright</h1><form method="post" action="/sign-out"><span class="muted">{escape(actor.name)}'
        "</span> <button>Sign out</button></form></header>"
    )


def _project(site: Site, actor: Actor, name: str) -> str:
    title = f"<h2>{escape(name)}</h2>"
    try:
        workspace = site.installation.workspace(name)
        pipelines = visible_pipelines(actor, name, None)
        found = workspace.runs.list(RunFilter(name, pipelines=pipelines), limit=RUNS_SHOWN)
        return title + _runs(workspace, found) + _fires(workspace, actor)
    except BlockwrightError as error:  # one broken project must not hide the others
        return f'{title}<p class="failed">{escape(str(error))}</p>'


def _runs(workspace: Workspace, found: Iterable[Run]) -> str:
    now = workspace.clock.now()
    rows = [
        (
            str(run.id),
            run.pipeline,
            run.kind.value,
            run.state.value,
            _moment(run.started or run.created),
            f"{reports.seconds_of(run, now) or 0:,.1f} s",
            run.reason if run.state.value in ("failed", "cancelled") else "",
        )
        for run in found
    ]
    return _table(("run", "pipeline", "kind", "state", "since (UTC)", "took", ""), rows, empty="No runs yet.")


def _fires(workspace: Workspace, actor: Actor) -> str:
    project = workspace.project.name
    until = workspace.clock.now() + LOOK_AHEAD
    coming = workspace.triggering.records.due(project, until, limit=10 * FIRES_SHOWN)
    rows = [
        (_moment(trigger.next_due), trigger.pipeline, trigger.spec.name)
        for trigger in coming
        if trigger.next_due is not None and actor.may(Permission.VIEW, project, trigger.pipeline)
    ]
    return _table(("next (UTC)", "pipeline", "trigger"), rows[:FIRES_SHOWN], empty="Nothing is scheduled.")


def _table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, empty: str) -> str:
    if not rows:
        return f'<p class="muted">{escape(empty)}</p>'
    head = "".join(f"<th>{escape(text)}</th>" for text in headers)
    body = "".join("<tr>" + "".join(_cell(text) for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    looks = f' class="{text}"' if text in ("completed", "failed", "running") else ""
    return f"<td{looks}>{escape(text[:500])}</td>"


def _moment(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S") if when is not None else ""
