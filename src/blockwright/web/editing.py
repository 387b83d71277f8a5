"""Pipelines and blocks changed: connected, ordered, renamed, set. Each change can be seen first, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from blockwright.core.access import Permission
from blockwright.core.editing import BLOCK, PIPELINE, PROJECT
from blockwright.core.errors import BlockwrightError, Conflict, Forbidden
from blockwright.ports.bus import Topic
from blockwright.ports.editing import Draft, Editor
from blockwright.ports.workspace import Workspace
from blockwright.services import editing
from blockwright.web import paging, problems
from blockwright.web.editing_documents import (
    BlockConversion,
    BlockCopy,
    BlockRename,
    BlockYaml,
    BlockYamlChange,
    ChangeDocument,
    Connection,
    Edited,
    MentionDocument,
    NewName,
    Order,
    ProjectYaml,
    Settings,
    SettingsDocument,
    SharedBlock,
    TemplateDocument,
    Upstream,
    change_document,
    draft_edit,
    settings_document,
)
from blockwright.web.pipelines import PipelineDetail, detail
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, PathPipeline, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}",
    tags=["editing"],
    responses=problems.responses(401, 403, 404, 409, 412, 422, 503),
)

ONE = "/pipelines/{pipeline}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that somebody asks for; ``preview``: only to see what would be written."""

    caller: Caller
    workspace: Workspace
    request: Request
    preview: bool

    @property
    def editor(self) -> Editor:
        return self.workspace.files.editor

    def done(self, draft: Draft, pipeline: str | None) -> Edited:
        """Write the draft unless it is only to be seen, and show the pipeline as it is then. ``If-Match`` names the
        version of the pipeline's file (or of the only file) that the caller has seen."""
        _require_version(self.request, draft)
        self.require_touchable((change.path, change.before is not None) for change in draft.changes)
        change = None if self.preview else editing.apply(self.workspace, draft, by=self.caller.actor.name)
        if change is not None:
            project = self.workspace.project.name
            self.caller.record("files.edit", project, pipeline or "", what=draft.what, change=change.id)
            self.caller.files_changed(project, *(file.path for file in change.files))
        return Edited(
            applied=change is not None,
            what=draft.what,
            change=None if change is None else change.id,
            name=draft.name,
            files=[draft_edit(file) for file in draft.changes],
            mentions=[MentionDocument(file=one.file, line=one.line, text=one.text) for one in draft.mentions],
            pipeline=None if pipeline is None else _now(self.workspace, pipeline),
        )

    def require_project(self) -> None:
        if not self.caller.actor.may(Permission.EDIT, self.workspace.project.name):
            raise Forbidden("This takes the right to edit the whole project.", hint="Ask an admin of the project.")

    def require_touchable(self, files: Iterable[tuple[str, bool]]) -> None:
        """Raises Forbidden when the caller may edit some pipelines only, and these files are of others as well; beside
        each path whether the file is there."""
        project, actor = self.workspace.project.name, self.caller.actor
        if actor.may(Permission.EDIT, project):
            return
        for path, there in files:
            folder, _, rest = path.partition("/")
            touched = {rest.partition("/")[0]} if folder == "pipelines" else set()
            if folder != "pipelines" and there:
                touched = set(self.editor.used_by(path)) or {""}
            if not all(actor.may(Permission.EDIT, project, pipeline) for pipeline in touched):
                raise Forbidden(f"You may not change `{path}`.", hint="It belongs to more than what you may edit.")


def _edit(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    request: Request,
    preview: Annotated[bool, Query(description="Only say what would be written.")] = False,
) -> Edit:
    return Edit(caller, workspace, request, preview)


TheEdit = Annotated[Edit, Depends(_edit)]


# Blocks -----------------------------------------------------------------------------------------------------------


@routes.post(ONE + "/connections", summary="Connect two blocks")
@needs(Permission.EDIT)
def connect_blocks(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: Connection,
) -> Edited:
    """A circle is refused (422, `cycle`), and the message names the way."""
    draft = edit.editor.connect(pipeline, wanted.source, wanted.target)
    return edit.done(draft, pipeline)


@routes.delete(ONE + "/connections", summary="Disconnect two blocks")
@needs(Permission.EDIT)
def disconnect_blocks(
    edit: TheEdit,
    pipeline: PathPipeline,
    source: Annotated[str, Query(min_length=1, max_length=400)],
    target: Annotated[str, Query(min_length=1, max_length=400)],
) -> Edited:
    draft = edit.editor.disconnect(pipeline, source, target)
    return edit.done(draft, pipeline)


@routes.put(ONE + "/upstream/{block:path}", summary="Set all inputs of a block")
@needs(Permission.EDIT)
def set_upstream(
    edit: TheEdit,
    pipeline: PathPipeline,
    block: str,
    wanted: Upstream,
) -> Edited:
    draft = edit.editor.set_upstream(pipeline, block, wanted.upstream)
    return edit.done(draft, pipeline)


@routes.put(ONE + "/order", summary="Put the blocks in another order")
@needs(Permission.EDIT)
def reorder_blocks(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: Order,
) -> Edited:
    """It is for people only: connections say what runs before what."""
    draft = edit.editor.reorder(pipeline, wanted.blocks)
    return edit.done(draft, pipeline)


@routes.post(ONE + "/renames", summary="Rename a block, its file, and what names it in every pipeline")
@needs(Permission.EDIT)
def rename_block(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: BlockRename,
) -> Edited:
    draft = edit.editor.rename_block(pipeline, wanted.block, wanted.name)
    return edit.done(draft, pipeline)


@routes.delete(ONE + "/blocks/{block:path}", summary="Remove a block from a pipeline")
@needs(Permission.EDIT)
def remove_block(
    edit: TheEdit,
    pipeline: PathPipeline,
    block: str,
    delete_file: Annotated[bool, Query(description="Its file as well, if no other pipeline uses it.")] = False,
) -> Edited:
    draft = edit.editor.remove_block(pipeline, block, delete_file=delete_file)
    return edit.done(draft, pipeline)


@routes.post(ONE + "/shared-blocks", summary="Add a block whose source is a file of the project", status_code=201)
@needs(Permission.EDIT)
def share_block(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: SharedBlock,
) -> Edited:
    if not edit.caller.actor.may(Permission.VIEW, edit.workspace.project.name):
        raise Forbidden("You may not see the files of the whole project.", hint="Ask an admin of the project.")
    draft = edit.editor.share_block(pipeline, wanted.path, name=wanted.name, type=wanted.type, upstream=wanted.upstream)
    return edit.done(draft, pipeline)


@routes.post(ONE + "/copies", summary="Copy a block with its file and settings", status_code=201)
@needs(Permission.EDIT)
def copy_block(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: BlockCopy,
) -> Edited:
    draft = edit.editor.copy_block(pipeline, wanted.block, wanted.name)
    return edit.done(draft, pipeline)


@routes.post(ONE + "/conversions", summary="Make a block one of another type")
@needs(Permission.EDIT)
def convert_block(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: BlockConversion,
) -> Edited:
    """Its file moves to the folder of the type, and the decorator in it changes."""
    draft = edit.editor.convert_block(pipeline, wanted.block, wanted.type)
    return edit.done(draft, pipeline)


@routes.get(ONE + "/block-settings/{block:path}", summary="Every setting of a block: value, default, line, meaning")
@needs(Permission.VIEW)
def show_block_settings(workspace: ProjectWorkspace, pipeline: PathPipeline, block: str) -> SettingsDocument:
    own = workspace.files.editor.block_settings(pipeline, block)
    above = workspace.files.editor.pipeline_settings(pipeline)
    return settings_document(BLOCK, own, "block", above, workspace.options.default_executor)


@routes.patch(ONE + "/block-settings/{block:path}", summary="Change settings of a block")
@needs(Permission.EDIT)
def change_block_settings(
    edit: TheEdit,
    pipeline: PathPipeline,
    block: str,
    wanted: Settings,
) -> Edited:
    """A key that nobody reads, or a value that does not fit, is refused (422): `problems` name the field."""
    draft = edit.editor.set_block(pipeline, block, wanted.settings)
    return edit.done(draft, pipeline)


@routes.get(ONE + "/block-yaml/{block:path}", summary="The block's entry in the pipeline's file, as text")
@needs(Permission.VIEW)
def show_block_yaml(workspace: ProjectWorkspace, pipeline: PathPipeline, block: str) -> BlockYaml:
    found = workspace.files.editor.block_yaml(pipeline, block)
    return BlockYaml(path=found.path, digest=found.digest, line=found.line, text=found.text)


@routes.put(ONE + "/block-yaml/{block:path}", summary="Write another text for the block's entry")
@needs(Permission.EDIT)
def change_block_yaml(edit: TheEdit, pipeline: PathPipeline, block: str, wanted: BlockYamlChange) -> Edited:
    """`If-Match` names the version of the file that was read (`digest`). `uuid` and connections stay as they are."""
    draft = edit.editor.set_block_yaml(pipeline, block, wanted.text)
    return edit.done(draft, pipeline)


# Pipelines --------------------------------------------------------------------------------------------------------


@routes.get(ONE + "/settings", summary="Every setting of a pipeline: value, default, line, meaning")
@needs(Permission.VIEW)
def show_pipeline_settings(workspace: ProjectWorkspace, pipeline: PathPipeline) -> SettingsDocument:
    own = workspace.files.editor.pipeline_settings(pipeline)
    return settings_document(PIPELINE, own, "pipeline", None, workspace.options.default_executor)


@routes.patch(ONE + "/settings", summary="Change settings of a pipeline")
@needs(Permission.EDIT)
def change_pipeline_settings(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: Settings,
) -> Edited:
    draft = edit.editor.set_pipeline(pipeline, wanted.settings)
    return edit.done(draft, pipeline)


# The project ------------------------------------------------------------------------------------------------------


@routes.get("/settings", summary="Every setting of the project: value, line, meaning")
@needs(Permission.VIEW)
def show_project_settings(workspace: ProjectWorkspace) -> SettingsDocument:
    """What the file says, templates as they stand. A file whose keys cannot be told apart is a text only (422)."""
    return settings_document(PROJECT, workspace.files.settings.read(), "project", None, None)


@routes.patch("/settings", summary="Change settings of the project")
@needs(Permission.EDIT)
def change_project_settings(edit: TheEdit, wanted: Settings) -> Edited:
    """`If-Match` names the version of the file that was read (`etag`)."""
    return edit.done(edit.workspace.files.settings.change(wanted.settings), None)


@routes.get("/settings-yaml", summary="The project's metadata.yaml as a text")
@needs(Permission.VIEW)
def show_project_yaml(workspace: ProjectWorkspace) -> ProjectYaml:
    found = workspace.files.settings.text()
    return ProjectYaml(path=found.path, digest=found.digest, text=found.text)


@routes.put("/settings-yaml", summary="Write another text for the project's metadata.yaml")
@needs(Permission.EDIT)
def change_project_yaml(edit: TheEdit, wanted: BlockYamlChange) -> Edited:
    """`If-Match` names the version of the file that was read (`digest`). A text that cannot be read, or that says what
    nobody understands, is refused (422): `problems` name line and key."""
    return edit.done(edit.workspace.files.settings.rewrite(wanted.text), None)


@routes.post(ONE + "/rename", summary="Rename a pipeline and its folder")
@needs(Permission.EDIT)
def rename_pipeline(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: NewName,
) -> Edited:
    """Runs so far stay under the old name. Triggers in its file come along; others must be saved to it first."""
    edit.require_project()
    draft = edit.editor.rename_pipeline(pipeline, wanted.name)
    if draft.name != pipeline:
        editing.require_no_records_only(edit.workspace, pipeline, "renamed")
    done = edit.done(draft, pipeline if edit.preview else draft.name)
    edit.caller.tell(Topic.TRIGGERS, edit.workspace.project.name)
    return done


@routes.post(ONE + "/duplicate", summary="Copy a pipeline, without its triggers", status_code=201)
@needs(Permission.EDIT)
def copy_pipeline(
    edit: TheEdit,
    pipeline: PathPipeline,
    wanted: NewName,
) -> Edited:
    """Both share the files of their blocks."""
    edit.require_project()
    draft = edit.editor.copy_pipeline(pipeline, wanted.name)
    return edit.done(draft, pipeline if edit.preview else draft.name)


@routes.delete(ONE, summary="Delete a pipeline")
@needs(Permission.EDIT)
def remove_pipeline(
    edit: TheEdit,
    pipeline: PathPipeline,
    delete_files: Annotated[bool, Query(description="Also files of blocks that no other pipeline uses.")] = False,
) -> Edited:
    """Its runs stay in the records."""
    edit.require_project()
    draft = edit.editor.remove_pipeline(pipeline, delete_files=delete_files)
    editing.require_no_records_only(edit.workspace, pipeline, "deleted")
    done = edit.done(draft, None)
    edit.caller.tell(Topic.TRIGGERS, edit.workspace.project.name)
    return done


@routes.get("/templates", summary="List the templates of new blocks")
@needs(Permission.VIEW, within=True)
def list_templates(workspace: ProjectWorkspace) -> list[TemplateDocument]:
    return [
        TemplateDocument(
            name=one.name, type=one.type, language=one.language, description=one.description, own=one.own, path=one.path
        )
        for one in workspace.files.editor.templates()
    ]


# The way back -----------------------------------------------------------------------------------------------------


@routes.get("/changes", summary="What was changed in the project's files, newest first")
@needs(Permission.VIEW)
def list_changes(
    workspace: ProjectWorkspace,
    path: Annotated[str | None, Query(max_length=4_096, description="Only changes of this file.")] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[ChangeDocument]:
    found = workspace.files.history.list(path=path, before=paging.number(cursor), limit=limit + 1)
    return paging.page(found, limit, lambda change: change.id, change_document)


@routes.post("/changes/{change}/undo", summary="Take a change back, byte for byte")
@needs(Permission.EDIT, within=True)
def undo_change(
    edit: TheEdit,
    change: Annotated[int, paging.AnyNumber],
) -> Edited:
    """While nobody has changed its files since (else 412). The undo is a change too: to undo that does it again."""
    found = edit.workspace.files.history.get(change)
    edit.require_touchable((file.path, file.after is not None) for file in found.files)
    return edit.done(editing.undoing(edit.workspace, found), None)


def _require_version(request: Request, draft: Draft) -> None:
    wanted = request.headers.get("if-match")
    if wanted is None:
        return
    seen = {entry.strip().removeprefix("W/").strip('"') for entry in wanted.split(",")}
    digests = {editing.digest_of(change.before) for change in draft.changes if change.before is not None}
    if draft.changes and "*" not in seen and not seen & digests:
        raise Conflict("The file was changed since it was read.", hint="Read it again.", code="changed")


def _now(workspace: Workspace, pipeline: str) -> PipelineDetail | None:
    try:
        return detail(workspace, pipeline)
    except BlockwrightError:
        return None  # it is broken in another place, or gone: its own address says why
