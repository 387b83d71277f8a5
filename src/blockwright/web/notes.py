"""Tags and notes of runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.notes import LONGEST_NAME, LONGEST_NOTE, LONGEST_VALUE, Note, Tag
from blockwright.core.runs.model import RunId
from blockwright.services import notes
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import PathRun, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["runs"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

TagName = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME)]
NoteId = Annotated[int, Path(ge=0, le=paging.LARGEST_NUMBER)]


class RunTag(BaseModel):
    """``value`` is empty for a tag that is a mere word."""

    name: str
    value: str
    author: str
    created: datetime


class RunTagValue(BaseModel):
    value: str = Field("", max_length=LONGEST_VALUE)


class RunNote(BaseModel):
    """``changed`` is null as long as it reads as it was written."""

    id: int
    author: str
    text: str
    created: datetime
    changed: datetime | None


class RunNoteText(BaseModel):
    text: str = Field(min_length=1, max_length=LONGEST_NOTE)


class TagCount(BaseModel):
    name: str
    runs: int


class TaggedRun(BaseModel):
    id: int
    pipeline: str
    state: str
    created: datetime


@routes.get("/run-tags", summary="List the tags that runs have, the most frequent first")
@needs(Permission.VIEW)
def list_run_tags(workspace: ProjectWorkspace) -> list[TagCount]:
    return [TagCount(name=name, runs=count) for name, count in notes.names(workspace)]


@routes.get("/tagged-runs", summary="List runs with a tag, newest first")
@needs(Permission.VIEW)
def list_tagged_runs(
    workspace: ProjectWorkspace,
    tag: Annotated[str, Query(max_length=LONGEST_NAME + LONGEST_VALUE + 1, description="`name` or `name=value`.")],
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[TaggedRun]:
    place = paging.number(cursor)
    found = notes.tagged(workspace, tag, before=None if place is None else RunId(place), limit=limit + 1)
    return paging.page(
        found,
        limit,
        lambda run: run.id,
        lambda run: TaggedRun(id=run.id, pipeline=run.pipeline, state=run.state.value, created=run.created),
    )


@routes.get("/runs/{run}/tags", summary="List the tags of a run")
@needs(Permission.VIEW, within=True)
def list_tags_of_run(workspace: ProjectWorkspace, run: PathRun) -> list[RunTag]:
    return [_tag(tag) for tag in notes.tags(workspace, run.id)]


@routes.put("/runs/{run}/tags/{name}", summary="Give a run a tag, or another value to one that it has")
@needs(Permission.EDIT, within=True)
def tag_run(
    caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, name: TagName, wanted: RunTagValue
) -> list[RunTag]:
    found = notes.tag(workspace, run, name, wanted.value, by=caller.actor.name)
    caller.record("run.tag", run.project, str(run.id), tag=name)
    return [_tag(tag) for tag in found]


@routes.delete("/runs/{run}/tags/{name}", summary="Take a tag from a run")
@needs(Permission.EDIT, within=True)
def untag_run(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, name: TagName) -> list[RunTag]:
    found = notes.untag(workspace, run, name)
    caller.record("run.untag", run.project, str(run.id), tag=name)
    return [_tag(tag) for tag in found]


@routes.get("/runs/{run}/notes", summary="List what people wrote about a run, oldest first")
@needs(Permission.VIEW, within=True)
def list_notes(workspace: ProjectWorkspace, run: PathRun) -> list[RunNote]:
    return [_note(note) for note in notes.notes(workspace, run.id)]


@routes.post("/runs/{run}/notes", summary="Write something about a run", status_code=201)
@needs(Permission.EDIT, within=True)
def write_note(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, wanted: RunNoteText) -> RunNote:
    note = notes.write(workspace, run, wanted.text, by=caller.actor.name)
    caller.record("run.note", run.project, str(run.id), note=note.id)
    return _note(note)


@routes.put("/runs/{run}/notes/{note}", summary="Change what one wrote about a run")
@needs(Permission.EDIT, within=True)
def change_note(
    caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, note: NoteId, wanted: RunNoteText
) -> RunNote:
    changed = notes.change(workspace, run, note, wanted.text, by=caller.actor.name)
    caller.record("run.note_changed", run.project, str(run.id), note=note)
    return _note(changed)


@routes.delete("/runs/{run}/notes/{note}", summary="Delete what one wrote about a run", status_code=204)
@needs(Permission.EDIT, within=True)
def delete_note(caller: TheCaller, workspace: ProjectWorkspace, run: PathRun, note: NoteId) -> None:
    """An admin of the project may delete anybody's."""
    anybodys = caller.actor.may(Permission.ADMIN, run.project)
    notes.delete(workspace, run, note, by=None if anybodys else caller.actor.name)
    caller.record("run.note_deleted", run.project, str(run.id), note=note)


def _tag(tag: Tag) -> RunTag:
    return RunTag(name=tag.name, value=tag.value, author=tag.author, created=tag.created)


def _note(note: Note) -> RunNote:
    return RunNote(id=note.id, author=note.author, text=note.text, created=note.created, changed=note.changed)
