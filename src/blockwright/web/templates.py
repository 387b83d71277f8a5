"""Templates of blocks and pipelines: looked at, made of what is there, used, deleted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.web import problems
from blockwright.web.editing import TheEdit
from blockwright.web.editing_documents import Block, Edited, Name
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace

routes = Routes(
    prefix="/api/v1/projects/{project}",
    tags=["templates"],
    responses=problems.responses(401, 403, 404, 409, 412, 422, 503),
)

TemplateName = Annotated[str, Path(max_length=400)]


class PipelineTemplateDocument(BaseModel):
    """``own``: it is the project's, and its file is at ``path``."""

    name: str
    title: str
    description: str
    type: str
    blocks: list[str]
    own: bool
    path: str


class TemplateText(BaseModel):
    """What is written at first."""

    text: str


class NewBlockTemplate(BaseModel):
    """Made of ``block`` of ``pipeline``: its code, configuration, colour and tags."""

    name: Name
    pipeline: Name
    block: Block
    description: str = Field(default="", max_length=2_000)


class NewPipelineTemplate(BaseModel):
    """Made of ``pipeline``: its blocks, variables and triggers."""

    name: Name
    pipeline: Name
    description: str = Field(default="", max_length=2_000)


class FromTemplate(BaseModel):
    name: Name


@routes.get("/block-template-text", summary="Show what a block template writes")
@needs(Permission.VIEW)
def show_block_template(
    workspace: ProjectWorkspace,
    name: Annotated[str, Query(max_length=400, description="Empty: the plain one of the type and language.")] = "",
    type: Annotated[str, Query(max_length=40)] = "custom",
    language: Annotated[str, Query(max_length=40)] = "python",
) -> TemplateText:
    return TemplateText(text=workspace.files.templates.block_text(name, type, language))


@routes.post("/templates", summary="Make a block template of a block", status_code=201)
@needs(Permission.EDIT)
def new_block_template(edit: TheEdit, wanted: NewBlockTemplate) -> Edited:
    files = edit.workspace.files.templates
    return edit.done(files.from_block(wanted.pipeline, wanted.block, wanted.name, wanted.description), None)


@routes.delete("/templates/{template:path}", summary="Delete a block template of the project")
@needs(Permission.EDIT)
def remove_block_template(edit: TheEdit, template: TemplateName) -> Edited:
    return edit.done(edit.workspace.files.templates.remove_block(template), None)


@routes.get("/pipeline-templates", summary="List the templates of new pipelines")
@needs(Permission.VIEW, within=True)
def list_pipeline_templates(workspace: ProjectWorkspace) -> list[PipelineTemplateDocument]:
    return [
        PipelineTemplateDocument(
            name=one.name,
            title=one.title,
            description=one.description,
            type=one.type,
            blocks=list(one.blocks),
            own=one.own,
            path=one.path,
        )
        for one in workspace.files.templates.pipelines()
    ]


@routes.get("/pipeline-templates/{template}", summary="Show what a pipeline template writes")
@needs(Permission.VIEW)
def show_pipeline_template(workspace: ProjectWorkspace, template: TemplateName) -> TemplateText:
    return TemplateText(text=workspace.files.templates.pipeline_text(template))


@routes.post("/pipeline-templates", summary="Make a pipeline template of a pipeline", status_code=201)
@needs(Permission.EDIT)
def new_pipeline_template(edit: TheEdit, wanted: NewPipelineTemplate) -> Edited:
    """The files of its blocks are not copied: pipelines made of it share them."""
    files = edit.workspace.files.templates
    return edit.done(files.from_pipeline(wanted.pipeline, wanted.name, wanted.description), None)


@routes.post("/pipeline-templates/{template}/pipelines", summary="Make a pipeline of a template", status_code=201)
@needs(Permission.EDIT)
def use_pipeline_template(edit: TheEdit, template: TemplateName, wanted: FromTemplate) -> Edited:
    """Triggers of the template come along switched off. `name` of the answer is the pipeline's."""
    draft = edit.workspace.files.templates.new_pipeline(template, wanted.name)
    return edit.done(draft, None if edit.preview else draft.name)


@routes.delete("/pipeline-templates/{template}", summary="Delete a pipeline template of the project")
@needs(Permission.EDIT)
def remove_pipeline_template(edit: TheEdit, template: TemplateName) -> Edited:
    return edit.done(edit.workspace.files.templates.remove_pipeline(template), None)
