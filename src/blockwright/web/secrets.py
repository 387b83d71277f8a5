"""The project's secrets: names, new values, deletion. No route gives a value back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field, SecretStr

from blockwright.core.access import Permission
from blockwright.web import paging, problems
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}/secrets",
    tags=["secrets"],
    responses=problems.responses(401, 403, 404, 422, 503),
)

SecretName = Annotated[str, Path(min_length=1, max_length=200)]


class SecretEntry(BaseModel):
    name: str


class NewSecret(BaseModel):
    value: SecretStr = Field(max_length=100_000)


@routes.get("", summary="List the names of the project's secrets")
@needs(Permission.SECRETS)
def list_secrets(
    workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[SecretEntry]:
    names = workspace.secrets.names(workspace.project.name)
    return paging.page_of_names(names, limit, cursor, lambda name: SecretEntry(name=name))


@routes.put("/{name}", summary="Set a secret", status_code=204)
@needs(Permission.SECRETS)
def set_secret(caller: TheCaller, workspace: ProjectWorkspace, name: SecretName, secret: NewSecret) -> None:
    workspace.secrets.set(workspace.project.name, name, secret.value.get_secret_value())
    caller.record("secret.set", workspace.project.name, name)


@routes.delete("/{name}", summary="Delete a secret", status_code=204)
@needs(Permission.SECRETS)
def delete_secret(caller: TheCaller, workspace: ProjectWorkspace, name: SecretName) -> None:
    workspace.secrets.delete(workspace.project.name, name)
    caller.record("secret.delete", workspace.project.name, name)
