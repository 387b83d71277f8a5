"""Firing because somebody calls or something happened: tokens, webhooks, events of every source."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from blockwright.core.runs.model import Run, RunKind
from blockwright.core.triggers.model import Outcome, SourceType, Trigger, TriggerId, TriggerType
from blockwright.core.triggers.patterns import matches
from blockwright.ports.installation import Installation
from blockwright.ports.runs import Fire
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import pausing
from blockwright.services.triggers.requests import Call, start, wake_engines

REPLAY_WINDOW = timedelta(minutes=5)
"""How old the signed time of a webhook may be."""
LONGEST_ID = 200


def fire_by_token(
    installation: Installation,
    trigger_id: int,
    token: str,
    body: Mapping[str, Any],
    *,
    idempotency: str = "",
    by: str = "",
) -> Run:
    """Fire an API trigger for a caller that knows its token.

    ``body`` may have ``pipeline_run.variables``; its other keys are the event. With ``idempotency`` the same word
    twice gives the same run. Raises Forbidden (code ``trigger_token``) for an unknown trigger, another type or a wrong
    token alike, Conflict (code ``trigger_inactive`` or ``triggers_paused``), Invalid for a body of another form, and as
    ``services.runs.start``.
    """
    workspace, trigger = _authenticated(installation, trigger_id, token)
    _require_active(workspace, trigger)
    pausing.require_not_paused(workspace, trigger)
    variables, event = _parts(body)
    key = f"key:{hashlib.sha256(idempotency.encode()).hexdigest()}" if idempotency else f"call:{uuid4().hex}"
    call = Call(Fire(trigger.id, key), RunKind.API, variables, event, by or f"trigger {trigger.spec.name}")
    try:
        run = start(workspace, trigger, call)
    except Conflict as error:
        if error.code != "fired":
            raise
        return _earlier(workspace, trigger, key)
    wake_engines(installation.bus, trigger.project)
    return run


def fire_by_webhook(installation: Installation, trigger_id: int, body: bytes, headers: Mapping[str, str]) -> Run | None:
    """Fire an event trigger by a signed call; None when its pattern does not take the event, or it is a repetition.

    ``headers`` have names in lower case. The signature is ``X-Blockwright-Signature: sha256=…`` over the time in
    ``X-Blockwright-Timestamp`` (seconds since 1970), a dot and the body, or GitHub's ``X-Hub-Signature-256`` over the
    body. The same signed text fires once. Raises Forbidden (code ``webhook_signature``).
    """
    workspace, trigger = _webhook(installation, trigger_id)
    secrets = [source.secret for source in trigger.spec.sources if source.type is SourceType.WEBHOOK]
    keys = [key for name in secrets if (key := workspace.secrets.get(trigger.project, name))]
    event_id = _verified(keys, body, headers, installation.clock.now())
    _require_active(workspace, trigger)
    pausing.require_not_paused(workspace, trigger)
    run = fire_for_event(workspace, trigger, _json_object(body), event_id)
    if run is not None:
        wake_engines(installation.bus, trigger.project)
    return run


def fire_for_event(workspace: Workspace, trigger: Trigger, event: Mapping[str, Any], event_id: str) -> Run | None:
    """Fire an event trigger whose pattern takes the event, once for each ``event_id``. While all triggers are paused
    the event is recorded as skipped: sources have no misfire policy, and are not kept waiting. A pipeline that cannot
    be started is recorded with the reason. Raises Unavailable, after which the event must be offered again."""
    if not takes(workspace, trigger, event):
        return None
    fire = Fire(trigger.id, event_key(event_id))
    now = workspace.clock.now()
    pause = pausing.current(workspace)
    if pause is not None:
        told = Fire(trigger.id, fire.key, reason=pausing.in_words(pause))
        workspace.triggering.records.record(told, Outcome.SKIPPED, project=trigger.project, now=now)
        return None
    if trigger.spec.settings.skip_if_previous_running:
        running = workspace.triggering.records.unfinished_run(trigger.id)
        if running is not None:
            told = Fire(trigger.id, fire.key, reason=f"run {running} of it was still going")
            workspace.triggering.records.record(told, Outcome.SKIPPED, project=trigger.project, now=now)
            return None
    try:
        return start(workspace, trigger, Call(fire, event=event, by=f"trigger {trigger.spec.name}"))
    except BlockwrightError as error:
        if isinstance(error, Unavailable):
            raise
        if error.code != "fired":
            told = Fire(trigger.id, fire.key, reason=str(error))
            workspace.triggering.records.record(told, Outcome.FAILED, project=trigger.project, now=now)
        return None


def id_of(event: Mapping[str, Any], key: str | None) -> str:
    """What tells repetitions of an event: its own ``id``, else ``key``, else nothing does."""
    own = event.get("id")
    return str(own) if isinstance(own, str | int) and own != "" else key or uuid4().hex


def event_key(event_id: str) -> str:
    """What an event is recorded by in the history of a trigger."""
    if len(event_id) > LONGEST_ID:
        event_id = hashlib.sha256(event_id.encode()).hexdigest()
    return f"event:{event_id}"


def fire_for_any(workspace: Workspace, event: Mapping[str, Any], event_id: str) -> list[Run]:
    """Offer an event to every event trigger of the project that names no source of its own."""
    offered = (trigger for trigger in event_triggers(workspace) if not trigger.spec.sources)
    fired = (fire_for_event(workspace, trigger, event, event_id) for trigger in offered)
    return [run for run in fired if run is not None]


def takes(workspace: Workspace, trigger: Trigger, event: Mapping[str, Any]) -> bool:
    """Whether the trigger is there for the event, here and now."""
    spec = trigger.spec
    here = not spec.envs or workspace.options.env in spec.envs
    return trigger.active and trigger.gone is None and not trigger.problem and here and matches(spec.match, event)


def event_triggers(workspace: Workspace) -> Sequence[Trigger]:
    """The active event triggers of the project."""
    which = TriggerFilter(workspace.project.name, type=TriggerType.EVENT, active=True)
    return workspace.triggering.records.list(which, limit=100_000)


def run_now(
    workspace: Workspace,
    trigger: Trigger,
    *,
    variables: Mapping[str, Any] | None = None,
    by: str = "",
    key: str = "",
) -> Run:
    """A run as the trigger would start it, whatever the time; raises as ``services.runs.start``."""
    fire = Fire(trigger.id, f"now:{uuid4().hex}", reason=f"asked for by {by}" if by else "asked for")
    return start(workspace, trigger, Call(fire, variables=variables or {}, by=by, key=key))


# Who calls --------------------------------------------------------------------------------------------------------


def _authenticated(installation: Installation, trigger_id: int, token: str) -> tuple[Workspace, Trigger]:
    """A wrong token takes as long as an unknown trigger, and hears the same."""
    found = _look_up(installation, trigger_id)
    known = found[0].triggering.records.token(found[1].id) if found is not None else ""
    right = hmac.compare_digest(hashlib.sha256(known.encode()).digest(), hashlib.sha256(token.encode()).digest())
    if found is None or not known or not right or found[1].spec.type is not TriggerType.API:
        raise Forbidden(
            f"There is no API trigger {trigger_id}, or its token is another one.",
            hint="`blockwright trigger show NAME --token` tells the id and the token to those who may see it.",
            code="trigger_token",
        )
    return found


def _webhook(installation: Installation, trigger_id: int) -> tuple[Workspace, Trigger]:
    found = _look_up(installation, trigger_id)
    if found is None or not any(source.type is SourceType.WEBHOOK for source in found[1].spec.sources):
        raise _bad_signature()
    return found


def _look_up(installation: Installation, trigger_id: int) -> tuple[Workspace, Trigger] | None:
    for name in installation.projects():
        workspace = installation.workspace(name)
        try:
            trigger = workspace.triggering.records.get(TriggerId(trigger_id))
            if trigger.gone is not None:
                return None
            workspace = workspace if trigger.project == name else installation.workspace(trigger.project)
        except NotFound:
            return None
        return workspace, trigger
    return None


def _require_active(workspace: Workspace, trigger: Trigger) -> None:
    if trigger.spec.envs and workspace.options.env not in trigger.spec.envs:
        reason = f"is for the environments {', '.join(trigger.spec.envs)}; this is {workspace.options.env}"
    elif trigger.problem:
        reason = f"cannot fire: {trigger.problem}"
    elif not trigger.active:
        reason = "is not active"
    else:
        return
    raise Conflict(
        f"Trigger {trigger.id} (`{trigger.spec.name}`) {reason}.",
        hint=f"`blockwright trigger enable {trigger.id}` makes it active.",
        code="trigger_inactive",
    )


def _verified(keys: Sequence[str], body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """The id of an event whose signature is right and new."""
    own, stamp = headers.get("x-blockwright-signature", ""), headers.get("x-blockwright-timestamp", "")
    if own:
        if (
            not stamp.isascii()
            or not stamp.isdecimal()
            or abs(now.timestamp() - int(stamp[:15])) > REPLAY_WINDOW.total_seconds()
        ):
            raise _bad_signature("Its time is missing, or more than five minutes from now.")
        _require_signed(keys, stamp.encode() + b"." + body, own)
        return f"hook:{stamp}:{hashlib.sha256(body).hexdigest()}"
    _require_signed(keys, body, headers.get("x-hub-signature-256", ""))
    # No time is signed, nor is the id of the delivery: what was taken before is known by its content alone.
    return f"hook:{hashlib.sha256(body).hexdigest()}"


def _require_signed(keys: Sequence[str], signed: bytes, signature: str) -> None:
    algorithm, _, digest = signature.partition("=")
    right = False
    for key in keys:
        expected = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
        right |= hmac.compare_digest(expected.encode(), digest.lower().encode())
    if algorithm != "sha256" or not right:
        raise _bad_signature()


def _bad_signature(more: str = "") -> Forbidden:
    return Forbidden(
        f"There is no webhook here that this call is signed for. {more}".rstrip(),
        hint="Sign it as docs/how-to/triggers.md says, with the secret that the trigger names.",
        code="webhook_signature",
    )


def _parts(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The variables and the event of a body."""
    inner = body.get("pipeline_run")
    variables = inner.get("variables") if isinstance(inner, Mapping) else None
    if (inner is not None and not isinstance(inner, Mapping)) or (
        variables is not None and not isinstance(variables, Mapping)
    ):
        raise Invalid(
            "`pipeline_run` and `pipeline_run.variables` must be objects.",
            hint='Send for example {"pipeline_run": {"variables": {"day": "2024-05-01"}}}.',
            code="trigger_body",
        )
    return dict(variables or {}), {key: value for key, value in body.items() if key != "pipeline_run"}


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(
            "The body is no JSON object.", hint='Send for example {"file": "orders.csv"}.', code="trigger_body"
        )
    return found


def _earlier(workspace: Workspace, trigger: Trigger, key: str) -> Run:
    """The run that a repeated call gave the first time."""
    fired = next((one for one in workspace.triggering.records.fires(trigger.id, limit=1, key=key)), None)
    if fired is None or fired.run is None:
        raise Conflict(f"Trigger {trigger.id} has been called with this key before.", code="fired")
    return workspace.runs.get(fired.run)
