"""Who has a pipeline open, and which block."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.ports.bus import Topic
from blockwright.services.presence import Board, Present, holder
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, PathPipeline, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["presence"], responses=problems.responses(401, 403, 404, 422, 503)
)

Client = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[\w-]+$")]


class PresentDocument(BaseModel):
    """``client`` is one tab of ``person``; ``own``: it is yours. ``expires``: when it counts as gone."""

    person: str
    client: str
    pipeline: str
    block: str | None
    editing: bool
    since: datetime
    expires: datetime
    own: bool


class BlockHolder(BaseModel):
    """Who writes in a block: of several the one who began first."""

    pipeline: str
    block: str
    person: str
    client: str
    since: datetime


class PresenceDocument(BaseModel):
    """``holders`` is a courtesy: nobody is kept from writing, and a write names the version that it replaces."""

    present: list[PresentDocument]
    holders: list[BlockHolder]


class Presence(BaseModel):
    """``client`` is made up by the tab and stays the same. ``block`` has the focus; ``editing``: you write in it.
    ``take_over``: whoever else writes in it counts as doing so no longer."""

    client: str = Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")
    block: str | None = Field(default=None, max_length=400)
    editing: bool = False
    take_over: bool = False


@routes.get("/presence", summary="Who has which pipeline open")
@needs(Permission.VIEW, within=True)
def list_presence(caller: TheCaller, workspace: ProjectWorkspace, request: Request) -> PresenceDocument:
    project = workspace.project.name
    there = _board(request).who(project)
    return _document(caller, [one for one in there if caller.actor.may(Permission.VIEW, project, one.pipeline)])


@routes.get("/pipelines/{pipeline}/presence", summary="Who has a pipeline open")
@needs(Permission.VIEW)
def show_presence(
    caller: TheCaller, workspace: ProjectWorkspace, request: Request, pipeline: PathPipeline
) -> PresenceDocument:
    return _document(caller, _board(request).who(workspace.project.name, pipeline))


@routes.put("/pipelines/{pipeline}/presence", summary="Say that you are there, again every 15 seconds")
@needs(Permission.VIEW)
def say_presence(
    caller: TheCaller, workspace: ProjectWorkspace, request: Request, pipeline: PathPipeline, said: Presence
) -> PresenceDocument:
    """Others hear of it as `presence` events. After 45 seconds without a word you count as gone."""
    caller.only_asks()  # it is said again and again, and nothing comes of it
    project, board = workspace.project.name, _board(request)
    found = board.come(
        project,
        pipeline,
        said.client,
        caller.actor.name,
        block=said.block,
        editing=said.editing,
        take_over=said.take_over,
    )
    caller.tell(Topic.PRESENCE, project, gone=False, take_over=said.take_over, **_told(found))
    return _document(caller, board.who(project, pipeline))


@routes.delete("/pipelines/{pipeline}/presence", summary="Say that you are gone", status_code=204)
@needs(Permission.VIEW)
def end_presence(
    caller: TheCaller, workspace: ProjectWorkspace, request: Request, pipeline: PathPipeline, client: Client
) -> None:
    caller.only_asks()
    project, person = workspace.project.name, caller.actor.name
    _board(request).go(project, pipeline, client, person)
    caller.tell(Topic.PRESENCE, project, gone=True, pipeline=pipeline, client=client, person=person)


def _board(request: Request) -> Board:
    board: Board = request.app.state.live.presence
    return board


def _told(found: Present) -> dict[str, Any]:
    return {
        "pipeline": found.pipeline,
        "client": found.client,
        "person": found.person,
        "block": found.block,
        "editing": found.editing,
        "since": found.since.isoformat(),
        "expires": found.expires.isoformat(),
    }


def _document(caller: Caller, present: Sequence[Present]) -> PresenceDocument:
    blocks = dict.fromkeys((one.pipeline, one.block) for one in present if one.block is not None)
    found = []
    for pipeline, block in blocks:
        if (one := holder([each for each in present if each.pipeline == pipeline], block)) is not None:
            found.append(
                BlockHolder(pipeline=pipeline, block=block, person=one.person, client=one.client, since=one.since)
            )
    return PresenceDocument(
        present=[
            PresentDocument(
                person=one.person,
                client=one.client,
                pipeline=one.pipeline,
                block=one.block,
                editing=one.editing,
                since=one.since,
                expires=one.expires,
                own=one.person == caller.actor.name,
            )
            for one in present
        ],
        holders=found,
    )
