"""The project's files: listed, read with an ETag, written only over what was read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from blake3 import blake3
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.errors import BlockwrightError
from blockwright.ports.projects import FileNode
from blockwright.services import editing
from blockwright.web import paging, problems
from blockwright.web.reading import may_read, require_readable
from blockwright.web.replies import etag, expected_version, unchanged
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["files"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

TEXT = "text/plain; charset=utf-8"
FilePath = Annotated[str, Field(max_length=4096)]
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Names this version of the file."}}


class FileEntry(BaseModel):
    """``kind`` is `file` or `folder`; ``readable`` whether you may read what is in it."""

    path: str
    kind: str
    bytes: int
    modified: datetime
    readable: bool


class FileText(BaseModel):
    """``digest`` names the version, as the `ETag` of the file does."""

    path: str
    text: str
    digest: str


class Written(BaseModel):
    path: str
    digest: str


class Move(BaseModel):
    source: str = Field(max_length=4096)
    target: str = Field(max_length=4096)


class NewFolder(BaseModel):
    path: str = Field(max_length=4096)


MOST_TEXTS = 100
MOST_TEXT_BYTES = 4 * 1024 * 1024
Paths = Annotated[list[FilePath], Query(min_length=1, max_length=MOST_TEXTS, description="Files of text.")]


async def raw_body(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


@routes.get("/files", summary="List a folder")
@needs(Permission.VIEW)
def list_files(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    path: Annotated[str, Query(max_length=4096, description="The folder; empty: the project's own.")] = "",
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[FileEntry]:
    found = sorted(workspace.files.list_folder(path), key=lambda node: node.path)
    after = paging.name(cursor)
    nodes = [node for node in found if after is None or node.path > after]

    def shown(node: FileNode) -> FileEntry:
        readable = may_read(caller, workspace.project.name, node.path)
        return FileEntry(
            path=node.path, kind=node.kind.value, bytes=node.bytes, modified=node.modified, readable=readable
        )

    return paging.page(nodes[: limit + 1], limit, lambda node: node.path, shown)


@routes.get(
    "/files/{path:path}",
    summary="Read a file",
    response_class=Response,
    responses={200: {**_BYTES, "headers": _ETAG}, 304: {"description": "You have this version already."}},
)
@needs(Permission.VIEW)
def read_file(request: Request, caller: TheCaller, workspace: ProjectWorkspace, path: str) -> Response:
    require_readable(caller, workspace.project.name, path)
    data = workspace.files.read_file(path)
    digest = blake3(data).hexdigest()
    if unchanged(request, digest):
        return Response(status_code=304, headers={"ETag": etag(digest)})
    return Response(data, media_type=_type_of(data), headers={"ETag": etag(digest)})


@routes.put(
    "/files/{path:path}",
    summary="Write a file over the version that was read",
    responses=problems.responses(412, 413, 428),
    openapi_extra={"requestBody": {**_BYTES, "required": True}},
)
@needs(Permission.EDIT)
def write_file(
    request: Request, response: Response, caller: TheCaller, workspace: ProjectWorkspace, path: str, data: RawBody
) -> Written:
    """Say by `If-Match` which version (ETag) is replaced, or by `If-None-Match: *` that the file is new."""
    expected = expected_version(request)
    digest = editing.save_file(workspace, path, data, expected, by=caller.actor.name)
    project = workspace.project.name
    caller.record("file.create" if expected is None else "file.write", project, path, digest=digest)
    caller.files_changed(project, path)
    response.headers["ETag"] = etag(digest)
    return Written(path=path, digest=digest)


@routes.delete(
    "/files/{path:path}", summary="Delete a file or folder", status_code=204, responses=problems.responses(412)
)
@needs(Permission.EDIT)
def delete_file(
    request: Request, caller: TheCaller, workspace: ProjectWorkspace, path: str, recursive: bool = False
) -> None:
    """`If-Match` deletes only that version of a file; `recursive` a folder with everything in it."""
    expected = expected_version(request) if "if-match" in request.headers else None
    editing.delete_file(workspace, path, expected, recursive=recursive, by=caller.actor.name)
    caller.record("file.delete", workspace.project.name, path)
    caller.files_changed(workspace.project.name, path)


@routes.post("/moves", summary="Give a file or folder another path", status_code=204)
@needs(Permission.EDIT)
def move_file(caller: TheCaller, workspace: ProjectWorkspace, move: Move) -> None:
    editing.move_file(workspace, move.source, move.target, by=caller.actor.name)
    caller.record("file.move", workspace.project.name, move.source, target=move.target)
    caller.files_changed(workspace.project.name, move.source, move.target)


@routes.post("/folders", summary="Make a folder", status_code=204)
@needs(Permission.EDIT)
def make_folder(caller: TheCaller, workspace: ProjectWorkspace, folder: NewFolder) -> None:
    workspace.files.make_folder(folder.path)
    caller.record("folder.create", workspace.project.name, folder.path)


@routes.get("/texts", summary="Read several files of text at once")
@needs(Permission.VIEW)
def read_texts(caller: TheCaller, workspace: ProjectWorkspace, path: Paths) -> list[FileText]:
    """A screen that shows many files asks once. What is missing in the answer is gone, is no text, may not be read by
    you, or comes after 4 MiB: reading it by itself says which."""
    found: list[FileText] = []
    room = MOST_TEXT_BYTES
    for each in dict.fromkeys(path):
        if not may_read(caller, workspace.project.name, each):
            continue
        try:
            data = workspace.files.read_file(each)
        except BlockwrightError:
            continue
        room -= len(data)
        if room < 0:
            break
        if _type_of(data) == TEXT:
            found.append(FileText(path=each, text=data.decode(), digest=blake3(data).hexdigest()))
    return found


def _type_of(data: bytes) -> str:
    """Text or bytes: never a type that a browser would run."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\0" in data else TEXT
