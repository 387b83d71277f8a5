"""Find and replace over a project's files."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.services import file_search
from blockwright.services.file_search import FileQuery, FoundFile, Replaced
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["files"], responses=problems.responses(401, 403, 404, 422, 503)
)

LONGEST_PATTERN = 1_000
MOST_FILES = 2_000


class HitDocument(BaseModel):
    """Lines and columns count from 1, columns in characters; the end is behind the last one. ``text`` is the line, of a
    long one the part from ``offset`` on."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    offset: int


class FoundFileDocument(BaseModel):
    """``etag`` names the version that was searched: a replacement sends it back. ``more``: not all places are told."""

    path: str
    etag: str
    hits: list[HitDocument]
    more: bool


class SearchAnswer(BaseModel):
    """``complete`` False: there may be more, and ``reason`` says why. ``searched`` counts the files looked into."""

    files: list[FoundFileDocument]
    hits: int
    searched: int
    complete: bool
    reason: str


class SeenFile(BaseModel):
    path: str = Field(min_length=1, max_length=4_096)
    etag: str = Field(min_length=1, max_length=80)


class Replacement(BaseModel):
    """``q``, ``regex``, ``case``, ``word`` as in the search. In the ``replacement`` of a pattern `$1` is its first
    group, `$0` all of it, `$$` a dollar sign. ``files`` are those to write, each with the version that was seen."""

    q: str = Field(min_length=1, max_length=LONGEST_PATTERN)
    regex: bool = False
    case: bool = False
    word: bool = False
    replacement: str = Field(max_length=10_000)
    files: list[SeenFile] = Field(max_length=MOST_FILES)
    preview: bool = False


class ChangedLine(BaseModel):
    line: int
    before: str
    after: str


class ReplacedFile(BaseModel):
    """``state``: `replaced`, `unchanged` (nothing found), `changed` (another version by now), `gone`, or `refused`
    (``problem`` says why). ``lines`` are the first that differ, where no line was added or taken away."""

    path: str
    state: str
    count: int
    before: str | None
    after: str | None
    problem: str
    lines: list[ChangedLine]


class ReplacementAnswer(BaseModel):
    """``change`` is what undoes it: `POST /changes/{change}/undo`; null for a preview or when nothing was replaced."""

    files: list[ReplacedFile]
    replaced: int
    change: int | None


@routes.get("/search", summary="Find a text or pattern in the project's files")
@needs(Permission.VIEW)
def search_files(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    q: Annotated[str, Query(min_length=1, max_length=LONGEST_PATTERN)],
    regex: Annotated[bool, Query(description="`q` is a pattern in RE2's syntax.")] = False,
    case: Annotated[bool, Query(description="Capital letters count.")] = False,
    word: Annotated[bool, Query(description="Whole words only.")] = False,
    glob: Annotated[str, Query(max_length=1_000, description="`*.py,!tests/*`: which files.")] = "",
    limit: Annotated[int, Query(ge=1, le=5_000, description="How many places at most.")] = 1_000,
) -> SearchAnswer:
    """Code files: what a run is pinned to, so nothing that Git ignores and nothing that usually holds passwords; and
    for those who may not edit no triggers, which hold tokens."""
    edits = caller.actor.may(Permission.EDIT, workspace.project.name)
    found = file_search.search(workspace, FileQuery(q, regex, case, word, glob), limit=limit, edits=edits)
    return SearchAnswer(
        files=[_found(file) for file in found.files],
        hits=sum(len(file.hits) for file in found.files),
        searched=found.searched,
        complete=not found.reason and not any(file.more for file in found.files),
        reason=found.reason,
    )


@routes.post("/replace", summary="Replace a text or pattern in files, over the versions that were seen")
@needs(Permission.EDIT)
def replace_in_files(caller: TheCaller, workspace: ProjectWorkspace, wanted: Replacement) -> ReplacementAnswer:
    """Each file is told by itself: one that was changed meanwhile, or would break its pipeline, is left as it is."""
    done, change = file_search.replace(
        workspace,
        FileQuery(wanted.q, wanted.regex, wanted.case, wanted.word),
        wanted.replacement,
        {file.path: file.etag.strip().strip('"') for file in wanted.files},
        by=caller.actor.name,
        preview=wanted.preview,
    )
    if change is not None:
        paths = [file.path for file in change.files]
        caller.record("files.replace", workspace.project.name, "", files=len(paths), change=change.id)
        caller.files_changed(workspace.project.name, *paths)
    return ReplacementAnswer(
        files=[_replaced(file) for file in done],
        replaced=sum(file.count for file in done if file.state == "replaced"),
        change=None if change is None else change.id,
    )


def _found(file: FoundFile) -> FoundFileDocument:
    hits = [
        HitDocument(
            line=hit.line,
            column=hit.column,
            end_line=hit.end_line,
            end_column=hit.end_column,
            text=hit.text,
            offset=hit.offset,
        )
        for hit in file.hits
    ]
    return FoundFileDocument(path=file.path, etag=file.digest, hits=hits, more=file.more)


def _replaced(file: Replaced) -> ReplacedFile:
    return ReplacedFile(
        path=file.path,
        state=file.state,
        count=file.count,
        before=file.before,
        after=file.after,
        problem=file.problem,
        lines=[ChangedLine(line=line, before=before, after=after) for line, before, after in file.lines],
    )
