"""Triggers: listed, made, changed, tried; their fires and what comes next; and the calls that fire them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.runs.model import Run
from blockwright.core.triggers.model import Fired, Pause, Trigger, TriggerId, TriggerType
from blockwright.ports.bus import Topic
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import drafts, edits, events, pausing, previews
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created, started
from blockwright.web.mage.errors import OldBody
from blockwright.web.routing import Routes, declared_open, needs
from blockwright.web.runs import decoded, queued
from blockwright.web.site import (
    Caller,
    PathPipeline,
    ProjectWorkspace,
    TheCaller,
    TheSite,
    permission_of,
    require_within,
)

routes = Routes(prefix="/api/v1", tags=["triggers"], responses=problems.responses(401, 403, 404, 409, 422, 503))

PROJECT = "/projects/{project}"
ONE = PROJECT + "/triggers/{trigger}"
LONGEST_WINDOW = timedelta(days=366)
YEARS = range(1970, 9000)
"""What a calendar may be asked for: within it no arithmetic of times ends."""


# A month of something hourly is 744 times.
CalendarLimit = Annotated[int, Query(ge=1, le=5_000)]


class TriggerDocument(BaseModel):
    """``definition`` has the keys of `triggers.yaml`; ``place`` says where it is written: in that `file`, or by `api`
    in the records only. ``next_due`` is when it is looked at next, ``problem`` why it cannot fire."""

    id: int
    project: str
    pipeline: str
    name: str
    type: str
    active: bool
    in_words: str
    place: str
    definition: dict[str, Any]
    first_seen: datetime
    enabled: datetime | None
    next_due: datetime | None
    problem: str
    gone: datetime | None


class NewTrigger(BaseModel):
    """``definition`` has the keys of `triggers.yaml`. ``in_file`` null: where the pipeline's settings say."""

    definition: dict[str, Any]
    in_file: bool | None = None


class TriggerChange(BaseModel):
    """Keys of `triggers.yaml` with their new values, null to take one out; others stay. ``expected`` is the digest of
    the file when it was read, empty for whatever it has."""

    definition: dict[str, Any]
    expected: str = Field(default="", max_length=64)


class RunNow(BaseModel):
    """Variables that go before the trigger's own."""

    variables: dict[str, Any] = Field(default_factory=dict)


class RunStarted(BaseModel):
    run: int
    pipeline: str
    state: str


class TriggerToken(BaseModel):
    token: str


class FireDocument(BaseModel):
    """``outcome``: `run`, `skipped`, `missed` or `failed`; ``reason`` says why there is no run."""

    key: str
    due: datetime | None
    fired: datetime
    outcome: str
    reason: str
    run: int | None


class Preview(BaseModel):
    in_words: str
    times: list[datetime]


class Draft(BaseModel):
    """``trigger`` is the one that is to be changed (null: a new one), ``event`` one to try on an event trigger."""

    definition: dict[str, Any]
    trigger: int | None = Field(default=None, ge=1, le=paging.LARGEST_NUMBER)
    event: dict[str, Any] | None = None
    count: int = Field(default=5, ge=1, le=50)


class DraftCheck(BaseModel):
    """``problems`` keep it from being stored; each says which key. ``times`` are on the clock of its zone. ``takes``:
    it would fire for the event (null: there is nothing to try)."""

    valid: bool
    problems: list[problems.Finding]
    in_words: str
    times: list[datetime]
    takes: bool | None


class HistoryEntry(FireDocument):
    """``state`` is that of the run; empty when there is none."""

    trigger: int
    name: str
    pipeline: str
    state: str


class HistoryPage(BaseModel):
    """``complete`` False: there is more in the window than was asked for; the oldest are missing."""

    items: list[HistoryEntry]
    complete: bool


class CalendarEntry(BaseModel):
    """``active`` False: the trigger is switched off, so nothing will happen."""

    due: datetime
    trigger: int
    name: str
    pipeline: str
    active: bool


class CalendarPage(BaseModel):
    """``complete`` False: there is more in the window than was asked for."""

    items: list[CalendarEntry]
    complete: bool


class PauseDocument(BaseModel):
    """``paused`` False: triggers fire. Else ``by`` has paused all of the project's ``since`` then, for the
    ``reason``."""

    paused: bool
    reason: str = ""
    by: str = ""
    since: datetime | None = None


class PauseReason(BaseModel):
    reason: str = Field(min_length=1, max_length=pausing.LONGEST_REASON)


class Offered(BaseModel):
    """The runs that an event started, in any order."""

    runs: list[int]


def trigger_of(
    request: Request,
    trigger: Annotated[int, paging.AnyNumber],
    caller: TheCaller,
    workspace: ProjectWorkspace,
) -> Trigger:
    """The path's trigger. One of another project does not exist here, nor one whose pipeline may not be seen."""
    project = workspace.project.name
    missing = NotFound(
        f"There is no trigger {trigger}.", hint="`blockwright trigger list` lists them.", code="trigger_not_found"
    )
    try:
        found = workspace.triggering.records.get(TriggerId(trigger))
    except NotFound:
        raise missing from None  # in the very words of one that is hidden
    if found.project != project or found.gone is not None:
        raise missing
    require_within(caller, permission_of(request), project, found.pipeline, missing=missing, things="triggers")
    return found


PathTrigger = Annotated[Trigger, Depends(trigger_of)]


@routes.get(PROJECT + "/triggers", summary="List triggers")
@needs(Permission.VIEW, within=True)
def list_triggers(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: Annotated[str | None, Query(max_length=200)] = None,
    type: TriggerType | None = None,
    active: bool | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[TriggerDocument]:
    project, after = workspace.project.name, TriggerId(paging.number(cursor) or 0)
    found: list[Trigger] = []
    while len(found) <= limit:
        which = TriggerFilter(project, pipeline, type, active, after)
        rows = workspace.triggering.records.list(which, limit=limit + 1)
        found += [row for row in rows if caller.actor.may(Permission.VIEW, project, row.pipeline)]
        if len(rows) <= limit:
            break
        after = rows[-1].id
    return paging.page(found, limit, lambda trigger: trigger.id, document)


@routes.get(PROJECT + "/trigger-pause", summary="Whether all triggers are paused, and why")
@needs(Permission.VIEW, within=True)
def show_pause(workspace: ProjectWorkspace) -> PauseDocument:
    return pause_document(pausing.current(workspace))


@routes.put(PROJECT + "/trigger-pause", summary="Pause all triggers of the project")
@needs(Permission.EDIT)
def pause_triggers(caller: TheCaller, workspace: ProjectWorkspace, wanted: PauseReason) -> PauseDocument:
    """Nothing fires by itself from now on; runs that have begun go on, and people may start runs. Calls with a token
    and webhooks are refused (409 `triggers_paused`), events of watched sources are recorded as skipped."""
    pause = pausing.pause(workspace, wanted.reason, by=caller.actor.name)
    caller.record("trigger.pause_all", workspace.project.name, "", reason=pause.reason)
    _wake(caller, workspace.project.name)
    return pause_document(pause)


@routes.delete(PROJECT + "/trigger-pause", summary="Let the triggers of the project fire again")
@needs(Permission.EDIT)
def resume_triggers(caller: TheCaller, workspace: ProjectWorkspace) -> PauseDocument:
    """What became due meanwhile is judged by the misfire policy of each trigger."""
    ended = pausing.resume(workspace)
    if ended is not None:
        caller.record("trigger.resume_all", workspace.project.name, "", since=ended.since.isoformat())
        _wake(caller, workspace.project.name)
    return pause_document(None)


@routes.post(PROJECT + "/pipelines/{pipeline}/triggers", summary="Make a trigger", status_code=201)
@needs(Permission.EDIT)
def create_trigger(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: PathPipeline,
    wanted: NewTrigger,
    key: IdempotencyKey = None,
) -> TriggerDocument:
    def make() -> TriggerDocument:
        made = edits.create(workspace, pipeline, wanted.definition, in_file=wanted.in_file)
        _changed(caller, "trigger.create", made)
        return document(made)

    return created(caller, workspace, key, {"new_trigger": wanted.model_dump(), "pipeline": pipeline}, make)


@routes.post(PROJECT + "/pipelines/{pipeline}/triggers/check", summary="What a trigger would do; nothing is stored")
@needs(Permission.VIEW)
def check_draft(caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, draft: Draft) -> DraftCheck:
    caller.only_asks()
    trigger = None if draft.trigger is None else TriggerId(draft.trigger)
    found = drafts.judge(workspace, pipeline, draft.definition, trigger=trigger, event=draft.event, count=draft.count)
    return DraftCheck(
        valid=not found.problems,
        problems=[problems.finding(one) for one in found.problems],
        in_words=found.in_words,
        times=list(found.times),
        takes=found.takes,
    )


@routes.get(PROJECT + "/triggers/history", summary="What all triggers fired for between two times, newest first")
@needs(Permission.VIEW, within=True)
def show_trigger_history(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    start: AwareDatetime,
    until: Annotated[AwareDatetime, Query(description="At most a year later.")],
    limit: paging.Limit = 200,
) -> HistoryPage:
    project = workspace.project.name
    start, end = _window(start, until)
    found = workspace.triggering.records.history(project, start, end, limit=limit + 1)
    items = [
        HistoryEntry(
            **previews.fired_report(one.fired),
            trigger=one.fired.trigger,
            name=one.name,
            pipeline=one.pipeline,
            state=one.state,
        )
        for one in found[:limit]
        if caller.actor.may(Permission.VIEW, project, one.pipeline)
    ]
    return HistoryPage(items=items, complete=len(found) <= limit)


@routes.get(PROJECT + "/triggers/calendar", summary="What all triggers fire next, in order")
@needs(Permission.VIEW, within=True)
def show_calendar(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    start: Annotated[AwareDatetime | None, Query(description="Default: now.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Default: a day later; at most a year.")] = None,
    limit: CalendarLimit = 200,
    paused: Annotated[bool, Query(description="Also those that are switched off.")] = False,
    each: Annotated[int, Query(ge=1, le=5_000, description="At most so many of each trigger.")] = 5_000,
) -> CalendarPage:
    begin, end = _window(start or workspace.clock.now(), until)
    project = workspace.project.name

    def visible(pipeline: str) -> bool:
        return caller.actor.may(Permission.VIEW, project, pipeline)

    found = previews.calendar(workspace, begin, end, limit + 1, visible=visible, paused=paused, each=each)
    items = [
        CalendarEntry(
            due=one.due,
            trigger=one.trigger.id,
            name=one.trigger.spec.name,
            pipeline=one.trigger.pipeline,
            active=one.trigger.active,
        )
        for one in found[:limit]
    ]
    return CalendarPage(items=items, complete=len(found) <= limit)


def _window(start: datetime, until: datetime | None) -> tuple[datetime, datetime]:
    """What is looked at: a day when nothing is said, a year at most. Raises Invalid."""
    for moment in (start, until or start):
        if moment.year not in YEARS:
            raise Invalid(
                f"The year {moment.year} is out of reach.", hint=f"Ask for {YEARS.start} to {YEARS.stop - 1}."
            )
    return start, min(until or start + timedelta(days=1), start + LONGEST_WINDOW)


@routes.get(ONE, summary="Show a trigger")
@needs(Permission.VIEW, within=True)
def show_trigger(trigger: PathTrigger) -> TriggerDocument:
    return document(trigger)


@routes.patch(ONE, summary="Change a trigger")
@needs(Permission.EDIT, within=True)
def change_trigger(
    caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger, change: TriggerChange
) -> TriggerDocument:
    changed = edits.update(workspace, trigger, change.definition, expected=change.expected or None)
    _changed(caller, "trigger.change", changed)
    return document(changed)


@routes.delete(ONE, summary="Delete a trigger; its history stays", status_code=204)
@needs(Permission.EDIT, within=True)
def delete_trigger(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> None:
    edits.delete(workspace, trigger)
    _changed(caller, "trigger.delete", trigger)


@routes.post(ONE + "/enable", summary="Make a trigger active")
@needs(Permission.EDIT, within=True)
def enable_trigger(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> TriggerDocument:
    return _switched(caller, workspace, trigger, True)


@routes.post(ONE + "/disable", summary="Make a trigger inactive")
@needs(Permission.EDIT, within=True)
def disable_trigger(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> TriggerDocument:
    return _switched(caller, workspace, trigger, False)


@routes.post(ONE + "/save-to-file", summary="Write a trigger into its pipeline's triggers.yaml")
@needs(Permission.EDIT, within=True)
def save_trigger_to_file(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> TriggerDocument:
    saved = edits.save_to_file(workspace, trigger)
    _changed(caller, "trigger.save_to_file", saved)
    return document(saved)


@routes.post(ONE + "/run", summary="Start a run as the trigger would, now", status_code=201)
@needs(Permission.RUN, within=True)
def run_trigger(
    caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger, wanted: RunNow, key: IdempotencyKey = None
) -> RunStarted:
    def start(own: str) -> Run:
        run = events.run_now(workspace, trigger, variables=decoded(wanted.variables), by=caller.actor.name, key=own)
        caller.record("trigger.run", run.project, f"{run.pipeline}/{trigger.spec.name}", run=run.id)
        queued(caller, run)
        return run

    def document_of(run: Run) -> RunStarted:
        return RunStarted(run=run.id, pipeline=run.pipeline, state=run.state.value)

    return started(caller, workspace, key, {"run_trigger": trigger.id, **wanted.model_dump()}, start, document_of)


@routes.get(ONE + "/token", summary="The token that callers of an API trigger must know")
@needs(Permission.EDIT, within=True)
def show_token(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> TriggerToken:
    caller.record("trigger.show_token", trigger.project, f"{trigger.pipeline}/{trigger.spec.name}")
    return TriggerToken(token=workspace.triggering.records.token(trigger.id))


@routes.post(ONE + "/rotate-token", summary="Give an API trigger a new token; the old one is of no use any more")
@needs(Permission.EDIT, within=True)
def rotate_token(caller: TheCaller, workspace: ProjectWorkspace, trigger: PathTrigger) -> TriggerToken:
    token = workspace.triggering.records.rotate_token(trigger.id)
    _changed(caller, "trigger.rotate_token", trigger)
    return TriggerToken(token=token)


@routes.get(ONE + "/fires", summary="What a trigger has fired for, newest first")
@needs(Permission.VIEW, within=True)
def list_fires(
    workspace: ProjectWorkspace,
    trigger: PathTrigger,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[FireDocument]:
    before = previews.behind(paging.number(cursor))
    found = workspace.triggering.records.fires(trigger.id, limit=limit + 1, before=before)
    return paging.page(found, limit, lambda fired: previews.place_of(fired.fired), _fire)


@routes.get(ONE + "/preview", summary="When a trigger fires next, or would have fired between two times")
@needs(Permission.VIEW, within=True)
def preview_trigger(
    workspace: ProjectWorkspace,
    trigger: PathTrigger,
    start: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: paging.Limit = paging.FIRST,
) -> Preview:
    now = workspace.clock.now()
    if start is None and until is None:
        times = previews.upcoming(trigger.spec, now, limit)
    else:
        times = previews.would_have_fired(trigger.spec, start or now, until or now, limit)
    return Preview(in_words=previews.words(trigger.spec), times=times)


@routes.post(PROJECT + "/events", summary="Offer an event to the event triggers that name no source of their own")
@needs(Permission.RUN)
def offer_event(caller: TheCaller, workspace: ProjectWorkspace, body: OldBody, key: IdempotencyKey = None) -> Offered:
    """The event is the body, a JSON object; its `id` (else the idempotency key) tells repetitions."""
    event_id = events.id_of(body, key)
    runs = events.fire_for_any(workspace, body, event_id)
    for run in runs:
        queued(caller, run)
    return Offered(runs=[run.id for run in runs])


# Calls that bring their own right ---------------------------------------------------------------------------------


@routes.post("/triggers/{trigger}/fire", summary="Fire an API trigger by its token", status_code=201)
@declared_open
def fire_trigger(
    site: TheSite,
    trigger: Annotated[int, paging.AnyNumber],
    body: OldBody,
    authorization: Annotated[str, Header(max_length=400, description="`Bearer` and the trigger's token.")] = "",
    key: IdempotencyKey = None,
) -> RunStarted:
    """The body may have `pipeline_run.variables`; its other keys are what block code gets as `kwargs['event']`."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    run = events.fire_by_token(site.installation, trigger, token, body, idempotency=key or "")
    return RunStarted(run=run.id, pipeline=run.pipeline, state=run.state.value)


async def raw_body(request: Request) -> bytes:
    return await request.body()


@routes.post("/hooks/{trigger}", summary="Fire an event trigger by a signed webhook", status_code=202)
@declared_open
def call_webhook(
    site: TheSite,
    request: Request,
    trigger: Annotated[int, paging.AnyNumber],
    body: Annotated[bytes, Depends(raw_body)],
) -> Offered:
    """Signed with `X-Blockwright-Signature` and `X-Blockwright-Timestamp`, or `X-Hub-Signature-256` as GitHub does."""
    run = events.fire_by_webhook(site.installation, trigger, body, dict(request.headers))
    return Offered(runs=[] if run is None else [run.id])


def document(trigger: Trigger) -> TriggerDocument:
    return TriggerDocument.model_validate(previews.report(trigger))


def pause_document(pause: Pause | None) -> PauseDocument:
    if pause is None:
        return PauseDocument(paused=False)
    return PauseDocument(paused=True, reason=pause.reason, by=pause.by, since=pause.since)


def _fire(fired: Fired) -> FireDocument:
    return FireDocument.model_validate(previews.fired_report(fired))


def _switched(caller: Caller, workspace: Workspace, trigger: Trigger, active: bool) -> TriggerDocument:
    switched = edits.switch(workspace, trigger, active)
    _changed(caller, "trigger.enable" if active else "trigger.disable", switched)
    return document(switched)


def _changed(caller: Caller, action: str, trigger: Trigger) -> None:
    """Audit it, and have engines and lookers-on know."""
    caller.record(action, trigger.project, f"{trigger.pipeline}/{trigger.spec.name}", trigger=trigger.id)
    if trigger.place.value == "file":
        caller.files_changed(trigger.project, f"pipelines/{trigger.pipeline}/triggers.yaml")
    _wake(caller, trigger.project)


def _wake(caller: Caller, project: str) -> None:
    """Have engines look at the triggers, and lookers-on at what has changed."""
    for topic in (Topic.TRIGGERS, Topic.FEED):
        caller.tell(topic, project)
