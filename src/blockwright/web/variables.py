"""The variables of a pipeline, as its file has them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.errors import NotFound
from blockwright.services import editing
from blockwright.web import problems
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import decoded
from blockwright.web.site import PathPipeline, ProjectWorkspace, TheCaller
from blockwright.wire import values

routes = Routes(
    prefix="/api/v1/projects/{project}/pipelines/{pipeline}/variables",
    tags=["variables"],
    responses=problems.responses(401, 403, 404, 409, 422, 503),
)

VariableName = Annotated[str, Path(min_length=1, max_length=200)]


class Variable(BaseModel):
    """``value`` is JSON; what JSON lacks is tagged, such as ``{"$date": "2026-01-31"}``."""

    name: str
    value: Any = None


class NewValue(BaseModel):
    value: Any = None


@routes.get("", summary="List the variables of a pipeline")
@needs(Permission.VIEW)
def list_variables(workspace: ProjectWorkspace, pipeline: PathPipeline) -> list[Variable]:
    found = workspace.files.pipeline(pipeline).variables
    return [Variable(name=str(name), value=values.encode(value)) for name, value in found.items()]


@routes.get("/{name}", summary="Show a variable")
@needs(Permission.VIEW)
def show_variable(workspace: ProjectWorkspace, pipeline: PathPipeline, name: VariableName) -> Variable:
    found = workspace.files.pipeline(pipeline).variables
    if name not in found:
        raise NotFound(f"Pipeline `{pipeline}` has no variable `{name}`.", hint="Set it to make it.")
    return Variable(name=name, value=values.encode(found[name]))


@routes.put("/{name}", summary="Set a variable in the pipeline's file")
@needs(Permission.EDIT)
def set_variable(
    caller: TheCaller, workspace: ProjectWorkspace, pipeline: PathPipeline, name: VariableName, wanted: NewValue
) -> Variable:
    """Comments and order of the file stay."""
    value = decoded({name: wanted.value})[name]
    path = f"pipelines/{pipeline}/metadata.yaml"
    what = f"set variable `{name}` of `{pipeline}`"
    act = partial(workspace.files.set_variable, pipeline, name, value)
    editing.noted(workspace, [path], what, act, by=caller.actor.name)
    caller.record("variable.set", workspace.project.name, f"{pipeline}/{name}")
    caller.files_changed(workspace.project.name, path)
    return Variable(name=name, value=values.encode(value))
