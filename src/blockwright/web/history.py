"""What a file held before: its versions, each to be read, compared and restored; deleted files too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import NotFound
from blockwright.ports.editing import Draft, FileChange
from blockwright.ports.history import Change
from blockwright.ports.workspace import Workspace
from blockwright.services import editing
from blockwright.web import paging, problems
from blockwright.web.editing import TheEdit
from blockwright.web.editing_documents import Edited
from blockwright.web.reading import require_readable
from blockwright.web.replies import etag
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["files"], responses=problems.responses(401, 403, 404, 409, 412, 422, 503)
)

_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
MOST_LOOKED_AT = 100_000


class FileVersion(BaseModel):
    """A change of the file: ``version`` is what it held afterwards, ``before`` what it held until then; null: there was
    no file. ``kept``: both can be read. ``what`` may be a change of several files, which `undo` of ``change`` takes
    back together."""

    change: int
    time: datetime
    by: str
    what: str
    version: str | None
    before: str | None
    bytes: int
    kept: bool


class Restore(BaseModel):
    """``version`` is one of the file's history."""

    path: str = Field(min_length=1, max_length=4_096)
    version: str = Field(min_length=64, max_length=64)


@routes.get("/history/{path:path}", summary="The versions of a file that were written here, newest first")
@needs(Permission.VIEW)
def list_file_versions(
    workspace: ProjectWorkspace, path: str, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[FileVersion]:
    """Also of a file that is gone. Saves one after another by somebody who types are one version."""
    found = workspace.files.history.list(path=path, before=paging.number(cursor), limit=limit + 1)
    return paging.page(found, limit, lambda change: change.id, lambda change: _version(change, path))


@routes.get(
    "/versions/{path:path}",
    summary="What a file held in a version",
    response_class=Response,
    responses={200: _BYTES},
)
@needs(Permission.VIEW)
def read_file_version(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    path: str,
    version: Annotated[str, Query(min_length=64, max_length=64, description="Of the file's history.")],
) -> Response:
    require_readable(caller, workspace.project.name, path)
    data = _content(workspace, path, version)
    return Response(data, media_type="text/plain; charset=utf-8", headers={"ETag": etag(version)})


@routes.post("/restores", summary="Write a version of a file's history again")
@needs(Permission.EDIT)
def restore_file(edit: TheEdit, wanted: Restore) -> Edited:
    """Over whatever the file holds now, which stays in the history; `If-Match` names the version that you have seen."""
    data = _content(edit.workspace, wanted.path, wanted.version)
    before = editing.current(edit.workspace, wanted.path)
    changes = () if before == data else (FileChange(wanted.path, before, data),)
    draft = Draft(f"restore `{wanted.path}`", changes)
    return edit.done(draft, None)


def _content(workspace: Workspace, path: str, version: str) -> bytes:
    """A version of this very file; raises NotFound."""
    for change in workspace.files.history.list(path=path, limit=MOST_LOOKED_AT):
        if any(file.path == path and file.kept and version in (file.before, file.after) for file in change.files):
            return workspace.files.history.content(version)
    raise NotFound(f"`{path}` has no such version.", hint="Its history lists those that are kept.", code="content_gone")


def _version(change: Change, path: str) -> FileVersion:
    file = next(file for file in change.files if file.path == path)
    return FileVersion(
        change=change.id,
        time=change.time,
        by=change.by,
        what=change.what,
        version=file.after,
        before=file.before,
        bytes=file.bytes_after,
        kept=file.kept,
    )
