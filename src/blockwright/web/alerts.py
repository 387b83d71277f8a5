"""Alerts of a project, and its channels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.alerts.model import AlertKind
from blockwright.ports.alerts import Alert
from blockwright.services import alerts
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["alerts"], responses=problems.responses(401, 403, 404, 422, 503)
)

PipelineName = Annotated[str | None, Query(max_length=1_000, description="Only about this pipeline.")]


class DeliveryDocument(BaseModel):
    """``state`` is `waiting`, `sent` or `failed`; ``problem`` says why the last try failed."""

    channel: str
    state: str
    tries: int
    problem: str


class AlertDocument(BaseModel):
    id: int
    kind: str
    pipeline: str
    run: int | None
    trigger: int | None
    created: datetime
    title: str
    body: str
    deliveries: list[DeliveryDocument]


class ChannelDocument(BaseModel):
    """``kind`` says which service; its address is shown to nobody."""

    name: str
    kind: str
    alert_on: list[str]


class Channels(BaseModel):
    """``problems`` says in sentences what of the configuration cannot be used."""

    channels: list[ChannelDocument]
    problems: list[str]


class Sent(BaseModel):
    channel: str


@routes.get("/alerts", summary="List alerts, newest first")
@needs(Permission.VIEW)
def list_alerts(
    workspace: ProjectWorkspace,
    pipeline: PipelineName = None,
    kind: AlertKind | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[AlertDocument]:
    found = workspace.oversight.alerts.list(
        workspace.project.name, pipeline=pipeline, kind=kind, before=paging.number(cursor), limit=limit + 1
    )
    return paging.page(found, limit, lambda alert: alert.id, _document)


@routes.get("/channels", summary="List the channels that are on, and what each hears of")
@needs(Permission.VIEW)
def list_channels(
    workspace: ProjectWorkspace,
    pipeline: Annotated[str, Query(max_length=1_000, description="As this pipeline's own settings have it.")] = "",
) -> Channels:
    found, wrong = alerts.channels(workspace, pipeline)
    documents = [ChannelDocument(name=one.name, kind=one.kind, alert_on=list(one.alert_on)) for one in found]
    return Channels(channels=documents, problems=list(wrong))


@routes.post("/channels/{channel}/test", summary="Send a message to a channel and wait until it is accepted")
@needs(Permission.ADMIN)
def send_test(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    channel: Annotated[str, Path(min_length=1, max_length=200)],
    pipeline: Annotated[str, Query(max_length=1_000, description="As this pipeline's own settings have it.")] = "",
) -> Sent:
    """Answers 503 with the code `notify_failed` when it did not arrive."""
    alerts.send_test(workspace, channel, pipeline)
    caller.record("alert.test", workspace.project.name, channel)
    return Sent(channel=channel)


def _document(alert: Alert) -> AlertDocument:
    about = alert.about
    return AlertDocument(
        id=alert.id,
        kind=about.kind.value,
        pipeline=about.pipeline,
        run=about.run,
        trigger=about.trigger,
        created=alert.created,
        title=about.title,
        body=about.body,
        deliveries=[
            DeliveryDocument(channel=one.channel, state=one.state.value, tries=one.tries, problem=one.problem)
            for one in alert.deliveries
        ],
    )
