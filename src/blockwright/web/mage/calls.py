"""What old callers do: sign in, fire a trigger by its token, run one block and get its output."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from blockwright.core.access import Actor, Grant, Permission, Role
from blockwright.core.blocks import BlockId
from blockwright.core.errors import Forbidden, Invalid, NotFound, Unavailable, UserCode
from blockwright.core.runs.model import Queue, Run, RunKind, RunRequest, RunState, Selection
from blockwright.core.triggers.model import Trigger, TriggerType
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import outputs, runs
from blockwright.services.access import signing_in
from blockwright.services.access.authentication import LONGEST
from blockwright.services.triggers import events
from blockwright.web import paging
from blockwright.web.following import Live
from blockwright.web.mage.errors import OldBody, OldRoute, part
from blockwright.web.mage.lists import Document, require_schedule
from blockwright.web.mage.words import date_text, run_document
from blockwright.web.routing import Routes, declared_open, signed_in
from blockwright.web.runs import AT_THE_HEAD, decoded, queued
from blockwright.web.site import Site, TheCaller, TheSite

routes = Routes(prefix="/api", tags=["mage"], route_class=OldRoute)

WAIT_SECONDS = 300.0
"""How long a caller of one block waits for its output; the run goes on."""

Authorization = Annotated[str, Header(max_length=400)]
Number = Annotated[int, paging.AnyNumber]


@routes.post("/sessions", summary="Sign in (as Mage's)")
@declared_open
def mage_session(site: TheSite, request: Request, body: OldBody) -> Document:
    """The token goes into the header `OAUTH-TOKEN`, `Authorization: Bearer`, or the cookie `oauth_token`."""
    asked = part(body, "session")
    name, password = asked.get("email") or asked.get("username"), asked.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        raise Invalid("A sign-in needs `email` and `password`.", hint='Send `{"session": {"email": …}}`.')
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")[:200]
    signed = signing_in.sign_in(site.access, name, password, address=address, agent=agent)
    person = signed.person
    user = {"id": person.id, "email": person.email, "username": person.name}
    expires = date_text(site.access.clock.now() + LONGEST)
    return {"session": {"token": signed.secret, "expires": expires, "user": user}, "metadata": None}


@routes.post("/pipeline_schedules/{number}/pipeline_runs/{token}", summary="Fire an API trigger (as Mage's)")
@declared_open
def mage_trigger(site: TheSite, number: Number, token: str, body: OldBody) -> Document:
    run = events.fire_by_token(site.installation, number, token, body)
    return {"pipeline_run": run_document(run, site.installation.clock.now())}


@routes.post("/pipeline_schedules/{number}/api_trigger", summary="Fire an API trigger, token in a header (as Mage's)")
@declared_open
def mage_api_trigger(site: TheSite, number: Number, body: OldBody, authorization: Authorization = "") -> Document:
    token = _bearer(authorization)
    run = events.fire_by_token(site.installation, number, token, body)
    return {"pipeline_run": run_document(run, site.installation.clock.now())}


@routes.post("/pipeline_schedules/{number}/pipeline_runs", summary="Run a schedule now (as Mage's)")
@signed_in
def mage_run_schedule(caller: TheCaller, number: Number, body: OldBody) -> Document:
    workspace, trigger = require_schedule(caller, number, Permission.RUN)
    variables = decoded(part(part(body, "pipeline_run"), "variables"))
    run = events.run_now(workspace, trigger, variables=variables, by=caller.actor.name)
    caller.record("trigger.run", run.project, f"{run.pipeline}/{trigger.spec.name}", run=run.id)
    queued(caller, run)
    return {"pipeline_run": run_document(run, caller.site.installation.clock.now()), "metadata": None}


@routes.post("/events", summary="Offer an event to the event triggers (as Mage's)")
@signed_in
def mage_event(caller: TheCaller, body: OldBody) -> Document:
    """It fires those of each project whose pattern takes it and that name no source of their own."""
    event_id = str(body.get("id") or uuid4().hex)[:200]
    installation = caller.site.installation
    fired: list[Run] = []
    for project in sorted(caller.actor.visible(installation.projects())):
        if caller.actor.may(Permission.RUN, project):
            fired += events.fire_for_any(installation.workspace(project), body, event_id)
    for run in fired:
        queued(caller, run)
    shown = [run_document(run, installation.clock.now()) for run in fired]
    return {"event": {"id": event_id, "pipeline_runs": shown}, "metadata": None}


@dataclass(frozen=True, slots=True)
class _Started:
    workspace: Workspace
    run: Run
    block: str
    trigger: Trigger


def start_block(site: TheSite, body: OldBody, token: str | None = None, authorization: Authorization = "") -> _Started:
    """The run of one block, started; raises Forbidden when the token is not of an API trigger of its pipeline."""
    asked = part(body, "run")
    pipeline, block = asked.get("pipeline_uuid"), asked.get("block_uuid")
    if not isinstance(pipeline, str) or not isinstance(block, str):
        raise Invalid("`run` needs `pipeline_uuid` and `block_uuid`.", hint="Both are texts.")
    project = asked.get("project")
    known = token if token is not None else _bearer(authorization)
    workspace, trigger = _by_token(site, project if isinstance(project, str) else None, pipeline, known)
    request = RunRequest(
        project=workspace.project.name,
        pipeline=pipeline,
        kind=RunKind.API,
        variables=decoded(part(asked, "variables")),
        selection=Selection((BlockId(block),), upstream=bool(asked.get("run_upstream_blocks"))),
        env=site.env,
        queue=Queue.ENGINE,
        priority=AT_THE_HEAD,
        trigger=trigger.id,
        requested_by=f"trigger {trigger.spec.name}",
    )
    run = runs.start(workspace, request)
    for topic in (Topic.QUEUE, Topic.FEED):
        site.installation.bus.publish(Notice(topic, run.project))
    return _Started(workspace, run, block, trigger)


StartedBlock = Annotated[_Started, Depends(start_block)]


@routes.post("/runs", summary="Run one block and answer with its output (as Mage's)", operation_id="mage_block")
@routes.post("/runs/{token}", summary="Run one block, token in the path (as Mage's)", operation_id="mage_block_by_path")
@declared_open
async def mage_block(request: Request, site: TheSite, started: StartedBlock) -> Document:
    """Waits for the run without holding a thread; after five minutes it answers that the run goes on."""
    live: Live = request.app.state.live
    project, pipeline = started.run.project, started.run.pipeline
    waiting = Actor(0, f"trigger {started.trigger.id}", (Grant(Role.VIEWER, project, pipeline),))
    if not await live.wait_for_end(project, waiting, started.workspace, started.run, WAIT_SECONDS):
        raise Unavailable(f"Run {started.run.id} has not ended yet; it goes on.", code="run_not_ended")
    return await run_in_threadpool(_output, site, started)


def _output(site: Site, started: _Started) -> Document:
    workspace = started.workspace
    run = workspace.runs.get(started.run.id)
    if run.state is not RunState.COMPLETED:
        raise UserCode(f"Run {run.id} of block `{started.block}` {run.state}: {run.reason}", code="run_failed")
    tables = site.installation.tables(run.project)
    return {"run": {"output": outputs.all_values(workspace, tables, run, started.block)}, "metadata": None}


def _by_token(site: Site, project: str | None, pipeline: str, token: str) -> tuple[Workspace, Trigger]:
    installation = site.installation
    for name in installation.projects() if project is None else (project,):
        try:
            workspace = installation.workspace(name)
        except NotFound:
            break
        which = TriggerFilter(name, pipeline, type=TriggerType.API, active=True)
        for trigger in workspace.triggering.records.list(which, limit=1_000):
            if _same(workspace.triggering.records.token(trigger.id), token):
                return workspace, trigger
    raise Forbidden(
        f"The token is not of an active API trigger of pipeline `{pipeline}`.",
        hint="Take the token of one of its own triggers.",
        code="trigger_token",
    )


def _same(known: str, given: str) -> bool:
    one, other = (hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (known, given))
    return bool(known) and hmac.compare_digest(one, other)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
